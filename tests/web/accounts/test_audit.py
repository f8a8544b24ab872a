"""Every look at patients and every change of settings stands in the audit log."""

import pytest
from sqlalchemy import select

from screening.storage.tables import Account, AuditEntry
from screening.workflow.core.actor import program
from screening.workflow.screenings import answering
from screening.workflow.tablets import tablets
from tests.office import DECLARED, PHONE
from tests.web.visitors import USERNAMES, Browsers, browser_with, open_app, staffed_office


@pytest.fixture(scope="module")
def office(tmp_path_factory, furnish):
    office = staffed_office(tmp_path_factory.mktemp("office"), furnish)
    yield office
    office.close()


@pytest.fixture(scope="module")
def app(office):
    return open_app(office)


@pytest.fixture
def browsers(office, app):
    return Browsers(office, app)


LOOKS = {
    ("receptionist", "/reception"): "look at list",
    ("receptionist", "/reception/warnings"): "look at warnings",
    ("receptionist", "/treatments/calls"): "look at calls",
    ("receptionist", "/treatments/of/{id}"): "look at treatments",
    ("doctor", "/doctor"): "look at queue",
    ("doctor", "/doctor/decided"): "look at queue",
    ("doctor", "/doctor/screenings/{id}"): "open review",
    ("doctor", "/doctor/screenings/{id}/screening.pdf"): "read screening report",
    ("administrator", "/admin/audit"): "look at audit log",
    ("administrator", "/admin/audit.csv"): "export audit log",
}


@pytest.mark.parametrize(("who", "path"), LOOKS)
def test_every_look_at_patients_is_noted_with_who_and_whose(office, app, browsers, who, path):
    screening = office.submit()
    if path.endswith(".pdf"):
        office.make_reports(of=screening)
    client = browser_with(app, browsers[who])
    assert client.get(path.format(id=screening)).status_code == 200

    with office.context.database.read() as session:
        name = USERNAMES[who]
        account = session.scalars(select(Account).where(Account.username == name)).one()
        last = session.scalars(select(AuditEntry).order_by(AuditEntry.sequence.desc())).all()[:2]
    seen = [(e.who, e.act, e.screening_id) for e in last]
    about = screening if "{id}" in path else None
    assert (f"account:{account.id}", LOOKS[who, path], about) in seen


def test_a_patient_who_comes_in_and_takes_the_copy_is_noted(office, app):
    invitation = office.invite()
    office.answer(invitation.screening_id)
    answering.submit(office.context, office.hold(invitation.screening_id), DECLARED)
    office.make_reports(of=invitation.screening_id)
    client = browser_with(app, {"__Host-device": PHONE})
    client.post(f"/s/{invitation.link}")
    assert client.get("/screening/report.pdf").status_code == 200

    with office.context.database.read() as session:
        last = session.scalars(select(AuditEntry).order_by(AuditEntry.sequence.desc())).all()[:2]
    assert [e.act for e in last] == ["read own copy", "open link"]
    assert {e.screening_id for e in last} == {invitation.screening_id}


def settings(office):
    """Return the address and the fields of every change of settings an administrator makes."""
    context = office.context
    with context.database.read() as session:
        doctor = session.scalars(select(Account).where(Account.username == "doctor")).one()
    tablet = tablets.list_kiosks(context, office.clinic)[0]
    account = f"/admin/accounts/{doctor.id}"
    new = {"name": "New One", "username": "new-one", "role": "receptionist"}
    return {
        "add receptionist": ("/admin/accounts/new", new),
        "begin role": (f"{account}/role", {"role": "clinical-lead"}),
        "give password link": (f"{account}/link", {}),
        "disable account": (f"{account}/closing", {}),
        "enable account": (f"{account}/opening", {}),
        "add tablet": ("/admin/tablets", {"name": "Another"}),
        "set PIN of tablet": (f"/admin/tablets/{tablet.id}/pin", {"pin": "492716"}),
        "give pairing code": (f"/admin/tablets/{tablet.id}/pairing-code", {}),
        "revoke tablet": (f"/admin/tablets/{tablet.id}/revocation", {}),
        "begin second-factor": (f"{account}/second-factor/reset", {}),
    }


def test_every_change_of_settings_is_noted(office, app, browsers):
    tablets.add_kiosk(office.context, program(office.clinic), "Waiting room")
    client = browser_with(app, browsers["administrator"])
    for act, (path, fields) in settings(office).items():
        assert client.post(path, data=fields).status_code in {201, 303}, path
        with office.context.database.read() as session:
            entries = session.scalars(select(AuditEntry).order_by(AuditEntry.sequence.desc()))
            assert act in [e.act for e in entries.fetchmany(3)], act
