"""What may be added to a sealed report: a signature, a timestamp, and their own proof.

pyHanko's usual policy lets any later revision change the title, the metadata and a few settings
of the form. After our seal nobody does that but pyHanko itself, which writes the moment of each
signature into the metadata. So the policy here knows no rule for anything else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import canonicalize

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.decode_limits import DecodePurpose
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader, RawPdfPath
from pyhanko.sign.diff_analysis import (
    CatalogModificationRule,
    DSSCompareRule,
    FormUpdatingRule,
    ModificationLevel,
    ReferenceUpdate,
    SigFieldCreationRule,
    SigFieldModificationRule,
    StandardDiffPolicy,
    SuspiciousModification,
    WhitelistRule,
)
from pyhanko.sign.diff_analysis.rules_api import Context
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from screening.documents.cms.reasons import N_, BrokenError
from screening.documents.signing.long_term import is_stamp

TOO_MUCH = N_("After the seal more was changed than it allows.")
# Who wrote it and when, by the clock of the program that signed.
WRITER = re.compile(
    r' xmp:(?:ModifyDate|MetadataDate)="[0-9T:+\-Z.]{0,40}"'
    r'| (?:pdf:Producer|x:xmptk)="pyHanko [0-9a-z.]{1,20}"'
)
FIRST_OBJECT = re.compile(rb"\n?\d{1,8} 0 obj\n")  # follows what was signed at once
WRITERS_KEYS = {"/ModDate", "/Producer"}


class _OnlyTheMoment(WhitelistRule):
    """Title and metadata stay as they were sealed, but for when and by what they were written."""

    def apply(self, old: HistoricalResolver, new: HistoricalResolver) -> Iterable[ReferenceUpdate]:
        for path, same in (
            (RawPdfPath("/Root", "/Metadata"), _same_metadata),
            (RawPdfPath("/Info"), _same_title),
        ):
            before, after = _reference(old, path), _reference(new, path)
            if before != after:  # another object of the file, put in this one's place
                raise SuspiciousModification(f"{path} is another object")
            if before and same(old, new, before):
                yield ReferenceUpdate(before, context_checked=Context.from_absolute(old, path))


def _reference(revision: HistoricalResolver, path: RawPdfPath) -> generic.Reference | None:
    steps = list(path.path)
    holder = revision.root if len(steps) > 1 else revision.trailer_view
    found: generic.Reference | None = holder.get_value_as_reference(steps[-1], optional=True)
    return found


def _same_metadata(
    old: HistoricalResolver, new: HistoricalResolver, metadata: generic.Reference
) -> bool:
    before, after = (_written(each, metadata) for each in (old, new))
    return before is not None and before == after


def _object(revision: HistoricalResolver, reference: generic.Reference) -> generic.PdfObject:
    found: generic.PdfObject = revision.reader.get_object(  # type: ignore[no-untyped-call]
        reference, revision=revision.revision
    )
    return found


def _written(revision: HistoricalResolver, metadata: generic.Reference) -> str | None:
    found = _object(revision, metadata)
    if not isinstance(found, generic.StreamObject):
        return None
    written = found.read_data(DecodePurpose.XMP_METADATA)
    if b"<!" in written:  # a definition that could unfold without end; metadata has none
        return None
    return WRITER.sub("", canonicalize(written.decode()))


def _same_title(old: HistoricalResolver, new: HistoricalResolver, info: generic.Reference) -> bool:
    before, after = _object(old, info), _object(new, info)
    return (
        isinstance(before, generic.DictionaryObject)
        and isinstance(after, generic.DictionaryObject)
        and {k: v for k, v in before.items() if k not in WRITERS_KEYS}
        == {k: v for k, v in after.items() if k not in WRITERS_KEYS}
    )


POLICY = StandardDiffPolicy(
    [
        CatalogModificationRule(  # type: ignore[no-untyped-call]
            frozenset({"/AcroForm", "/DSS", "/Metadata"})
        ),
        DSSCompareRule().as_qualified(ModificationLevel.LTA_UPDATES),
        _OnlyTheMoment().as_qualified(ModificationLevel.LTA_UPDATES),
    ],
    FormUpdatingRule(
        [
            SigFieldCreationRule(),  # type: ignore[no-untyped-call]
            SigFieldModificationRule(
                allow_in_place_appearance_stream_changes=False,
                always_modifiable=frozenset(),
                value_update_keys=frozenset({"/V"}),
            ),
        ],
        ignored_acroform_keys=frozenset({"/Fields"}),
    ),
    ignore_orphaned_objects=False,
    ignore_identical_objects=False,
)


def check_revisions(
    reader: PdfFileReader, found: Sequence[EmbeddedPdfSignature], pdf: bytes
) -> None:
    """Refuse what grew otherwise than by `found`, each in a revision of its own.

    A signature fills the place that the seal left for it; a timestamp adds itself and the proof
    that it carries. Raises BrokenError.
    """
    for each in found[:-1]:
        if not FIRST_OBJECT.match(pdf, each.byte_range[2] + each.byte_range[3]):
            raise BrokenError(TOO_MUCH)
    told = [each.signed_revision for each in found]
    if told != list(range(told[0], reader.xrefs.total_revisions)):
        raise BrokenError(TOO_MUCH)
    for each in found[1:]:
        before, after = (
            reader.get_historical_resolver(revision)
            for revision in (each.signed_revision - 1, each.signed_revision)
        )
        stamp = is_stamp(each)
        # A timestamp brings its own place along; a signature has the one that the seal left.
        if _fields(after) - _fields(before) - ({each.field_name} if stamp else set()):
            raise BrokenError(TOO_MUCH)
        most = ModificationLevel.LTA_UPDATES if stamp else ModificationLevel.FORM_FILLING
        try:
            change = POLICY.apply(before, after)
        except SuspiciousModification as error:
            raise BrokenError(TOO_MUCH) from error
        if change.modification_level > most:
            raise BrokenError(TOO_MUCH)


def _fields(revision: HistoricalResolver) -> set[str]:
    return {name for name, _, _ in enumerate_sig_fields(revision)}
