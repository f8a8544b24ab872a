import shutil
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from screening.definitions.loading import load_definitions
from screening.storage.tables import AuditEntry, Screening
from screening.workflow.clinics import clinics
from screening.workflow.core.actor import PROGRAM, program
from screening.workflow.rules import rescreen as acts
from screening.workflow.rules.rescreen import rescreen
from tests.conftest import QUESTIONS


@pytest.fixture(scope="module")
def without_painkillers(tmp_path_factory):
    """Return the library without the face's rule about painkillers."""
    folder = tmp_path_factory.mktemp("tried") / "questions"
    shutil.copytree(QUESTIONS, folder, ignore=shutil.ignore_patterns("examples"))
    tried = load_definitions(folder)
    face = tried.procedures["mesotherapy-face"]
    rules = tuple(r for r in face.contraindications if r.finding != "nsaid_recent")
    changed = {"mesotherapy-face": replace(face, contraindications=rules)}
    return replace(tried, procedures=tried.procedures | changed)


def bruised(office):
    day = office.now.date().isoformat()
    return office.submit(painkiller="yes", painkiller_last_dose=day)


def number_of(office, id):
    with office.context.database.read() as session:
        return session.get_one(Screening, id).number


def test_the_definitions_in_force_change_nothing(office):
    bruised(office), office.submit()
    found = rescreen(office.context, office.context.definitions, PROGRAM)

    assert (found.stored, found.looked_at, found.changes) == (2, 2, [])


def test_what_changes_is_told_by_number_outcome_and_rule(office, without_painkillers):
    office.submit()
    id = bruised(office)
    found = rescreen(office.context, without_painkillers, PROGRAM)

    [change] = found.changes
    assert (change.number, change.rules) == (number_of(office, id), ("nsaid_recent",))
    [group] = found.groups
    assert (group.procedure, group.before) == ("mesotherapy-face", "deferred")
    assert (group.after, group.numbers) == ("no-contraindication-identified", (change.number,))
    assert (group.rules, group.unasked) == ({"nsaid_recent": 1}, 0)


@pytest.mark.both_databases
def test_trying_is_on_record_and_changes_nothing(office, without_painkillers):
    id = bruised(office)
    with office.context.database.read() as session:
        before = session.get_one(Screening, id).submission
    rescreen(office.context, without_painkillers, office.desk)

    with office.context.database.read() as session:
        assert session.get_one(Screening, id).submission == before
        last = session.scalars(select(AuditEntry).order_by(AuditEntry.sequence.desc())).first()
    assert (last.act, last.who, last.clinic_id) == ("preview rules", "account:1", office.clinic)
    assert last.why == without_painkillers.hash


@pytest.mark.both_databases
def test_a_screening_from_before_has_only_its_report_to_go_by(office, without_painkillers):
    bruised(office)
    now = rescreen(office.context, without_painkillers, PROGRAM).changes
    with office.context.database.write() as session:
        session.execute(update(Screening).values(basis=None))

    assert rescreen(office.context, without_painkillers, PROGRAM).changes == now != []


@pytest.mark.both_databases
def test_what_is_over_is_left_out(office, without_painkillers):
    id = bruised(office)
    with office.context.database.write() as session:
        session.execute(update(Screening).where(Screening.id == id).values(state="superseded"))

    assert rescreen(office.context, without_painkillers, PROGRAM).looked_at == 0


def test_a_clinic_is_looked_at_alone(office, without_painkillers):
    bruised(office)
    other = clinics.add_clinic(office.context, "Other", "", "", "UTC")

    assert rescreen(office.context, without_painkillers, program(other)).changes == []
    assert len(rescreen(office.context, without_painkillers, program(office.clinic)).changes) == 1


@pytest.mark.both_databases
def test_the_newest_come_first_where_there_are_too_many(office, without_painkillers):
    bruised(office)
    office.pass_time(hours=1)
    newest = bruised(office)
    found = rescreen(office.context, without_painkillers, PROGRAM, most=1)

    assert (found.stored, found.looked_at) == (2, 1)
    assert [c.number for c in found.changes] == [number_of(office, newest)]


def test_shared_work_finds_the_same(office, without_painkillers, monkeypatch):
    """Blocks of one, so that two programs really have to share."""
    for _ in range(3):
        bruised(office)
    alone = rescreen(office.context, without_painkillers, PROGRAM).changes
    monkeypatch.setattr(acts, "BLOCK", 1)
    monkeypatch.setattr(acts, "WORTH_SHARING", 1)
    shared = rescreen(office.context, without_painkillers, PROGRAM, workers=2).changes

    assert shared == alone
    assert len(shared) == 3


def test_half_a_character_in_an_answer_stops_nothing(office, without_painkillers):
    day = office.now.date().isoformat()
    office.submit(
        painkiller="yes", painkiller_last_dose=day, other_meds="yes", medicine_list="\ud83d"
    )

    assert len(rescreen(office.context, without_painkillers, PROGRAM).changes) == 1
