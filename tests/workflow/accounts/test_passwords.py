import pytest

from screening.workflow.accounts import passwords, sessions
from screening.workflow.accounts.passwords import check_new
from screening.workflow.core.actor import program
from tests.office import PASSWORD, refused
from tests.workflow.accounts.test_administration import administrator_of, link_for

NEW = "lantern orbit walnut fjord"


# Common ones of twelve characters and more: words with digits, keys, repetition, names, seasons.
COMMON = """
    password1234 P@ssw0rd!!!! Password2026! passwordpassword passw0rdpassw0rd thisismypassword
    qwertyuiop123 qwertyqwerty1 1q2w3e4r5t6y zaq12wsxcde3 1qaz@WSX3edc asdfghjkl123 abcdefghijkl
    123456789012 123123123123 aaaaaaaaaaaaaaa abc123abc123 Abcd1234!@#$ letmein12345
    letmeinplease Welcome12345 welcometoclinic changeme1234 iloveyou1234 iloveyousomuch
    sunshine1234 princess1234 football12345 liverpool2026 charlie123456 Monday123456
    january2026! Summer2026!! trustno1trustno1 administrator1 correcthorsebatterystaple
    парольпароль12 привет123456 йцукенгшщзхъ
""".split()  # noqa: SIM905
OWN = ("doctor2026!!", "Tran19791979", "MaiTran123456", "Aurelia2026!", "AureliaClinic1")
NAMES = ("doctor", "Dr Mai Tran", "Aurelia")


def test_what_names_the_person_or_the_clinic_is_refused():
    assert {p: refused(check_new, p, *NAMES) for p in OWN} == dict.fromkeys(OWN, "common")
    check_new("Nkechi Oyelaran 81", *NAMES)
    assert refused(check_new, "Nkechi Oyelaran 81", "nkechi", "Nkechi Oyelaran") == "common"


def test_a_password_is_long_and_not_the_first_one_to_try():
    known = dict.fromkeys(COMMON, "common") | {"elevenchars": "too-short"}
    known["x7" + "k2p9" * 32] = "too-long"

    assert len(COMMON) == 39
    assert {p: refused(check_new, p, *NAMES) for p in known} == known


@pytest.mark.parametrize(
    "password", ["kvm7-ruetz-p", NEW, "x7" + "k2p9" * 31 + "zz", "пароль лодка сосна"]
)
def test_twelve_characters_that_nobody_guesses_are_a_password(password):
    check_new(password, *NAMES)


def test_a_password_of_before_that_would_be_refused_today_signs_in(office):
    sessions.add_account(
        office.context, program(office.clinic), "old", "Old One", "receptionist", "password1234"
    )

    assert sessions.sign_in(office.context, "old", "password1234")


def test_a_password_is_checked_as_it_was_typed(office):
    """Nothing is cut off, folded or trimmed: each of these is another password."""
    typed = " Łantern orbit walnut fjord " + "quiet hills of the long north " * 3
    passwords.change_password(office.context, office.doctor, PASSWORD, typed)
    assert sessions.sign_in(office.context, "doctor", typed)
    for other in (typed.strip(), typed[:72], typed.upper(), typed.replace("Ł", "L")):
        assert refused(sessions.sign_in, office.context, "doctor", other) == "wrong"


def test_a_new_password_signs_out_everywhere_else(office):
    elsewhere = office.sign_in("doctor")
    passwords.change_password(office.context, office.doctor, PASSWORD, NEW)

    assert sessions.who_is(office.context, elsewhere.sign_in) is None
    assert sessions.who_is(office.context, office.doctor.sign_in)
    assert refused(sessions.sign_in, office.context, "doctor", PASSWORD) == "wrong"
    assert sessions.sign_in(office.context, "doctor", NEW)


def test_the_old_password_is_asked_and_a_weak_new_one_refused(office):
    change = (passwords.change_password, office.context, office.doctor)

    assert refused(*change, "wrong", NEW) == "wrong"
    assert refused(*change, PASSWORD, "password1234") == "common"
    assert sessions.sign_in(office.context, "doctor", PASSWORD)


def test_a_link_sets_the_password_once(office):
    link = link_for(office, office.doctor.id)
    assert passwords.follow_link(office.context, link) == "doctor"
    passwords.set_password(office.context, link, NEW)

    assert refused(passwords.follow_link, office.context, link) == "gone"
    assert refused(passwords.set_password, office.context, link, NEW) == "gone"
    assert sessions.who_is(office.context, office.doctor.sign_in) is None
    assert sessions.sign_in(office.context, "doctor", NEW)


def test_a_link_ends_after_three_days_or_with_the_next_one(office):
    first = link_for(office, office.doctor.id)
    second = link_for(office, office.doctor.id)

    assert refused(passwords.set_password, office.context, first, NEW) == "gone"
    office.pass_time(days=3)
    assert refused(passwords.set_password, office.context, second, NEW) == "link-expired"


def test_a_link_of_a_disabled_account_is_dead(office):
    from screening.workflow.accounts import administration

    link = link_for(office, office.doctor.id)
    administration.disable(office.context, administrator_of(office), office.doctor.id)

    assert refused(passwords.set_password, office.context, link, NEW) == "gone"
