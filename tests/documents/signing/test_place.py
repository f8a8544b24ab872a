"""The doctor's signature is seen on the page, where the page prints who signed."""

import io
import random
from functools import cache

import pikepdf
import pytest
from weasyprint import HTML

from screening.documents.rendering.fonts import use_own_fonts
from screening.documents.signing.seal import seal_pdf, sign_pdf
from screening.documents.tagged.tags import finish_tags
from screening.documents.verifying.verify import verify_pdf
from tests.documents.sealing import LATER, NOW, authority, doctor, seal, signed
from tests.documents.verifying.hostile import KINDS

PAGE = (
    "<html lang=en><title>Report</title><h1>Report</h1><p>Before</p>"
    '<p style="position: relative">Signed: Dr Mai Trần, 30 November 2026'
    '<a id=doctor-signs href="#doctor-signs" style="position: absolute; inset: 0"></a></p>'
)


@cache
def printed(page=PAGE):
    use_own_fonts()
    return finish_tags(HTML(string=page).write_pdf(pdf_variant="pdf/a-3a"))


@cache
def waiting():
    return seal_pdf(printed(), seal(), NOW, "Sealed", doctor().certificate)


@cache
def decided():
    return sign_pdf(waiting(), doctor(), LATER, "Decided")


def test_a_file_whose_signature_is_seen_passes_like_any_other():
    found = verify_pdf(decided(), [authority().certificate], LATER)
    assert (found.status, found.reasons) == ("PASSED", ())
    assert [one.field for one in found.signatures] == ["ClinicSeal", "Doctor"]


def test_the_field_lies_over_the_printed_words_and_a_tag_of_a_form_leads_to_it():
    with pikepdf.open(io.BytesIO(printed())) as before:
        [link] = before.pages[0].Annots
        place = sorted(map(float, link.Rect))
    with pikepdf.open(io.BytesIO(decided())) as after:
        seen = [each for each in after.pages[0].Annots if each.T == "Doctor"]
        assert [str(each.Subtype) for each in after.pages[0].Annots] == ["/Widget"] * 2
        [field] = seen
        assert sorted(map(float, field.Rect)) == pytest.approx(place, abs=0.01)
        assert (field.F & 4, field.F & 2) == (4, 0)
        assert field.AP.N.read_bytes() == b""  # the page says it already, in its own letters
        numbers = list(after.Root.StructTreeRoot.ParentTree.Nums)
        tag = numbers[numbers[::2].index(field.StructParent) * 2 + 1]
        assert (str(tag.S), tag.K.Obj.objgen) == ("/Form", field.objgen)


def test_the_signature_changes_nothing_that_is_seen():
    """What the seal covers is drawn as it was: no program's stamp comes over the words."""
    added = decided()[len(waiting()) :]
    assert b"/V " in added
    assert b"/XObject" not in added
    assert b"/Font" not in added


def test_a_page_that_prints_no_place_is_signed_unseen():
    with pikepdf.open(io.BytesIO(signed())) as document:
        [field] = [each for each in document.pages[0].Annots if each.T == "Doctor"]
        assert [float(number) for number in field.Rect] == [0, 0, 0, 0]


@pytest.mark.parametrize(
    "kind", ["changed_before_the_doctor_signed", "painted_over_as_the_doctor_signs"]
)
def test_whoever_paints_over_the_place_or_moves_it_is_refused(kind):
    make = next(made for name, made in KINDS.items() if name.endswith(kind))
    for number in range(4):
        found = verify_pdf(make(random.Random(number)), [authority().certificate], LATER)
        assert (found.status, found.signatures) == ("FAILED", ())
