"""Backing up, restoring and the drill, as they are typed."""

import re
from pathlib import Path

import pytest
from sqlalchemy import select

from screening.storage.tables import Screening
from screening.workflow.core.actor import PROGRAM
from screening.workflow.records import erasure
from tests.test_keeping_commands import run

GUIDE = Path(__file__).parents[2] / "docs/administrator.md"


@pytest.fixture
def office(tmp_path, furnish):
    office = furnish(tmp_path / "instance")
    yield office
    office.close()


@pytest.fixture
def new(tmp_path, office):
    """Return the folder of a new machine, which has the secret."""
    there = tmp_path / "new"
    there.mkdir()
    (there / "secret").write_bytes((tmp_path / "instance/secret").read_bytes())
    return there


def test_the_drill_says_what_the_guide_shows(office, tmp_path):
    """Numbers, names and years differ from clinic to clinic, and no more than they."""
    erased = office.submit()
    office.submit()
    office.make_reports()
    file = tmp_path / "backups" / "a.zip"
    file.parent.mkdir()
    assert run(tmp_path / "instance", "backup", file)[0] == 0
    erasure.erase(office.context, erased, PROGRAM, "asked by the patient")
    before = {p: p.stat().st_mtime_ns for p in file.parent.rglob("*")}
    assert run(tmp_path / "instance", "purge")[0] == 0  # which writes the ledger here
    code, said = run(tmp_path / "instance", "drill", file)

    assert code == 0, said
    assert f"erased again: {office.number(1)}" in said
    assert {p: p.stat().st_mtime_ns for p in file.parent.glob("*.zip")} == {
        p: at for p, at in before.items() if p.suffix == ".zip"
    }
    [shown] = re.findall(r"    screening drill \S+\n\n```text\n((?:.+\n)+)```", GUIDE.read_text())
    assert shape(said) == shape(shown)


def shape(text):
    """Return the lines with every number and name taken for the same."""
    lines = [line.strip() for line in text.strip().splitlines()]
    return [re.sub(r": [A-Z][a-z]+: \d+", ": X", re.sub(r"SC-[\d-]+|\d+", "N", x)) for x in lines]


def test_a_drill_of_a_damaged_backup_names_it_and_fails(office, tmp_path):
    office.submit()
    with office.context.database.write() as session:
        session.scalars(select(Screening)).one().submission = b"damaged"
    code, said = run(tmp_path / "instance", "drill")

    assert code == 1 and f"FAILED: {office.number(1)} screening" in said


def test_a_backup_names_what_is_damaged_and_lets_none_go(office, tmp_path):
    here, folder = tmp_path / "instance", tmp_path / "backups"
    folder.mkdir()
    office.submit()
    assert run(here, "backup", folder / "a.zip")[0] == 0
    with office.context.database.write() as session:
        session.scalars(select(Screening)).one().submission = b"damaged"
    code, said = run(here, "backup", folder / "b.zip", "--keep", 1)

    assert code == 1 and f"{office.number(1)} screening" in said and "submission" in said
    assert {p.name for p in folder.glob("*.zip")} == {"a.zip", "b.zip"}


def test_a_restore_that_cannot_be_whole_says_how_to_go_on(office, tmp_path, new):
    folder = tmp_path / "backups"
    folder.mkdir()
    office.submit()
    with office.context.database.write() as session:
        session.scalars(select(Screening)).one().submission = b"damaged"
    assert run(tmp_path / "instance", "backup", folder / "a.zip")[0] == 1
    code, said = run(new, "restore", folder / "a.zip")
    assert code == 1 and "damaged: " in said and "or go on --with-damage" in said
    (folder / "ledger").unlink()
    code, said = run(new, "restore", folder / "a.zip", "--with-damage")
    assert code == 2 and "there is no ledger" in said and "--without-ledger" in said
    assert [p.name for p in new.iterdir()] == ["secret"]
    code, said = run(new, "restore", folder / "a.zip", "--with-damage", "--without-ledger")

    assert code == 1 and "damaged and kept as it is: " in said and "sign-ins ended: " in said
    assert "numbers go on at: Aurelia: 010002" in said


def test_all_that_a_backup_writes_is_for_its_owner_alone(office, tmp_path):
    assert run(tmp_path / "instance", "backup", tmp_path / "a.zip")[0] == 0

    for name in ("a.zip", "ledger"):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
