import pytest

from screening.storage.tables import Account
from screening.workflow.accounts import sessions
from tests.office import PASSWORD, refused


@pytest.mark.both_databases
def test_an_unknown_name_and_a_wrong_password_look_the_same(office):
    assert refused(sessions.sign_in, office.context, "nobody", PASSWORD) == "wrong"
    assert refused(sessions.sign_in, office.context, "doctor", "wrong") == "wrong"


@pytest.mark.both_databases
def test_five_misses_lock_the_account_for_a_while(office):
    for _ in range(5):
        refused(sessions.sign_in, office.context, "doctor", "wrong")

    assert refused(sessions.sign_in, office.context, "doctor", PASSWORD) == "locked"
    office.pass_time(minutes=16)
    assert sessions.sign_in(office.context, "doctor", PASSWORD)


def test_a_sign_in_ends_when_it_is_ended(office):
    sessions.sign_out(office.context, office.doctor.sign_in)

    assert sessions.who_is(office.context, office.doctor.sign_in) is None


def test_a_sign_in_ends_when_nobody_is_there(office):
    office.pass_time(minutes=29)
    assert sessions.who_is(office.context, office.doctor.sign_in)
    office.pass_time(minutes=29)
    assert sessions.who_is(office.context, office.doctor.sign_in)
    office.pass_time(minutes=31)
    assert sessions.who_is(office.context, office.doctor.sign_in) is None


def test_a_sign_in_that_outlived_its_account_is_worth_nothing(office):
    """Begun while the administrator disabled it, say: who is in is asked at every click."""
    with office.context.database.write() as session:
        session.get_one(Account, office.doctor.id).disabled_at = office.now

    assert sessions.who_is(office.context, office.doctor.sign_in) is None
    assert sessions.who_is(office.context, office.receptionist.sign_in)


def test_a_sign_in_ends_after_a_working_day(office):
    for _ in range(25):
        assert sessions.who_is(office.context, office.doctor.sign_in)
        office.pass_time(minutes=29)

    assert sessions.who_is(office.context, office.doctor.sign_in) is None


def test_the_secret_of_a_sign_in_is_not_in_the_database(office):
    stored = b"".join(p.read_bytes() for p in office.config.instance.glob("screening.db*"))

    assert office.doctor.sign_in.encode() not in stored
    assert PASSWORD.encode() not in stored
