"""One line of text read as medicines, in one answer for other programs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from screening.clinical.definitions.medicines import (
    Entry,
    Guess,
    MedicineNames,
    Status,
    claims_of,
)

PARTLY = "partly recognised"
# What a line is, where its entries are of several kinds: what most needs a person comes first.
ORDER = (
    Status.GUESS,
    *(Status.PURPOSE, Status.RECOGNISED),
    *(Status.PAST, Status.NEGATED, Status.ALLERGY, Status.OTHER_PERSON),
    Status.NOTHING,
)


def read_line(known: MedicineNames, text: str) -> dict[str, Any]:
    """Return what `text` was read as; `findings` are those that a patient who takes it has,
    the certain ones first.
    """
    entries = known.dictionary.read(text) if known.dictionary else ()
    claims = list(claims_of(known, entries))
    found = [c.finding for c in claims if c.certain] + [c.finding for c in claims]
    return {
        "text": text,
        "recognised": bool(entries) and _is_recognised(entries),
        "status": _status(entries),
        "substances": _once(s for entry in entries for s in entry.substances),
        "classes": _once(kind.id for entry in entries for kind in known.classes_of(entry)),
        "findings": _once(found),
        "guesses": [_guess(guess) for entry in entries for guess in entry.guesses],
    }


def _is_recognised(entries: Iterable[Entry]) -> bool:
    """Return whether a name was recognised in every entry that may hold one."""
    named = [entry for entry in entries if entry.status is not Status.NOTHING]
    return bool(named) and all(entry.substances and not entry.guesses for entry in named)


def _status(entries: tuple[Entry, ...]) -> str:
    kinds = {entry.status for entry in entries}
    if Status.NOT_RECOGNISED in kinds:
        alone = kinds <= {Status.NOT_RECOGNISED, Status.NOTHING}
        return str(Status.NOT_RECOGNISED) if alone else PARTLY
    if kinds <= {Status.RECOGNISED, Status.NOTHING} and any(e.left_over for e in entries):
        return PARTLY
    return str(next((status for status in ORDER if status in kinds), Status.NOTHING))


def _guess(guess: Guess) -> dict[str, Any]:
    return {"name": guess.name, "substances": list(guess.substances)}


def _once(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
