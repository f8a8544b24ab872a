"""Names folded to their plain parts, so that one typed otherwise is found all the same."""

from __future__ import annotations

import re
import unicodedata

from anyascii import anyascii

from screening.workflow.core.context import Context

# Letters that are written one for the other within a script, before it is read as Latin.
ALIKE = str.maketrans({"ى": "ي", "ی": "ي", "ک": "ك", "ـ": None})
APOSTROPHES = re.compile(r"['’‘ʼ`´]")
# Letters of other scripts that look Latin, whatever they sound like, and signs taken for letters.
LOOKS = str.maketrans(
    "АВЕКМНОРСТУХЅІЈаеорсухіјѕһԁԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧανορυχικτ0|!",
    "ABEKMHOPCTYXSIJaeopcyxijshdqwABEZHIKMNOPTYXavopuxiktoii",
)
TITLES = frozenset({"dr", "doctor", "prof", "professor", "med", "mr", "mrs", "ms", "miss"})
PARTS = re.compile(r"[a-z0-9]+")


def fold(text: str) -> list[str]:
    """Return the parts of a name in plain Latin letters, sorted, each once.

    >>> fold("Łukasz O’Brien-Ørsted")
    ['lukasz', 'obrien', 'orsted']
    """
    return sorted(set(_parts(text)))


def _parts(text: str) -> list[str]:
    composed = unicodedata.normalize("NFKD", text).translate(ALIKE)
    letters = "".join(c for c in composed if not unicodedata.combining(c))
    return PARTS.findall(APOSTROPHES.sub("", anyascii(letters)).casefold())


def skeletons(name: str) -> set[str]:
    """Return what a name looks and sounds like; two that share one are taken for each other.

    Without titles, spaces, signs that are not seen, and in any order of its parts.

    >>> skeletons("Dr Mai Tran") & skeletons("TRАN  Мai")  # with a Cyrillic А and М
    {'maitran'}
    """
    plain = "".join(c for c in name if unicodedata.category(c) not in {"Cf", "Mn", "Me"})
    looks = unicodedata.normalize("NFKD", plain).translate(LOOKS)
    return {
        "".join(order)
        for parts in (_parts(plain), [_drawn(part) for part in _parts(looks)])
        if (kept := [part for part in parts if part not in TITLES] or parts)
        for order in (kept, sorted(kept))
    }


def _drawn(part: str) -> str:
    """Return a folded part with what looks the same written the same."""
    return part.replace("rn", "m").replace("vv", "w").translate(str.maketrans("1l", "ii"))


def word_hashes(context: Context, clinic_id: str, text: str) -> set[str]:
    """Return the keyed hashes of the parts of a name, under which one clinic finds it."""
    return {context.hash(f"word:{clinic_id}:{word}") for word in fold(text)}


def person_hash(context: Context, clinic_id: str, name: str, born: str | None) -> str | None:
    """Return the keyed hash of a folded name and a date of birth (ISO) in one clinic.

    None without either: a name alone says too little. That of workflow/screenings/history.py is
    another, of the name as it was written: both are stored, so neither can become the other.
    """
    parts = fold(name)
    if not born or not parts:
        return None
    return context.hash(f"patient:{clinic_id}:{' '.join(parts)}:{born}")


def number_hash(context: Context, clinic_id: str, number: str) -> str | None:
    """Return the keyed hash of the clinic's own number, None for an empty one."""
    plain = "".join(unicodedata.normalize("NFKC", number).casefold().split())
    return context.hash(f"number:{clinic_id}:{plain}") if plain else None
