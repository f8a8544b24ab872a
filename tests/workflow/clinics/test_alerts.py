"""The clinic's emergency number and its address for alerts are what the administrator says."""

import pytest

from screening.storage.tables import Clinic
from screening.workflow.clinics.alerts import change_alerts
from tests.office import refused


def kept(office):
    with office.context.database.read() as session:
        clinic = session.get_one(Clinic, office.clinic)
        return clinic.emergency, clinic.alert_to


def test_number_and_address_are_kept_and_the_address_can_be_taken_away(office):
    admin = office.add("admin", "Kim Berg", "administrator")
    assert kept(office) == ("112", None)
    change_alerts(office.context, admin, " 999 ", "alarm@clinic.example")
    assert kept(office) == ("999", "alarm@clinic.example")
    change_alerts(office.context, admin, "999", "")
    assert kept(office) == ("999", None)


@pytest.mark.parametrize(
    ("number", "to", "reason"),
    [
        ("", "", "no-number"),
        ("call us", "", "no-number"),
        ("1" * 30, "", "no-number"),
        ("112", "no address", "bad-address"),
    ],
)
def test_what_nobody_could_call_or_write_to_is_refused(office, number, to, reason):
    admin = office.add("admin", "Kim Berg", "administrator")

    assert refused(change_alerts, office.context, admin, number, to) == reason
    assert kept(office) == ("112", None)
