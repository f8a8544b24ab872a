import pytest
from sqlalchemy import select

from screening.storage.tables import AuditEntry
from screening.workflow.accounts import (
    administration,
    own_account,
    passwords,
    second_factor,
    second_person,
    sessions,
)
from screening.workflow.tablets import tablets
from tests.office import PASSWORD, refused


def administrator_of(office):
    """Return the clinic's administrator, hired where there is none yet."""
    if "admin" not in office.secrets:
        office.admin = office.add("admin", "Kim Berg", "administrator")
    return office.admin


def link_for(office, account_id):
    return administration.give_link(office.context, administrator_of(office), account_id)


@pytest.fixture
def admin(office):
    return administrator_of(office)


def entry(office, admin, username):
    return next(
        a for a in administration.list_accounts(office.context, admin) if a.username == username
    )


def acts(office):
    with office.context.database.read() as session:
        return list(session.scalars(select(AuditEntry.act).order_by(AuditEntry.sequence)))


@pytest.mark.both_databases
def test_a_new_account_sets_its_password_by_a_link_and_then_a_second_factor(office, admin):
    link = administration.open_account(office.context, admin, "ana", "Ana Silva", "receptionist")
    for guess in ("", "ana", "Ana Silva", "password", "receptionist"):
        assert refused(sessions.sign_in, office.context, "ana", guess) in {"wrong", "locked"}
    passwords.set_password(office.context, link, "lantern orbit walnut fjord")
    secret = sessions.sign_in(office.context, "ana", "lantern orbit walnut fjord")

    assert second_factor.who_waits(office.context, secret).must_set_up


def test_a_user_name_is_given_once_in_the_whole_installation(office, admin):
    opened = (administration.open_account, office.context, admin)

    assert refused(*opened, "doctor", "Another", "receptionist") == "taken"
    assert refused(*opened, "doctor", "Another", "doctor", "GMC 1") == "taken"
    assert refused(*opened, "other", "Another", "owner") == "unknown-role"


@pytest.mark.both_databases
def test_a_role_changes_from_the_next_click_on_and_the_change_is_noted(office, admin):
    administration.change_role(office.context, admin, office.receptionist.id, "doctor", "GMC 1")
    [waits] = second_person.list_changes(office.context, office.doctor)
    second_person.confirm(office.context, office.doctor, waits.id, PASSWORD)

    assert sessions.who_is(office.context, office.receptionist.sign_in).role == "doctor"
    names = [name for name, _ in administration.certificates(office.context, admin)]
    assert "Sam Hill" in names
    assert "change role from receptionist to doctor" in acts(office)


def test_a_disabled_account_is_out_at_once_until_it_is_enabled(office, admin):
    administration.disable(office.context, admin, office.doctor.id)

    assert sessions.who_is(office.context, office.doctor.sign_in) is None
    assert refused(sessions.sign_in, office.context, "doctor", PASSWORD) == "wrong"
    administration.enable(office.context, admin, office.doctor.id)
    assert sessions.who_is(office.context, office.doctor.sign_in) is None
    assert sessions.sign_in(office.context, "doctor", PASSWORD)


def test_nobody_locks_the_last_door_from_outside(office, admin):
    assert refused(administration.disable, office.context, admin, admin.id) == "yourself"
    assert (
        refused(administration.change_role, office.context, admin, admin.id, "doctor") == "yourself"
    )


@pytest.mark.both_databases
def test_a_reset_second_factor_is_set_up_again_at_the_next_sign_in(office, admin):
    codes = second_factor.renew_recovery_codes(office.context, office.doctor)
    administration.reset_second_factor(office.context, admin, office.doctor.id)
    other = office.add("other", "Jo Vance", "administrator")
    [waits] = second_person.list_changes(office.context, other)
    second_person.confirm(office.context, other, waits.id, PASSWORD)

    assert sessions.who_is(office.context, office.doctor.sign_in) is None
    here = second_factor.who_waits(
        office.context, sessions.sign_in(office.context, "doctor", PASSWORD)
    )
    assert here.must_set_up
    assert refused(second_factor.complete, office.context, here, codes[0]) == "wrong"


@pytest.mark.both_databases
def test_a_revoked_tablet_is_an_ordinary_browser(office, admin):
    code = tablets.add_kiosk(office.context, admin, "Waiting room")
    token = tablets.pair(office.context, code)
    [entry] = tablets.list_kiosks(office.context, office.clinic)
    assert entry.paired
    tablets.revoke_kiosk(office.context, admin, entry.id)

    assert tablets.tablet_of(office.context, token) is None
    assert tablets.list_kiosks(office.context, office.clinic)[0].revoked_at
    assert acts(office)[-1] == "revoke tablet"


@pytest.mark.both_databases
def test_sign_out_elsewhere_leaves_this_browser_in(office):
    other = office.sign_in("doctor")
    assert [s.here for s in own_account.list_sign_ins(office.context, other)].count(True) == 1
    assert own_account.end_other_sign_ins(office.context, other) == 1

    assert sessions.who_is(office.context, office.doctor.sign_in) is None
    assert sessions.who_is(office.context, other.sign_in)
    assert len(own_account.list_sign_ins(office.context, other)) == 1
