"""The annex of sources and notes: one for each hash of the lists, beside every report."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from screening.documents.rendering.render import render_pdf
from screening.storage.tables import AnnexRow
from screening.workflow.clinics import clinics
from screening.workflow.core.refusal import ActRefusedError
from screening.workflow.reports import annexes
from screening.workflow.reports.carried import carried, carry
from screening.workflow.reports.verification import in_words, verify_upload


def briefly(annex, **options):
    """Render what a reader finds first of a long annex."""
    return render_pdf({**annex, "lists": annex["lists"][:1]}, **options)


def test_an_annex_is_made_once_and_stands_beside_every_report(office):
    assert annexes.missing_annexes(office.context) == []  # before any report needs one
    first, second = office.submit(), office.submit()
    [order] = annexes.missing_annexes(office.context)

    with pytest.raises(ActRefusedError, match="pending"):
        annexes.read_annex(office.context, office.doctor, first)
    assert order in office.rung

    def broken(*_, **__):
        raise ValueError

    assert annexes.make_annex(office.context, order, broken) is False
    assert annexes.missing_annexes(office.context) == [order]
    assert annexes.make_annex(office.context, order, briefly) is True
    assert annexes.make_annex(office.context, order, broken) is True  # it is there
    with office.context.database.read() as session:
        assert session.scalar(select(func.count()).select_from(AnnexRow)) == 1
    pdfs = {annexes.read_annex(office.context, office.doctor, id) for id in (first, second)}
    assert len(pdfs) == 1
    assert annexes.missing_annexes(office.context) == []
    found = verify_upload(office.context, *pdfs)
    assert (found.status, found.byte_for_byte, found.issued.kind) == ("PASSED", True, "annex")
    assert found.issued.clinic == "Aurelia"
    kept = carried(office.context, carry(office.context, found)).issued
    assert kept.as_json() == found.issued.as_json()
    assert any("sources and notes" in line for line in in_words(found))

    [pdf] = pdfs
    changed = verify_upload(office.context, pdf.replace(b"endobj", b"endobk", 1))
    assert (changed.status, changed.issued) == ("FAILED", None)
    elsewhere = verify_upload(office.context, pdf, "AAAA-BBBB-CCCC-DDDD")
    assert (elsewhere.status, elsewhere.byte_for_byte) == ("FAILED", True)


def test_two_workers_make_no_annex_twice(office):
    office.submit()
    [order] = annexes.missing_annexes(office.context)
    told = []

    def meanwhile(annex, **options):
        told.append(annexes.make_annex(office.context, order, briefly))
        return briefly(annex, **options)

    assert annexes.make_annex(office.context, order, meanwhile) is True
    assert told == [False]


def test_another_clinics_doctor_gets_no_annex(office):
    screening = office.submit()
    elsewhere = clinics.add_clinic(office.context, "Borealis", "2 Street", "456", "UTC")
    stranger = replace(office.doctor, clinic_id=elsewhere)

    with pytest.raises(ActRefusedError, match="gone"):
        annexes.read_annex(office.context, stranger, screening)
