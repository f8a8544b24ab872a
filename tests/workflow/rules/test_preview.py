import io
import shutil
import zipfile

import pytest
from sqlalchemy import func, select

from screening.bootstrap import pack_definitions
from screening.storage.tables import AuditEntry, Screening
from screening.workflow.clinics import clinics
from screening.workflow.rules import preview
from tests.conftest import QUESTIONS


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(QUESTIONS, tmp_path / "questions")


def shorten_the_wait(folder):
    """Let painkillers wait for three days instead of seven."""
    face = folder / "procedures" / "mesotherapy-face.yaml"
    before, rule, after = face.read_text().partition("- finding: nsaid_recent\n")
    face.write_text(before + rule + after.replace("defer: 7 days", "defer: 3 days", 1))
    return pack_definitions(folder)


def bruised(office):
    day = office.now.date().isoformat()
    return office.submit(painkiller="yes", painkiller_last_dose=day)


def test_a_changed_wait_is_shown_side_by_side_with_what_it_changes(office, folder):
    bruised(office)
    trial = preview.try_definitions(office.context, office.lead, shorten_the_wait(folder))

    assert trial.problems == []
    [rule] = trial.comparison.rules
    assert (rule.finding, rule.fields) == ("nsaid_recent", {"defer": ("7 days", "3 days")})
    [group] = trial.preview.groups
    assert (group.before, group.after, len(group.numbers)) == ("deferred", "deferred", 1)
    assert any("mesotherapy-face" in line for line in trial.failing)


def test_a_folder_with_mistakes_tells_all_of_them(office, folder):
    (folder / "findings.yaml").write_text("findings: [")
    (folder / "sources.yaml").write_text("sources: [")
    trial = preview.try_definitions(office.context, office.lead, pack_definitions(folder))

    assert [p.split(":")[0] for p in trial.problems] == [
        "questions/findings.yaml",
        "questions/sources.yaml",
    ]
    assert (trial.preview, trial.comparison) == (None, None)


def test_only_the_leads_own_clinic_is_looked_at(office, folder):
    bruised(office)
    other = clinics.add_clinic(office.context, "Other", "", "", "UTC")
    stranger = office.add("other", "Lee Kim", "clinical-lead", other)
    trial = preview.try_definitions(office.context, stranger, shorten_the_wait(folder))

    assert (trial.preview.stored, trial.preview.changes) == (0, [])


@pytest.mark.both_databases
def test_trying_keeps_nothing_but_an_entry_in_the_audit_log(office, folder):
    bruised(office)
    archive = shorten_the_wait(folder)
    before = rows(office)
    preview.try_definitions(office.context, office.lead, archive)

    assert rows(office) == before | {"audit": before["audit"] + 1}
    assert last_entry(office) == ("preview rules", office.lead.who)


def rows(office):
    """Return how many rows every table has."""
    with office.context.database.read() as session:
        return {
            t.name: session.scalar(select(func.count()).select_from(t))
            for t in Screening.metadata.sorted_tables
        }


def last_entry(office):
    with office.context.database.read() as session:
        last = session.scalars(select(AuditEntry).order_by(AuditEntry.sequence.desc())).first()
        return last.act, last.who


def test_what_is_in_force_is_told_with_its_first_use(office):
    assert preview.in_force(office.context).since is None
    office.submit()
    known = preview.in_force(office.context)

    assert (known.hash, known.since) == (office.context.definitions.hash, office.now)
    assert (known.procedures, known.rules > 100) == (10, True)


def test_the_folder_in_force_can_be_taken_and_tried_unchanged(office):
    bruised(office)
    archive = preview.pack_in_force(office.context, office.lead)
    assert last_entry(office) == ("take rules", office.lead.who)
    trial = preview.try_definitions(office.context, office.lead, archive)

    assert "findings.yaml" in zipfile.ZipFile(io.BytesIO(archive)).namelist()
    assert not trial.comparison
    assert (trial.preview.looked_at, trial.preview.changes, trial.failing) == (1, [], [])
