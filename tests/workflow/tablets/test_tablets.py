import pytest
from sqlalchemy import select

from screening.storage.tables import AuditEntry, Kiosk
from screening.workflow.accounts.tries import Source
from screening.workflow.core.actor import program
from screening.workflow.tablets import tablets
from tests.office import refused

PIN = "492716"


def tablet(office, pin=""):
    code = tablets.add_kiosk(office.context, program(office.clinic), "Waiting room", pin=pin)
    return tablets.tablet_of(
        office.context, tablets.pair(office.context, code.lower().replace("-", " "))
    )


def acts(office):
    with office.context.database.read() as session:
        return list(session.scalars(select(AuditEntry.act).order_by(AuditEntry.sequence)))


@pytest.mark.both_databases
def test_a_pairing_code_works_once(office):
    code = tablets.add_kiosk(office.context, program(office.clinic), "Waiting room")
    tablets.pair(office.context, code)

    assert refused(tablets.pair, office.context, code) == "wrong-code"


def test_another_browser_is_no_tablet(office):
    assert tablets.tablet_of(office.context, "x" * 32) is None


def test_ten_wrong_pairing_codes_lock_pairing_for_a_while(office):
    code = tablets.add_kiosk(office.context, program(office.clinic), "Waiting room")
    for _ in range(10):
        assert refused(tablets.pair, office.context, "AAAA-AAAA") == "wrong-code"

    assert refused(tablets.pair, office.context, code) == "locked"
    office.pass_time(minutes=6)
    assert tablets.pair(office.context, code)


def test_pairing_is_not_stopped_by_a_stranger(office):
    code = tablets.add_kiosk(office.context, office.desk, "Waiting room")
    stranger = Source("203.0.113.9")
    tried = [refused(tablets.pair, office.context, "AAAA-AAAA", stranger) for _ in range(11)]

    assert tried == ["wrong-code"] * 10 + ["locked"]
    assert tablets.pair(office.context, code, Source("192.0.2.1"))


def test_the_pin_releases_the_tablet(office):
    code = tablets.add_kiosk(office.context, program(office.clinic), "Waiting room", pin=PIN)
    token = tablets.pair(office.context, code)
    tablets.release(office.context, tablets.tablet_of(office.context, token), PIN)

    assert tablets.tablet_of(office.context, token) is None
    assert acts(office)[-1] == "release tablet"


@pytest.mark.both_databases
def test_the_pin_is_kept_as_slowly_as_a_password(office):
    here = tablet(office, PIN)
    with office.context.database.read() as session:
        stored = session.get_one(Kiosk, here.id).pin_hash

    assert stored.startswith("$argon2id$")
    assert PIN not in stored


def test_five_wrong_pins_lock_the_tablet_until_staff_unlock_it(office):
    here = tablet(office, PIN)
    for _ in range(5):
        assert refused(tablets.release, office.context, here, "111111") == "wrong-pin"

    office.pass_time(days=2)
    assert refused(tablets.release, office.context, here, PIN) == "locked"
    tablets.unlock(office.context, office.desk, here.id)
    tablets.release(office.context, here, PIN)
    assert acts(office)[-8:] == [
        *["wrong PIN"] * 5,
        "lock tablet",
        "unlock tablet",
        "release tablet",
    ]


def test_without_a_pin_no_pin_releases_the_tablet(office):
    here = tablet(office)

    assert refused(tablets.release, office.context, here, PIN) == "no-pin"
    tablets.set_pin(office.context, office.desk, here.id, PIN)
    tablets.release(office.context, here, PIN)


@pytest.mark.parametrize("pin", ["12345", "1234567890123", "abcdef", "12 456"])
def test_a_pin_is_six_to_twelve_digits(office, pin):
    add = tablets.add_kiosk

    assert refused(add, office.context, office.desk, "Waiting room", pin) == "not-a-pin"


def test_a_released_tablet_is_paired_anew_under_its_name(office):
    here = tablet(office, PIN)
    tablets.release(office.context, here, PIN)
    code = tablets.pair_again(office.context, office.desk, here.id)

    assert (
        tablets.tablet_of(office.context, tablets.pair(office.context, code)).name == "Waiting room"
    )


def test_no_other_clinic_unlocks_or_names_the_pin_of_a_tablet(office):
    here = tablet(office, PIN)
    for act, more in ((tablets.unlock, ()), (tablets.set_pin, (PIN,)), (tablets.pair_again, ())):
        assert refused(act, office.context, program("another"), here.id, *more) == "gone"
