"""How a clinic looks: what is taken, what is refused, and where it arrives."""

import io

import pikepdf
import pytest
from PIL import Image
from sqlalchemy import select

from screening.storage.encryption import open_bytes
from screening.storage.tables import AuditEntry, Clinic, ReportRow, Screening
from screening.workflow.clinics import branding
from screening.workflow.clinics.branding import Look, change_look
from tests.office import refused


def picture(kind="PNG", size=(600, 200), colour=(140, 20, 60), **more):
    written = io.BytesIO()
    Image.new("RGB", size, colour).save(written, kind, **more)
    return written.getvalue()


@pytest.fixture
def admin(office):
    return office.add("admin", "Kim Berg", "administrator")


def change(office, admin, **changes):
    change_look(
        office.context, admin, Look(**{"name": "Aurelia", "address": "", "phone": ""} | changes)
    )


def kept(office):
    with office.context.database.read() as session:
        clinic = session.get_one(Clinic, office.clinic)
        assert clinic.logo is None or clinic.logo
        return clinic


def test_a_change_is_kept_and_noted_with_what_changed(office, admin):
    change(office, admin, name="Aurelia Haut", phone="456", accent="#7A1F4B", paper="Letter")

    clinic = kept(office)
    assert (clinic.name, clinic.phone, clinic.accent, clinic.paper) == (
        *("Aurelia Haut", "456", "#7a1f4b", "Letter"),
    )
    with office.context.database.read() as session:
        noted = select(AuditEntry).where(AuditEntry.act == "change look")
        [entry] = session.scalars(noted)
    assert entry.who == admin.who
    assert entry.why == "accent, address, name, paper, phone"


@pytest.mark.parametrize(
    ("reason", "changes"),
    [
        ("no-name", {"name": "  "}),
        ("no-colour", {"accent": "green"}),
        ("no-colour", {"accent": "#17493f", "accent_dark": "url(x)"}),
        ("light-contrast", {"accent": "#9fd3c2"}),
        ("dark-contrast", {"accent": "#17493f", "accent_dark": "#17493f"}),
        ("no-paper", {"paper": "A5"}),
        ("no-picture", {"logo": b"<svg xmlns='http://www.w3.org/2000/svg'/>"}),
        ("no-picture", {"logo": picture()[:90]}),
        ("no-picture", {"logo": picture("GIF")}),
        ("no-picture", {"logo": picture("BMP", (300, 300))}),
    ],
)
def test_what_cannot_be_used_is_refused_and_nothing_changes(office, admin, reason, changes):
    refusal = {"name": "Other", "address": "", "phone": ""} | changes

    assert refused(change_look, office.context, admin, Look(**refusal)) == reason
    assert kept(office).name == "Aurelia"


@pytest.mark.both_databases
@pytest.mark.parametrize("sent", ["PNG", "JPEG"])
def test_a_logo_is_drawn_anew_and_small_and_carries_nothing_else(office, admin, sent):
    change(office, admin, logo=picture(sent) + b"<script>alert(1)</script> GPS 51.5")

    clinic = kept(office)
    assert b"script" not in clinic.logo
    with Image.open(io.BytesIO(clinic.logo)) as drawn:
        assert (drawn.format, drawn.size, drawn.info) == ("PNG", (480, 160), {})
    assert clinic.logo_print.startswith("480x160-")
    assert branding.logo_of(office.context, office.clinic, clinic.logo_print) == clinic.logo
    assert branding.logo_of(office.context, office.clinic, "480x160-0") is None

    change(office, admin)
    assert kept(office).logo is not None, "saving the rest keeps it"
    change(office, admin, logo=b"")
    assert kept(office).logo is None


def test_a_picture_that_would_fill_the_memory_is_refused(office, admin):
    bomb = picture(size=(12_000, 2_000))
    assert len(bomb) < branding.LARGEST_LOGO
    sent = Look(name="A", address="", phone="", logo=bomb)

    assert refused(change_look, office.context, admin, sent) == "no-picture"


def test_the_report_carries_logo_paper_and_a_text_for_who_cannot_see(office, admin):
    change(office, admin, paper="Letter", logo=picture())
    id = office.submit()
    office.make_reports()

    with office.context.database.read() as session:
        key = office.context.screening_key(session, session.get_one(Screening, id))
        rows = session.scalars(select(ReportRow).where(ReportRow.screening_id == id)).all()
        files = [open_bytes(key, row.pdf, f"report:{row.id}") for row in rows]
    assert len(files) == 2
    for pdf in files:
        with pikepdf.open(io.BytesIO(pdf)) as read:
            assert [round(float(v)) for v in read.pages[0].mediabox] == [0, 0, 612, 792]
            tagged = [o for o in read.objects if isinstance(o, pikepdf.Dictionary) and "/Alt" in o]
            [logo] = [o for o in tagged if str(o.Alt) == "Logo of Aurelia"]
            assert (logo.S, logo.Pg) == ("/Figure", read.pages[0].obj)
