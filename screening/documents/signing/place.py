"""The place on the page where a reader of the PDF sees the doctor's signature.

The page prints who signed and when, and leaves a link around these words that leads to itself.
Here the link becomes the field of the signature: whoever clicks on the words is shown what their
program makes of it. The field draws nothing, so it brings no type face of its own (PDF/A) and
covers no word that is read aloud; its tag is a form's (PDF/UA).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, append_signature_field, enumerate_sig_fields
from pyhanko.stamp import BaseStampStyle

PRINTED_PLACE = "doctor-signs"  # the name of the link, in templates/documents
FORM = generic.pdf_name("/Form")


@dataclass(frozen=True)
class AsPrinted(BaseStampStyle):
    """Leaves the place as it is; pyHanko would write over it, in letters that the file lacks."""

    def create_stamp(self, writer: Any, box: Any, text_params: Any) -> Any:
        """Return that there is nothing to draw."""
        return None


@dataclass(frozen=True)
class _Printed:
    page: int
    number: int  # among the annotations of the page
    link: generic.DictionaryObject


def add_field(writer: IncrementalPdfFileWriter, spec: SigFieldSpec) -> None:
    """Add the field of `spec`: where the page prints a place for it, or else unseen."""
    printed = next(_places(writer), None)
    if printed is None:
        append_signature_field(writer, spec)
        return
    box = tuple(float(number) for number in printed.link["/Rect"])
    left, right = sorted((box[0], box[2]))
    low, high = sorted((box[1], box[3]))
    seen = replace(
        spec,
        box=(left, low, right, high),  # type: ignore[arg-type]  # points, not whole ones
        on_page=printed.page,
        empty_field_appearance=False,
    )
    append_signature_field(writer, seen)
    _exchange(writer, printed, spec.sig_field_name)


def _places(writer: IncrementalPdfFileWriter) -> Iterator[_Printed]:
    for page in range(int(writer.root["/Pages"]["/Count"])):
        for number, link in enumerate(_annotations(writer, page)):
            if link.get("/Subtype") == "/Link" and link.get("/Dest") == PRINTED_PLACE:
                yield _Printed(page, number, link)


def _annotations(writer: IncrementalPdfFileWriter, page: int) -> list[Any]:
    reference, _ = writer.find_page_for_modification(page)  # type: ignore[no-untyped-call]
    return [each.get_object() for each in reference.get_object().get("/Annots", ())]


def _exchange(writer: IncrementalPdfFileWriter, printed: _Printed, name: str) -> None:
    """Take the link away and let its tag lead to the field."""
    reference, _ = writer.find_page_for_modification(printed.page)  # type: ignore[no-untyped-call]
    page = reference.get_object()
    del page["/Annots"][printed.number]
    writer.update_container(page["/Annots"])
    [field] = [ref for each, _, ref in enumerate_sig_fields(writer) if each == name]
    key = int(printed.link["/StructParent"])
    field.get_object()[generic.pdf_name("/StructParent")] = generic.NumberObject(key)  # type: ignore[no-untyped-call]
    writer.mark_update(field)
    tag = _under(writer.root["/StructTreeRoot"]["/ParentTree"], key)
    tag[generic.pdf_name("/S")] = FORM
    # One kid and no list of one: pyHanko knows a field's tag by the way that leads there.
    tag[generic.pdf_name("/K")] = _held(field, page=reference)
    writer.update_container(tag)


def _held(field: Any, page: Any) -> generic.DictionaryObject:
    kind = generic.pdf_name("/OBJR")
    named = {"/Type": kind, "/Obj": field, "/Pg": page}
    return generic.DictionaryObject({generic.pdf_name(k): v for k, v in named.items()})  # type: ignore[no-untyped-call]


def _under(tree: Any, key: int) -> Any:
    """Return what a tree of numbers holds under `key`."""
    for kid in tree.get("/Kids", ()):
        first, last = kid["/Limits"]
        if first <= key <= last:
            return _under(kid, key)
    numbers = list(tree["/Nums"])
    return numbers[numbers[::2].index(key) * 2 + 1].get_object()
