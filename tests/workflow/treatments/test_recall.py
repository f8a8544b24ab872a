"""A lot is found again with everyone who got it, however it was typed."""

import pytest
from sqlalchemy import select

from screening.storage.tables import AuditEntry, Treatment
from screening.workflow.clinics import clinics
from screening.workflow.core.actor import program
from screening.workflow.treatments.recall import as_csv, recall
from screening.workflow.treatments.treating import Done, correct, take_back
from tests.office import ZONE
from tests.workflow.treatments.clinic import decided, know_address, today, treated


def used(*lots):
    return [Done("thread-lift", tuple(("PDO threads", lot) for lot in lots))]


def found(office, lot, by=None):
    return recall(office.context, by or office.doctor, lot)


@pytest.mark.both_databases
def test_everyone_who_got_the_lot_is_found_and_nobody_else(office):
    id = decided(office)
    know_address(office, id)
    treated(office, screening_id=id, done=used("HA 22-817", "OTHER"))
    treated(office, screening_id=decided(office), done=used("HA-22818"))

    [one] = found(office, "ha22817")
    assert (one.name, one.born, one.to) == ("Lan Nguyen", "1986-05-03", "lan@patient.example")
    assert (one.number, one.treated_on, one.used) == (
        office.number(1),
        today(office),
        ("PDO threads HA 22-817",),
    )


def test_each_recall_is_noted_and_the_lot_is_not(office):
    found(office, "HA-22817")

    with office.context.database.read() as session:
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.sequence.desc())).first()
    assert (entry.act, entry.who, entry.why) == ("recall lot", office.doctor.who, None)


def test_what_was_taken_back_or_corrected_is_not_found_under_its_old_lot(office):
    take_back(office.context, office.doctor, treated(office, done=used("A-1")))
    right = treated(office, done=used("B-2"))
    correct(office.context, office.doctor, right, today(office), used("C-3"), "")

    assert [len(found(office, lot)) for lot in ("A1", "B2", "C3")] == [0, 0, 1]


def test_nothing_is_found_for_a_lot_without_letters(office):
    treated(office, done=used("-"))

    assert found(office, " - ") == []


def test_a_clinic_finds_only_its_own(office):
    treated(office, done=used("A-1"))
    elsewhere = clinics.add_clinic(office.context, "Borealis", "2 Street", "456", str(ZONE))

    assert found(office, "A-1", program(elsewhere)) == []
    assert len(found(office, "A-1", program(office.clinic))) == 1


def test_a_damaged_treatment_is_still_found_by_its_number(office):
    treatment = treated(office, done=used("A-1"))
    with office.context.database.write() as session:
        row = session.get_one(Treatment, treatment)
        row.content = row.content[:-1] + bytes([row.content[-1] ^ 1])

    [one] = found(office, "A-1")
    assert (one.number, one.name) == (office.number(1), "")


def test_the_file_names_everyone_and_holds_no_formula(office):
    treated(office, done=used("=A-1"))
    header, row = as_csv(found(office, "A1")).splitlines()

    assert header.startswith("treated_on,patient,born")
    assert "Lan Nguyen,1986-05-03" in row and "PDO threads =A-1" in row
    treated(office, done=[Done("thread-lift", (("", "=A-1"),))])
    assert ",'=A-1," in as_csv(found(office, "A1"))
