from screening.workflow import kiosk
from tests.office import refused


def tablet(office):
    code = kiosk.add_kiosk(office.place, office.clinic, "Waiting room")
    return kiosk.tablet_of(office.place, kiosk.pair(office.place, code.lower().replace("-", " ")))


def test_a_pairing_code_works_once(office):
    code = kiosk.add_kiosk(office.place, office.clinic, "Waiting room")
    kiosk.pair(office.place, code)

    assert refused(kiosk.pair, office.place, code) == "wrong-code"


def test_a_start_code_works_once(office):
    here, invitation = tablet(office), office.invite()

    assert kiosk.start(office.place, here, invitation.start_code) == invitation.screening_id
    assert refused(kiosk.start, office.place, here, invitation.start_code) == "wrong-code"


def test_a_start_code_ends_with_the_day(office):
    here, invitation = tablet(office), office.invite()
    office.pass_time(hours=12)

    assert refused(kiosk.start, office.place, here, invitation.start_code) == "wrong-code"


def test_five_wrong_codes_lock_the_tablet(office):
    here, invitation = tablet(office), office.invite()
    for _ in range(5):
        assert refused(kiosk.start, office.place, here, "AAAA-AAAA") == "wrong-code"

    assert refused(kiosk.start, office.place, here, invitation.start_code) == "locked"
    office.pass_time(minutes=6)
    assert kiosk.start(office.place, here, invitation.start_code)


def test_another_browser_is_no_tablet(office):
    assert kiosk.tablet_of(office.place, "x" * 32) is None


def test_ten_wrong_pairing_codes_lock_pairing_for_a_while(office):
    code = kiosk.add_kiosk(office.place, office.clinic, "Waiting room")
    for _ in range(10):
        assert refused(kiosk.pair, office.place, "AAAA-AAAA") == "wrong-code"

    assert refused(kiosk.pair, office.place, code) == "locked"
    office.pass_time(minutes=6)
    assert kiosk.pair(office.place, code)
