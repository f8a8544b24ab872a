"""About how full the pages are: page two begins where page one ends, as long as both have room."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import ceil
from typing import Any, NamedTuple

LINES = {"A4": 61, "Letter": 56}  # of a page, at the size of most of page one
SAFE = 0.92  # nobody knows how wide letters are before they are set
WIDE = {"ru": 1.14, "vi": 1.03}  # how much wider a letter is than in English
HEAD = 14  # lines of clinic, banner, name and facts
ROW, LINE = 58, 116  # letters of a line, in the first column of a table and over the page
SMALL, SMALL_LINE = 0.86, 135  # the small print of the answers: of a line's height, and its letters


class Room(NamedTuple):
    """`apart` where answers begin a page of their own, `in_full` where page one holds questions."""

    apart: bool
    in_full: bool


def room_for(
    paper: str | None,
    language: str,
    verdicts: int,
    reasons: Iterable[Mapping[str, Any]],
    lines: Iterable[str],
    confirm: Iterable[str],
    answers: Iterable[Mapping[str, Any]],
) -> Room:
    """Tell how a report is laid out: `lines` are the texts that take a line or more of page one.

    `verdicts` is how many treatments there are, `confirm` the questions to confirm on the day.
    """
    most = LINES.get(paper or "A4", LINES["A4"]) / WIDE.get(language, 1.0)
    texts = list(lines)
    first = HEAD + 3 * verdicts + sum(map(_lines_of, reasons))
    first += sum(ceil(len(text) / LINE) + 0.3 for text in texts) + (2 if texts else 0)
    full = 2 + sum(len(text) + 6 for text in confirm) / LINE
    second = 14 + sum(map(_lines_of_answer, answers))
    in_full = first + full + second < 2 * most * SAFE and first + full < most * SAFE
    taken = first + (full if in_full else 3)
    return Room(apart=max(taken, second) < most * SAFE, in_full=in_full)


def _lines_of(reason: Mapping[str, Any]) -> float:
    said = sum(map(len, reason["because"])) + 40
    if reason["outcome"] in ("contraindicated", "deferred"):
        return 1.3 + max(ceil(said / ROW), 2 * len(reason["meanings"]))
    return ceil((said + len(reason["name"]) + 50 * len(reason["meanings"])) / LINE) + 0.3


def _lines_of_answer(answer: Mapping[str, Any]) -> float:
    asked = len(answer["question"])
    if not answer["plain"]:
        return 1.25 * max(ceil(asked / 78), ceil(len(answer["text"]) / 42))
    listed = sum(len(text) + 2 for text in answer.get("listed", ()))
    return SMALL * (asked + len(answer["text"]) + 8 + listed) / SMALL_LINE
