"""What differs between two reports of one patient, and which answers moved an outcome."""

from __future__ import annotations

from typing import TypedDict

from screening.clinical.report.parts import Report, ReportProcedure
from screening.clinical.report.report import NOT_ANSWERED


class Change(TypedDict):
    """A question or a procedure in words, with what was said of it before and now."""

    what: str
    before: str
    now: str


class Moved(Change):
    """An outcome that changed; `because` are the changed answers behind its reasons."""

    because: list[Change]


class Changes(TypedDict):
    """`answers` are all that changed, those that moved an outcome included."""

    answers: list[Change]
    outcomes: list[Moved]


def changes_between(earlier: Report, later: Report) -> Changes:
    """Return which answers and which outcomes differ, and what moved each outcome."""
    answers = _changed_answers(earlier, later)
    was = {p["id"]: p for p in earlier["procedures"]}
    return Changes(
        answers=list(answers.values()),
        outcomes=[
            Moved(
                what=p["name"],
                before=was[p["id"]]["outcome"],
                now=p["outcome"],
                because=[answers[a] for a in answers if a in _behind(p) | _behind(was[p["id"]])],
            )
            for p in later["procedures"]
            if p["id"] in was and was[p["id"]]["outcome"] != p["outcome"]
        ],
    )


def _changed_answers(earlier: Report, later: Report) -> dict[str, Change]:
    said = {a["link_id"]: a for s in earlier["sections"] for a in s["answers"]}
    return {
        a["link_id"]: Change(
            what=a["question"],
            before=said[a["link_id"]]["text"] if a["link_id"] in said else NOT_ANSWERED,
            now=a["text"],
        )
        for s in later["sections"]
        for a in s["answers"]
        # By its code: a clinic that speaks another language now says the same in other words.
        if a["link_id"] not in said or said[a["link_id"]]["answer"] != a["answer"]
    }


def _behind(procedure: ReportProcedure) -> set[str]:
    return {a for reason in procedure["reasons"] for a in reason["answers"]}
