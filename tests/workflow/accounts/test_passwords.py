import pytest

from screening.workflow.accounts import passwords, sessions
from screening.workflow.accounts.passwords import check_new
from tests.office import PASSWORD, refused
from tests.workflow.accounts.test_administration import administrator_of, link_for

NEW = "lantern orbit walnut fjord"


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("short", "too-short"),
        ("elevenchars", "too-short"),
        ("x7" + "k2p9" * 32, "too-long"),
        ("password1234", "common"),
        ("P@ssw0rd!!!!", "common"),
        ("Password2026!", "common"),
        ("passwordpassword", "common"),
        ("qwertyqwerty1", "common"),
        ("aaaaaaaaaaaaaaa", "common"),
        ("123456789012", "common"),
        ("Tran19791979", "common"),
        ("doctor2026!!", "common"),
    ],
)
def test_a_password_is_long_and_not_the_first_one_to_try(password, problem):
    assert refused(check_new, password, "doctor", "Dr Mai Tran") == problem


@pytest.mark.parametrize(
    "password", ["twelve chars", NEW, "x7" + "k2p9" * 31 + "zz", "пароль лодка сосна"]
)
def test_twelve_characters_that_nobody_guesses_are_a_password(password):
    check_new(password, "doctor", "Dr Mai Tran")


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
