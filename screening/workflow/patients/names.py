"""Names folded to their plain parts, so that one typed otherwise is found all the same."""

from __future__ import annotations

import re
import unicodedata

from anyascii import anyascii

from screening.workflow.core.context import Context

# Letters that are written one for the other within a script, before it is read as Latin.
ALIKE = str.maketrans({"ى": "ي", "ی": "ي", "ک": "ك", "ـ": None})
APOSTROPHES = re.compile(r"['’‘ʼ`´]")
PARTS = re.compile(r"[a-z0-9]+")


def fold(text: str) -> list[str]:
    """Return the parts of a name in plain Latin letters, sorted, each once.

    >>> fold("Łukasz O’Brien-Ørsted")
    ['lukasz', 'obrien', 'orsted']
    """
    composed = unicodedata.normalize("NFKD", text).translate(ALIKE)
    letters = "".join(c for c in composed if not unicodedata.combining(c))
    plain = APOSTROPHES.sub("", anyascii(letters)).casefold()
    return sorted(set(PARTS.findall(plain)))


def word_hashes(context: Context, clinic_id: str, text: str) -> set[str]:
    """Return the keyed hashes of the parts of a name, under which one clinic finds it."""
    return {context.hash(f"word:{clinic_id}:{word}") for word in fold(text)}


def person_hash(context: Context, clinic_id: str, name: str, born: str | None) -> str | None:
    """Return the keyed hash of a folded name and a date of birth (ISO) in one clinic.

    None without either: a name alone says too little.
    """
    parts = fold(name)
    if not born or not parts:
        return None
    return context.hash(f"patient:{clinic_id}:{' '.join(parts)}:{born}")


def number_hash(context: Context, clinic_id: str, number: str) -> str | None:
    """Return the keyed hash of the clinic's own number, None for an empty one."""
    plain = "".join(unicodedata.normalize("NFKC", number).casefold().split())
    return context.hash(f"number:{clinic_id}:{plain}") if plain else None
