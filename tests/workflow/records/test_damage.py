"""The disk is full, a row is damaged, the clock goes back: it is said, and nothing else suffers."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from sqlalchemy import event

from screening.storage import audit
from screening.storage.encryption import SealedBlobError
from screening.storage.tables import Patient, Screening
from screening.workflow.accounts import sessions
from screening.workflow.core.actor import PROGRAM
from screening.workflow.reception import day_list
from screening.workflow.records import retention
from screening.workflow.reports import making
from screening.workflow.review import queue, reviews
from screening.workflow.rules.insight import look, months_to_choose
from screening.workflow.rules.rescreen import rescreen
from screening.workflow.screenings import answering
from tests.office import DECLARED, PASSWORD, PHONE, refused, render_briefly
from tests.test_keeping_commands import run
from tests.workflow.reports.test_making import row
from tests.workflow.rules.test_rescreen import number_of


@pytest.fixture
def office(tmp_path, furnish):
    office = furnish(tmp_path)
    yield office
    office.close()


def flip(office, id, column):
    """Change one bit of what is stored of a screening."""
    with office.context.database.write() as session:
        screening = session.get_one(Screening, id)
        blob = bytearray(getattr(screening, column))
        blob[len(blob) // 2] ^= 1
        setattr(screening, column, bytes(blob))


def client_of(office):
    """Return a browser without tokens, to which errors are shown as they are to patients."""
    app = office.app()
    app.testing, app.config["WTF_CSRF_ENABLED"] = False, False
    return app.test_client()


def test_one_damaged_row_is_said_and_hides_no_other(office):
    whole, broken = office.submit(), office.submit()
    flip(office, broken, "submission")
    flip(office, broken, "basis")
    flip(office, broken, "person")

    with pytest.raises(SealedBlobError):
        reviews.open_review(office.context, office.doctor, broken)
    names = {e.screening_id: e.name for e in queue.list_queue(office.context, office.doctor)}
    assert names == {whole: "Lan Nguyen", broken: None}
    listed = day_list.list_screenings(office.context, office.clinic)
    assert {e.screening_id: e.name for e in listed} == names
    client = client_of(office)
    office.enter(client, "doctor")
    assert client.get("/doctor").text.count("This record cannot be opened") == 1
    page = client.get(f"/doctor/screenings/{broken}")
    assert page.status_code == 500 and "a backup may still hold it" in page.text


@pytest.mark.both_databases
def test_a_damaged_row_is_never_sealed_and_the_report_says_why(office):
    flip(office, office.submit(), "submission")

    assert making.make_report(office.context, row(office).id, render_briefly) is False
    assert row(office).state == "pending"
    assert "cannot be opened" in row(office).error


def test_a_damaged_row_is_left_out_of_a_trial_and_of_the_figures_and_both_say_so(office):
    office.submit()
    broken = [office.submit() for _ in range(3)]
    for id, column in zip(broken, ("basis", "wrapped_key", "basis"), strict=True):
        flip(office, id, column)
    numbers = sorted(number_of(office, id) for id in broken)

    found = rescreen(office.context, office.context.definitions, PROGRAM)
    assert (found.stored, found.looked_at, found.damaged) == (4, 1, numbers)
    shown = look(office.context, office.lead, months_to_choose(office.context, office.lead)[-1:])
    assert (shown.stored, shown.insight.screenings, shown.damaged) == (4, 1, numbers)

    client = client_of(office)
    office.enter(client, "lead")
    said = f"3 damaged records are left out: {', '.join(numbers)}."
    page = client.get("/lead/insight").text
    assert said in page and "fewer than 5" in " ".join(page.split()).lower()
    folder = (io.BytesIO(office.context.archive), "questions.zip")
    page = client.post("/lead", data={"archive": folder}).text
    assert said in page and "1 screening of your clinic was tried" in page


@pytest.mark.both_databases
def test_a_trial_on_the_command_line_names_what_it_left_out(office):
    office.submit()
    number = number_of(office, broken := office.submit())
    flip(office, broken, "basis")
    code, said = run(office.config.instance, "rescreen")

    assert (code, said.splitlines()[1]) == (0, f"damaged and left out: 1  {number}")
    assert json.loads(run(office.config.instance, "rescreen", "--json")[1])["damaged"] == [number]


@pytest.mark.parametrize("column", ["person", "wrapped_key"])
def test_what_is_left_of_a_damaged_row_is_handed_out_and_the_rest_is_named(office, column):
    broken = office.submit()
    flip(office, broken, column)
    file, number = office.config.instance / "a.zip", number_of(office, broken)
    code, said = run(office.config.instance, "export", number, "-o", file)
    held = json.loads(zipfile.ZipFile(file).read("screening.json"))

    spot = {"person": f"screening:{broken}:person", "wrapped_key": f"key:{broken}"}[column]
    assert code == 0 and f"what is stored as {spot} cannot be opened" in said
    assert f"what is stored as {spot} cannot be opened" in held["damaged"]
    assert (held["person"], held["number"]) == (None, number)
    assert (held["draft"] is None) == (column == "wrapped_key")


@pytest.mark.both_databases
def test_a_clinic_gets_a_new_key_though_a_row_is_damaged(office):
    whole, broken = office.submit(), office.submit()
    with office.context.database.write() as session:
        patient = session.get_one(Patient, session.get_one(Screening, broken).patient_id)
        patient.wrapped_key = patient.wrapped_key[:-1] + bytes([patient.wrapped_key[-1] ^ 1])
    code, said = run(office.config.instance, "keys", "rotate", "--clinic", office.clinic)

    assert code == 0 and "1 patients have a new lock" in said
    assert f"left out, a backup may still hold it: patient {patient.id}: wrapped_key" in said
    assert reviews.open_review(office.context, office.doctor, whole)


def test_a_damaged_row_is_purged_like_any_other(office):
    broken = [office.submit() for _ in range(2)]
    flip(office, broken[0], "person")
    flip(office, broken[1], "wrapped_key")
    office.pass_time(days=4000)

    assert {held.id for held in retention.purge(office.context, 90, 10)} == set(broken)
    assert retention.due_for_purge(office.context, 90, 10) == []


DECLARES = {"who": "self", "agree": "y", "full_name": "Lan Nguyen"}


def test_on_a_full_disk_a_patient_is_told_and_nothing_is_half_done(office):
    invitation = office.invite()
    office.answer(invitation.screening_id)
    client = client_of(office)
    client.set_cookie("device", PHONE)
    client.post(f"/s/{invitation.link}")
    engine = office.context.database.engine

    def fill(connection, _record):
        connection.execute("PRAGMA max_page_count=1")  # SQLite's own "disk is full"

    event.listen(engine, "connect", fill)
    engine.dispose()
    sent = client.post("/screening/check", data=DECLARES)
    assert sent.status_code == 500
    assert "Nothing that you sent before is lost. Try again in a minute" in sent.text
    assert answering.read_draft(office.context, invitation.screening_id).state == "in-progress"

    event.remove(engine, "connect", fill)
    engine.dispose()
    sent = client.post("/screening/check", data=DECLARES)
    assert sent.location == "/screening/receipt"
    assert row(office).state == "pending"


def test_what_was_ordered_by_a_clock_that_was_ahead_does_not_wait_for_that_day(office):
    office.pass_time(days=400)
    id = office.invite().screening_id
    office.answer(id)
    answering.submit(office.context, office.hold(id), DECLARED)
    order = row(office).id
    making._lease(office.context, order)  # by a worker that died
    office.pass_time(days=-400)

    assert order in making.due_reports(office.context)
    assert making.make_report(office.context, order, render_briefly) is True
    with office.context.database.read() as session:
        assert audit.find_break(session, office.context.keys.audit) is None


def test_a_clock_that_goes_back_lengthens_no_sign_in_and_ends_no_lock(office):
    office.pass_time(hours=3)
    person = office.sign_in("doctor")
    for _ in range(5):
        wrong = (office.context, "reception", "wrong password")
        assert refused(sessions.sign_in, *wrong) == "wrong"
    office.now -= timedelta(hours=3)

    assert sessions.who_is(office.context, person.sign_in) is None
    assert refused(sessions.sign_in, office.context, "reception", PASSWORD) == "locked"
