"""What a folder of questions says of itself: bindings, words of its own, who approved its lists."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import TypedDict

# An arrival has texts for these rows, each of what begins and ends by itself, in their order.
ARRIVAL_ROWS = ("pregnancy", "period", "illness", "infection", "cold-sore")
MEDICINES, ELSE = "medicines", "else"
Words = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Bindings:
    """Which of the folder's own ids stand for what the program itself has to know.

    `birth_date` is the question that a tablet and a returning patient are known by. `arrival`
    gives for rows of an arrival the findings that each is about, and `medicines` is the section
    that the row about medicines speaks for. What no row speaks for, the last one does.
    """

    birth_date: str
    arrival: Mapping[str, frozenset[str]] = field(default_factory=dict)
    medicines: str | None = None

    @property
    def pages(self) -> tuple[tuple[str, ...], ...]:
        """The rows of an arrival, page by page."""
        first = tuple(row for row in ARRIVAL_ROWS if row in self.arrival)
        last = (MEDICINES, ELSE) if self.medicines else (ELSE,)
        return (first, last) if first else (last,)

    @property
    def rows(self) -> tuple[str, ...]:
        """Every row of an arrival."""
        return tuple(row for page in self.pages for row in page)


# Folders written before they said it themselves (format 4) used these ids.
BEFORE_BINDINGS = Bindings(
    "date_of_birth",
    {
        "pregnancy": frozenset({"pregnancy"}),
        "period": frozenset({"menstruation"}),
        "illness": frozenset({"acute_infection"}),
        "infection": frozenset({"local_infection", "purulent_inflammation"}),
        "cold-sore": frozenset({"herpes_active"}),
    },
    "medicines",
)


@cache
def in_other_words(words: Words) -> Callable[[str], str]:
    """Return what puts a folder's `words` in place of those of a text of ours.

    Whole words and sequences of words, the longest first; a capital at the beginning
    stays, and so does a place for a value, "%(treatment)s".
    """
    if not words:
        return lambda text: text
    others = {ours.casefold(): theirs for ours, theirs in words}
    longest_first = sorted(others, key=lambda ours: (-len(ours), ours))
    any_of = "|".join(map(re.escape, longest_first))
    pattern = re.compile(rf"(?<!\w)(?<!%\()(?:{any_of})(?!\w)", re.IGNORECASE)

    def other(found: re.Match[str]) -> str:
        theirs = others[found[0].casefold()]
        return theirs[0].upper() + theirs[1:] if found[0][0].isupper() else theirs

    return lambda text: pattern.sub(other, text)


@dataclass(frozen=True, slots=True)
class Approval:
    """`by` approved the list of `procedure` on the day `on`, when it read as `reads`."""

    procedure: str
    by: str
    on: date
    reads: str


class ReportApproval(TypedDict):
    by: str
    on: str


def described(approval: Approval | None) -> ReportApproval | None:
    return ReportApproval(by=approval.by, on=approval.on.isoformat()) if approval else None
