"""Put the pages of one finished report behind those of another, tags and bookmarks with them.

Both are PDF/A-3a and PDF/UA-1 before, and so is what comes out: whoever hears it read hears the
one document and then the other. Nothing is laid out again, which is what a report costs. It
needs what tags.py leaves: one list of parents without levels, no names of tags of their own.
"""

import io

import pikepdf
from pikepdf import Name, Object

from screening.documents.tagged.tags import saved


def append_tagged(first: bytes, behind: bytes) -> bytes:
    """Return `first` with the pages of `behind` at its end; seals of `behind` are left out.

    The record, the title and what else belongs to a whole file are those of `first`. The same
    bytes in, the same bytes out.
    """
    with pikepdf.open(io.BytesIO(first)) as into, pikepdf.open(io.BytesIO(behind)) as source:
        first_key = _next_key(into)
        for page in source.pages:
            page.obj.StructParents = int(page.obj.StructParents) + first_key
            if "/Annots" in page.obj:  # a seal, which holds for the other file only
                del page.obj["/Annots"]
        for page in list(source.pages):
            into.pages.append(page)
        _append_tags(into, source, first_key)
        _append_bookmarks(into, source)
        return saved(into)


def _next_key(document: pikepdf.Pdf) -> int:
    return 1 + max(int(key) for key in list(document.Root.StructTreeRoot.ParentTree.Nums)[::2])


def _append_tags(into: pikepdf.Pdf, source: pikepdf.Pdf, first_key: int) -> None:
    """Hang the tags of `source` below those of `into`; its pages must be in `into` already."""
    tree = into.Root.StructTreeRoot
    added = into.copy_foreign(source.Root.StructTreeRoot)
    whole, part = tree.K[0], added.K[0]
    part.S, part.P, part.Lang = Name.Sect, whole, str(source.Root.Lang)
    whole.K.append(part)
    pairs = list(added.ParentTree.Nums)
    for key, parents in zip(pairs[::2], pairs[1::2], strict=True):
        tree.ParentTree.Nums.append(int(key) + first_key)
        tree.ParentTree.Nums.append(parents)
    if "/ParentTreeNextKey" in tree:
        tree.ParentTreeNextKey = _next_key(into)


def _append_bookmarks(into: pikepdf.Pdf, source: pikepdf.Pdf) -> None:
    if "/First" not in source.Root.get("/Outlines", {}):
        return
    mine, theirs = into.Root.Outlines, into.copy_foreign(source.Root.Outlines)
    one: Object | None = theirs.First
    while one is not None:
        one.Parent = mine
        one = one.get("/Next")
    mine.Last.Next, theirs.First.Prev = theirs.First, mine.Last
    mine.Last = theirs.Last
    mine.Count = int(mine.get("/Count", 0)) + int(theirs.get("/Count", 0))
