"""Several clinics in one installation: what belongs to another one is as good as none."""

import copy
import re
from datetime import date
from functools import partial

import pytest
from sqlalchemy import select

from screening.storage.columns import Table
from screening.storage.tables import Account, Passkey, Screening, Treatment
from screening.workflow.clinics import clinics
from screening.workflow.core.actor import program
from screening.workflow.reception import invitations
from screening.workflow.tablets import tablets
from screening.workflow.treatments import answers, treating
from screening.workflow.treatments.page import open_page
from tests.office import START
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
from tests.workflow.treatments.clinic import THREADS, decided, go_to_day


@pytest.fixture(scope="module")
def office(tmp_path_factory, furnish):
    office = staffed_office(tmp_path_factory.mktemp("office"), furnish)
    yield office
    office.close()


@pytest.fixture(scope="module")
def app(office):
    app = open_app(office)
    app.config["RATELIMIT_ENABLED"] = False  # more is tried here than anybody may
    return app


@pytest.fixture
def browsers(office, app):
    return Browsers(office, app)


@pytest.fixture(scope="module")
def theirs(office):
    """Return another clinic of the same installation, with a doctor of its own."""
    other = copy.copy(office)
    other.clinic = clinics.add_clinic(office.context, "Other", "", "", "UTC")
    other.invite = partial(other.invite, name="Ana Silva")
    other.doctor = office.add("else", "Dr Else", "doctor", other.clinic)
    return other


@pytest.fixture(scope="module")
def elsewhere(office, theirs):
    """Return the ids of one of everything in another clinic, in every state there is."""
    tablets.add_kiosk(office.context, program(theirs.clinic), "Their tablet")
    [tablet] = tablets.list_kiosks(office.context, theirs.clinic)
    add_passkey(office, theirs.doctor.id, "their-passkey")
    invited, withdrawn = (theirs.invite().screening_id for _ in range(2))
    invitations.withdraw(office.context, theirs.desk, withdrawn, "mistake")
    done = [decided(theirs) for _ in range(2)]
    day = date.fromisoformat(office.day())
    for screening in done:
        treating.treat(office.context, theirs.doctor, screening, day, THREADS, "Dr Else")
    go_to_day(office, 8)
    theirs.now = office.now
    sign, call = (one.check_in_id for one in answers.list_to_call(office.context, theirs.doctor))
    [first, *_] = open_page(office.context, sign, by=theirs.doctor).asked
    answers.answer(office.context, sign, {first.key: "yes"}, theirs.doctor)
    submitted = theirs.submit()
    office.make_reports()
    every = {"account_id": theirs.doctor.id, "kiosk_id": tablet.id, "passkey_id": "their-passkey"}
    return [
        every | about(office, screening) | {"check_in_id": check_in}
        for screening in (invited, withdrawn, submitted, *done)
        for check_in in (sign, call)
    ]


def about(office, screening_id):
    """Return the ids of a screening's patient and treatment, unknown ones where there is none."""
    with office.context.database.read() as session:
        patient = session.get_one(Screening, screening_id).patient_id
        query = select(Treatment.id).where(Treatment.screening_id == screening_id)
        made = session.scalars(query).first()
    return {"screening_id": screening_id, "patient_id": patient, "treatment_id": made or "x"}


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


def columns_of(table):
    """Return the columns but the one that keeps what its owner typed on a page."""
    return [column for column in table.c if str(column) != "account.unfinished"]


def stored(office):
    """Return every row but what looking itself writes: audit entries, sign-ins, what one typed."""
    with office.context.database.read() as session:
        return {
            name: sorted(map(repr, session.execute(select(*columns_of(table))).all()))
            for name, table in Table.metadata.tables.items()
            if name not in {"audit", "sign_in"}
        }


def seen(response, objects):
    """Return what a visitor sees of an answer, whatever ids stood in the address."""
    shown = f"{response.status_code} {response.headers.get('Location')} {response.text}"
    for id in objects.values():
        shown = shown.replace(str(id), "x") if len(str(id)) > 8 else shown
    # What was typed on a page of before is one's own, whoever the id is of.
    shown = re.sub(r'<form class="notice" method="post" action="/keep">.*?</form>', "", shown)
    return re.sub(r'(nonce|csrf_token" value)="[^"]*"', "", shown)


@pytest.mark.parametrize("who", sorted(STAFF))
def test_what_belongs_to_another_clinic_is_as_good_as_none(office, app, browsers, elsewhere, who):
    """Whoever tries its ids learns as little as from ids that nobody has."""
    cookies, before, wrong, tried = browsers[who], stored(office), [], 0
    for rule, method in routes(app):
        expected = {404, 410} if who in MAY[rule.endpoint] else {403}
        expected |= {409} if rule.endpoint == "doctor.decide" else set()  # keeps what was typed
        expected |= {401} if rule.endpoint.startswith("api.") else set()  # no browser has a key
        named = rule.arguments & elsewhere[0].keys()
        for kind in ("screening", "decided") if "kind" in rule.arguments else ("",):
            nobodys = NOBODYS | {"kind": kind}
            none = seen(send(app, cookies, rule, method, nobodys), {}) if named else ""
            for ids in {tuple(theirs[name] for name in sorted(named)) for theirs in elsewhere}:
                objects = dict(zip(sorted(named), ids, strict=True))
                if objects:
                    tried += 1
                    response = send(app, cookies, rule, method, nobodys | objects)
                    if response.status_code not in expected or seen(response, objects) != none:
                        wrong.append((method, rule.endpoint, response.status_code, none[:3]))

    assert wrong == []
    assert stored(office) == before
    assert tried > 100


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
                made = {200, 409} if rule.endpoint == "doctor.sources" else {200}  # in a while
                assert response.status_code in made, rule.endpoint


def test_a_start_code_of_another_clinic_starts_nothing(office, app, browsers):
    other = clinics.add_clinic(office.context, "Third", "", "", "UTC")
    theirs = invitations.invite(office.context, program(other), "Ana Silva", [], born="1986-05-03")
    client = browser_with(app, browsers["tablet"])

    assert client.post("/kiosk/start", data=START | {"code": theirs.start_code}).status_code == 422


@pytest.mark.parametrize(
    ("who", "path", "sent"),
    [
        ("administrator", "/admin", None),
        ("administrator", "/admin/tablets", None),
        ("administrator", "/admin/audit", None),
        ("administrator", "/admin/audit.csv", None),
        ("receptionist", "/reception", None),
        ("receptionist", "/reception/warnings", None),
        ("receptionist", "/treatments/calls", None),
        ("receptionist", "/reception/patients", {"words": "Ana"}),
        ("receptionist", "/reception/patients", {"words": "Lan Nguyen"}),
        ("receptionist", "/reception/patients", {"words": "{number}"}),
        ("doctor", "/doctor", None),
        ("doctor", "/doctor/queue", None),
        ("doctor", "/doctor/decided", None),
        ("doctor", "/doctor/search", {"words": "Lan Nguyen"}),
        ("doctor", "/doctor/search", {"words": "{number}"}),
        ("doctor", "/patients/{own}/search", {"words": "Ana"}),
        ("doctor", "/recall", {"lot": "LOT-1"}),
        ("clinical-lead", "/recall/patients.csv", {"lot": "LOT-1"}),
    ],
)
def test_lists_and_searches_hold_only_the_own_clinic(
    office, app, browsers, theirs, elsewhere, who, path, sent
):
    client, own = browser_with(app, browsers[who]), about(office, office.invite().screening_id)
    number = number_of(office, elsewhere[-1]["screening_id"])
    fields = {name: text.format(number=number) for name, text in (sent or {}).items()}
    path = path.format(own=own["patient_id"])
    page = client.post(path, data=fields) if sent else client.get(path)

    assert page.status_code == 200
    ids = {id for each in elsewhere for id in each.values()} - {"x"}
    for text in ("Dr Else", "Their tablet", "Ana Silva", *ids):
        assert text not in page.text, text


def number_of(office, screening_id):
    """Return the number of a screening, which must not be one of the own clinic's, too."""
    with office.context.database.write() as session:
        row = session.get_one(Screening, screening_id)
        row.number = "SC-2001-000001"
        return row.number


@pytest.mark.parametrize("act", ["merge", "difference"])
def test_no_own_patient_becomes_one_with_another_clinics(office, app, browsers, elsewhere, act):
    own = about(office, office.invite().screening_id)["patient_id"]
    client, before = browser_with(app, browsers["doctor"]), stored(office)
    tried = [
        client.post(f"/patients/{own}/{act}", data={"other": id}).status_code
        for id in (elsewhere[0]["patient_id"], "nobody")
    ]

    assert tried == [404, 404]
    assert stored(office) == before


def test_nobody_of_another_clinic_is_invited(office, app, browsers, elsewhere):
    client, before = browser_with(app, browsers["receptionist"]), stored(office)
    for id in (elsewhere[0]["patient_id"], "nobody"):
        assert client.get("/reception/invitations", query_string={"patient": id}).status_code == 404
        given = {"name": "Ana Silva", "patient": id, "seen": id}
        assert client.post("/reception/invitations", data=given).status_code == 404
    assert stored(office) == before


def test_a_review_names_nobody_of_another_clinic_as_decided_before(
    office, app, browsers, elsewhere
):
    client, own = browser_with(app, browsers["doctor"]), office.submit()
    theirs = elsewhere[-1]["screening_id"]

    page = client.get(f"/doctor/screenings/{own}", query_string={"after": theirs})
    assert page.status_code == 200
    assert theirs not in page.text
