"""The annex of sources and notes: one for each hash of the lists, beside every report."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from screening.documents.rendering.render import render_pdf
from screening.storage.tables import AnnexRow
from screening.workflow.clinics import clinics
from screening.workflow.core.refusal import ActRefusedError
from screening.workflow.reports import annexes
from screening.workflow.reports.verification import verify_upload


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
    assert verify_upload(office.context, *pdfs).status == "PASSED"


def test_another_clinics_doctor_gets_no_annex(office):
    screening = office.submit()
    elsewhere = clinics.add_clinic(office.context, "Borealis", "2 Street", "456", "UTC")
    stranger = replace(office.doctor, clinic_id=elsewhere)

    with pytest.raises(ActRefusedError, match="gone"):
        annexes.read_annex(office.context, stranger, screening)
