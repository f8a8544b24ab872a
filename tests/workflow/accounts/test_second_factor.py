import pyotp
import pytest

from screening.storage.tables import Account, RecoveryCode
from screening.workflow.accounts import second_factor, sessions
from screening.workflow.core.actor import program
from screening.workflow.review import reviews
from tests.office import PASSWORD, decide, refused


def waiting(office, username="doctor"):
    return second_factor.who_waits(
        office.context, sessions.sign_in(office.context, username, PASSWORD)
    )


def code(office, offset=0, username="doctor"):
    return pyotp.TOTP(office.secrets[username]).at(office.now, counter_offset=offset)


@pytest.fixture
def later(office):
    """Return the office an hour after everyone's last code."""
    office.pass_time(hours=1)
    return office


def test_a_password_alone_opens_nothing(office):
    secret = sessions.sign_in(office.context, "doctor", PASSWORD)

    assert sessions.who_is(office.context, secret) is None
    assert second_factor.who_waits(office.context, secret).username == "doctor"


def test_the_wait_for_the_second_factor_ends_after_ten_minutes(office):
    secret = sessions.sign_in(office.context, "doctor", PASSWORD)
    office.pass_time(minutes=11)

    assert second_factor.who_waits(office.context, secret) is None


def test_a_code_completes_the_sign_in_once(later):
    first, second = waiting(later), waiting(later)
    used = code(later)

    assert (
        sessions.who_is(later.context, second_factor.complete(later.context, first, used)).role
        == "doctor"
    )
    assert refused(second_factor.complete, later.context, second, used) == "wrong"


def test_an_older_code_is_refused_once_a_newer_one_was_used(later):
    second_factor.complete(later.context, waiting(later), code(later))

    assert (
        refused(second_factor.complete, later.context, waiting(later), code(later, -1)) == "wrong"
    )


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("offset", "result"), [(-2, "wrong"), (-1, None), (0, None), (1, None), (2, "wrong")]
)
def test_the_phones_clock_may_be_off_by_one_step(later, offset, result):
    given = (later.context, waiting(later), code(later, offset))

    if result:
        assert refused(second_factor.complete, *given) == result
    else:
        assert second_factor.complete(*given)


def test_the_secret_that_waited_is_worth_nothing_after_the_second_factor(later):
    here = waiting(later)
    second_factor.complete(later.context, here, code(later))

    assert second_factor.who_waits(later.context, here.sign_in) is None
    assert sessions.who_is(later.context, here.sign_in) is None


def test_five_wrong_codes_lock_and_the_right_password_does_not_forgive_them(later):
    for _ in range(5):
        # The password is right every time.
        assert refused(second_factor.complete, later.context, waiting(later), "000000") == "wrong"

    here = waiting(later)
    assert refused(second_factor.complete, later.context, here, code(later)) == "locked"
    later.pass_time(minutes=16)
    assert second_factor.complete(later.context, waiting(later), code(later))


@pytest.mark.both_databases
def test_a_recovery_code_works_once_however_it_is_typed(office):
    codes = second_factor.renew_recovery_codes(office.context, office.doctor)
    assert len(set(codes)) == 10
    typed = codes[3].lower().replace("-", " ")

    assert second_factor.complete(office.context, waiting(office), typed)
    assert refused(second_factor.complete, office.context, waiting(office), codes[3]) == "wrong"
    assert second_factor.recovery_codes_left(office.context, office.doctor.id) == 9


def test_new_recovery_codes_void_the_old_ones(office):
    old = second_factor.renew_recovery_codes(office.context, office.doctor)
    second_factor.renew_recovery_codes(office.context, office.doctor)

    assert refused(second_factor.complete, office.context, waiting(office), old[0]) == "wrong"


@pytest.mark.both_databases
def test_neither_secret_nor_recovery_code_stands_in_the_database(office):
    codes = second_factor.renew_recovery_codes(office.context, office.doctor)
    stored = b"".join(p.read_bytes() for p in office.config.instance.glob("screening.db*"))

    for secret in (office.secrets["doctor"], *codes, *(c.replace("-", "") for c in codes)):
        assert secret.encode() not in stored
    with office.context.database.read() as session:
        assert all(r.code_hash.startswith("$argon2id$") for r in session.query(RecoveryCode))


def test_the_secret_of_one_account_opens_in_no_other(office):
    with office.context.database.write() as session:
        mine = session.get_one(Account, office.doctor.id)
        session.get_one(Account, office.receptionist.id).totp = mine.totp
    with pytest.raises(Exception, match="cannot be opened"):
        second_factor.complete(office.context, waiting(office, "reception"), code(office))


def test_a_newcomer_sets_up_an_app_and_is_in(office):
    sessions.add_account(
        office.context, program(office.clinic), "new", "New", "receptionist", PASSWORD
    )
    here = waiting(office, "new")
    assert here.must_set_up
    totp = pyotp.parse_uri(second_factor.offer_app(office.context, here.account_id))
    assert second_factor.offer_app(office.context, here.account_id) == totp.provisioning_uri(
        name="new", issuer_name="Aurelia"
    )

    assert refused(second_factor.set_up, office.context, here, "000000") == "wrong"
    secret = second_factor.set_up(office.context, here, totp.at(office.now))
    assert sessions.who_is(office.context, secret).name == "New"
    assert not waiting(office, "new").must_set_up


def test_who_has_a_second_factor_cannot_set_up_another_with_the_password_alone(office):
    here = waiting(office)
    offered = pyotp.parse_uri(second_factor.offer_app(office.context, office.doctor.id))

    assert (
        refused(second_factor.set_up, office.context, here, offered.at(office.now)) == "not-first"
    )


def test_signing_takes_the_password_or_a_fresh_code(later):
    later.doctor = later.sign_in("doctor")
    later.pass_time(minutes=1)
    fresh, first, second = code(later), later.submit(), later.submit()

    reviews.decide(*decide(later, first, "proceed", password=fresh))
    assert refused(reviews.decide, *decide(later, second, "proceed", password=fresh)) == "wrong"
    reviews.decide(*decide(later, second, "proceed", password=PASSWORD))
