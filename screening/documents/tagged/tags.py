"""Finish what WeasyPrint leaves open in the tags of a PDF, and lay it out for signing.

Headers of tables say what they head, the lines at the foot of each page are
read by nobody twice, and no object hides in a compressed stream: with such
streams the two signatures take four seconds to verify.

WeasyPrint gives a tag to every line of a text and to every bold word. They say
nothing, are two of three objects in the file, and whoever verifies the second
signature has to follow each of them: what they mark goes to the tag around.
"""

import io
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pikepdf
import pydyf  # type: ignore[import-untyped]
import weasyprint.pdf.tags as weasyprint_tags
from pikepdf import Array, Dictionary, Name, Object

Kid = Object | int  # a tag, or the number of what it marks on its page
Mark = tuple[int, int]  # a page, by its key in the tree of parents, and a number on it
MARKED = re.compile(rb"/\w+\s<</MCID (\d+)>>\sBDC")
SILENT = ("/NonStruct", "/Span")
SAYING = ("/Lang", "/Alt", "/ActualText", "/E", "/ID", "/A")
# These hold tags and no text: a line right below one keeps its own.
HOLDING = (
    *("/Document", "/Sect", "/Div", "/BlockQuote", "/L", "/LI"),
    *("/Table", "/THead", "/TBody", "/TFoot", "/TR"),
)


@cache
def name_languages() -> None:
    """Let WeasyPrint tag what is in another language than its page, as PDF/UA-1 asks for.

    By itself it names the language of the page and of nothing on it.
    """
    build = weasyprint_tags._build_box_tree

    def build_and_name(box: Any, parent: Any, pdf: Any, *rest: Any) -> Iterator[Any]:
        spoken = box.element.get("lang") if box.element is not None else None
        page = pdf.catalog["Lang"].string
        for element in build(box, parent, pdf, *rest):
            if spoken and spoken != page and element["S"] != "/Document":
                element["Lang"] = pydyf.String(spoken)
            yield element

    weasyprint_tags._build_box_tree = build_and_name


def finish_tags(pdf: bytes) -> bytes:
    """Return `pdf` with its tags completed. The same bytes in, the same bytes out."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        tree = _Tree(document)
        tree.finish(document.Root.StructTreeRoot, in_head=False)
        for page in document.pages:
            tree.leave_out_the_rest(page)
        if "/AF" in document.Root:
            document.Root.AF = Array(_once(document.Root.AF))
        # Each page and picture names all fonts and pictures, which multiplies what to follow.
        document.remove_unreferenced_resources()
        return saved(document)


def saved(document: pikepdf.Pdf) -> bytes:
    """Return `document` as it is to be signed: no object hides in a compressed stream."""
    written = io.BytesIO()
    document.save(
        written,
        object_stream_mode=pikepdf.ObjectStreamMode.disable,
        deterministic_id=True,
        fix_metadata_version=False,
    )
    return written.getvalue()


class _Tree:
    """The tags, and for each page the list that leads from its marks back to them."""

    def __init__(self, document: pikepdf.Pdf) -> None:
        numbers = list(document.Root.StructTreeRoot.ParentTree.Nums)
        self._parents = dict(zip(map(int, numbers[::2]), numbers[1::2], strict=True))
        self._keys = {page.obj.objgen: int(page.StructParents) for page in document.pages}
        self._read: set[Mark] = set()

    def finish(self, element: Object, in_head: bool) -> None:
        """Complete `element` and all below it."""
        kind = str(element.get("/S", "/Document"))
        kids = list(self._kids(element, element, holding=kind in HOLDING))
        element.K = Array(kids)
        in_head = in_head or kind == "/THead"
        if kind == "/TH":
            attributes = element.get("/A", Dictionary(O=Name.Table))
            attributes.Scope = Name.Column if in_head else Name.Row
            element.A = attributes
        for kid in kids:
            if isinstance(kid, Dictionary) and "/S" in kid:
                self.finish(kid, in_head)

    def _kids(self, of: Object, around: Object, holding: bool) -> Iterator[Kid]:
        """Yield what hangs below `of`, for `around`: of silent tags what they mark."""
        for kid in _children(of):
            if not isinstance(kid, Dictionary):
                yield self._mark(int(kid), of, around)
            elif _is_silent(kid) and not (holding and Name.Span == kid.S):
                yield from self._kids(kid, around, holding)
            else:
                if of is not around:
                    kid.P = around
                yield kid

    def _mark(self, number: int, of: Object, around: Object) -> Kid:
        """Return the mark `number` on the page of `of`, as `around` has to call it."""
        page = of.Pg
        key = self._keys[page.objgen]
        self._read.add((key, number))
        if of is around:
            return number
        self._parents[key][number] = around
        if "/Pg" not in around:
            around.Pg = page
        if around.Pg.objgen == page.objgen:
            return number
        return Dictionary(Type=Name.MCR, Pg=page, MCID=number)

    def leave_out_the_rest(self, page: pikepdf.Page) -> None:
        """Mark as artifacts the parts of `page` that no tag leads to: its margins."""
        key = int(page.StructParents)
        parents = self._parents[key]

        def mark(found: re.Match[bytes]) -> bytes:
            if (key, int(found[1])) in self._read:
                return found[0]
            parents[int(found[1])] = None
            return b"/Artifact BMC"

        page.contents_coalesce()
        contents = page.Contents
        contents.write(MARKED.sub(mark, contents.read_bytes()))


def _children(element: Object) -> list[Object]:
    kids = element.get("/K", Array())
    return list(kids) if isinstance(kids, Array) else [kids]


def _is_silent(element: Object) -> bool:
    return str(element.get("/S", "")) in SILENT and not any(key in element for key in SAYING)


def _once(files: Object) -> list[Object]:
    """Return the attached files, each once; WeasyPrint lists them twice."""
    return list({file.objgen: file for file in files}.values())
