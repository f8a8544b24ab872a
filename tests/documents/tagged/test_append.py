"""The sealed pages stand behind the cover with every tag that they had."""

import io

import pikepdf
import pypdf
import pytest

from screening.documents.signing.seal import seal_pdf
from screening.documents.tagged.append import append_tagged
from tests.documents.sealing import NOW, plain, seal


def marks_of(pdf):
    """Return each mark on a page as the tags name it, and as the pages lead back to the tags."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        keys = {page.obj.objgen: int(page.StructParents) for page in document.pages}
        named, languages = [], []

        def walk(element):
            if "/Lang" in element:
                languages.append(str(element.Lang))
            kids = element.get("/K", pikepdf.Array())
            for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
                if not isinstance(kid, pikepdf.Dictionary):
                    named.append((keys[element.Pg.objgen], int(kid), element.objgen))
                elif kid.get("/Type") == pikepdf.Name.MCR:
                    named.append((keys[kid.Pg.objgen], int(kid.MCID), element.objgen))
                elif "/S" in kid:
                    assert kid.P.objgen == element.objgen
                    walk(kid)

        for element in document.Root.StructTreeRoot.K:
            walk(element)
        numbers = list(document.Root.StructTreeRoot.ParentTree.Nums)
        led = [
            (int(key), number, element.objgen)
            for key, of_page in zip(numbers[::2], numbers[1::2], strict=True)
            if isinstance(of_page, pikepdf.Array)
            for number, element in enumerate(of_page)
            if isinstance(element, pikepdf.Dictionary)
        ]
        return sorted(named), sorted(led), languages


@pytest.fixture(scope="module")
def sealed(screening_pdf):
    return seal_pdf(screening_pdf, seal(), NOW, "Sealed by the clinic")


def test_each_mark_leads_to_its_tag_and_back_on_the_cover_and_on_the_pages_behind(
    screening_pdf, decided_pdf
):
    behind, _, _ = marks_of(screening_pdf)
    named, led, languages = marks_of(decided_pdf)

    assert named == led
    assert len(named) > len(behind) > 100
    assert "en" in languages


def test_the_pages_behind_are_those_that_were_sealed_without_their_seal(copy_pdf, sealed):
    both = append_tagged(copy_pdf, sealed)
    first, second, together = (pypdf.PdfReader(io.BytesIO(pdf)) for pdf in (copy_pdf, sealed, both))

    before = [page.get_contents().get_data() for part in (first, second) for page in part.pages]
    assert [page.get_contents().get_data() for page in together.pages] == before
    assert "/AcroForm" not in together.trailer["/Root"]
    assert not any("/Annots" in page for page in together.pages)
    assert len(together.outline) >= len(first.outline) + len(second.outline) - 1
    assert append_tagged(copy_pdf, sealed) == both


def test_a_report_of_an_earlier_version_can_stand_behind_a_cover(copy_pdf):
    """It has a head, a table and no marks to leave out; what it lacks are our bookmarks."""
    together = pypdf.PdfReader(io.BytesIO(append_tagged(copy_pdf, plain())))

    assert "Question 19" in together.pages[-1].extract_text()
