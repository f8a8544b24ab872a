"""Several clinics in one installation: what belongs to another one is as good as none."""

import pytest
from sqlalchemy import select

from screening.storage.columns import Table
from screening.storage.tables import Account, Passkey
from screening.workflow.clinics import clinics
from screening.workflow.core.actor import program
from screening.workflow.reception import invitations
from screening.workflow.screenings import answering
from screening.workflow.tablets import tablets
from tests.office import DECLARED, START
from tests.web.core.test_who_may import ALL, MAY
from tests.web.visitors import (
    NOBODYS,
    STAFF,
    Browsers,
    browser_with,
    open_app,
    routes,
    send,
    staffed_office,
)


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


@pytest.fixture(scope="module")
def elsewhere(office):
    """Return one of everything in another clinic."""
    context = office.context
    other = clinics.add_clinic(context, "Other", "", "", "UTC")
    doctor = office.add("else", "Dr Else", "doctor", other)
    tablets.add_kiosk(context, program(other), "Their tablet")
    screening = invitations.invite(context, program(other), "Ana Silva", ["mesotherapy-face"])
    add_passkey(office, doctor.id, "theirs")
    [tablet] = tablets.list_kiosks(context, other)
    return {
        "screening_id": screening.screening_id,
        "account_id": doctor.id,
        "kiosk_id": tablet.id,
        "passkey_id": "theirs",
    }


def add_passkey(office, account_id, id):
    with office.context.database.write() as session:
        session.add(
            Passkey(
                id=id,
                account_id=account_id,
                name="Phone",
                credential_hash=id,
                content=b"",
                created_at=office.now,
            )
        )


@pytest.fixture(scope="module")
def submitted_elsewhere(office, elsewhere):
    """Return the same with a screening that has its report."""
    office.answer(elsewhere["screening_id"])
    answering.submit(office.context, office.hold(elsewhere["screening_id"]), DECLARED)
    office.make_reports()
    return elsewhere


def stored(office):
    """Return every row but what looking itself writes: audit entries, sign-ins."""
    with office.context.database.read() as session:
        return {
            name: sorted(map(repr, session.execute(select(table)).all()))
            for name, table in Table.metadata.tables.items()
            if name not in {"audit", "sign_in"}
        }


@pytest.mark.parametrize("who", sorted(STAFF))
def test_what_belongs_to_another_clinic_is_as_good_as_none(
    office, app, browsers, submitted_elsewhere, who
):
    objects, cookies = NOBODYS | submitted_elsewhere, browsers[who]
    before, wrong, tried = stored(office), [], 0
    for rule, method in routes(app):
        if rule.arguments & submitted_elsewhere.keys():
            for kind in ("screening", "decided") if "kind" in rule.arguments else ("",):
                tried += 1
                response = send(app, cookies, rule, method, objects | {"kind": kind})
                expected = {404, 410} if who in MAY[rule.endpoint] else {403}
                if response.status_code not in expected:
                    wrong.append((method, rule.endpoint, response.status_code))

    assert wrong == []
    assert stored(office) == before
    assert tried > 20


def test_what_belongs_to_the_own_clinic_is_there(office, app, browsers):
    """Without this the test above could pass because nothing is ever found."""
    with office.context.database.read() as session:
        mine = session.scalars(select(Account).where(Account.username == "admin")).one()
    add_passkey(office, mine.id, "mine")
    screening = office.submit()
    own = {"screening_id": screening, "account_id": mine.id, "passkey_id": "mine"}
    for rule, method in routes(app):
        if rule.arguments & own.keys() and method == "GET" and rule.endpoint != "doctor.report":
            for who in MAY[rule.endpoint] & (
                {"administrator"} if "account" in rule.endpoint else ALL
            ):
                sent = {"screening_id": screening}
                if rule.endpoint == "reception.mail":  # to who has still to answer
                    sent = {"screening_id": office.invite().screening_id}
                response = send(app, browsers[who], rule, method, NOBODYS | own | sent)
                assert response.status_code == 200, rule.endpoint


def test_a_start_code_of_another_clinic_starts_nothing(office, app, browsers):
    other = clinics.add_clinic(office.context, "Third", "", "", "UTC")
    theirs = invitations.invite(office.context, program(other), "Ana Silva", [], born="1986-05-03")
    client = browser_with(app, browsers["tablet"])

    assert client.post("/kiosk/start", data=START | {"code": theirs.start_code}).status_code == 422


def test_lists_hold_only_the_own_clinic(office, app, browsers, elsewhere):
    for who, path in (
        ("administrator", "/admin"),
        ("administrator", "/admin/tablets"),
        ("administrator", "/admin/audit"),
        ("administrator", "/admin/audit.csv"),
        ("receptionist", "/reception"),
        ("doctor", "/doctor"),
    ):
        client = browser_with(app, browsers[who])
        page = client.get(path)
        assert page.status_code == 200
        for theirs in ("Dr Else", "Their tablet", "Ana Silva", *elsewhere.values()):
            assert theirs not in page.text, (path, theirs)
