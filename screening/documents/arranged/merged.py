"""The reasons of all procedures as one list: each finding once, gravest first, for both days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from screening.clinical.definitions.eligibility import Outcome

CERTAIN = ("contraindicated", "deferred")  # the others are a line each
OVER, BEGINS = "over", "begins"


def merged_reasons(procedures: Sequence[Mapping[str, Any]], on: str) -> list[dict[str, Any]]:
    """Return each finding that holds or may hold for any of `procedures`, gravest first.

    `on` is the day of the answers. What a finding means for treatments that it means the same
    for is one of `meanings`: its outcome, its end, `visit` where the visit's day says otherwise
    ("over", "begins" or another outcome), and `of`, pairs of procedure and reason.
    """
    found: dict[str, list[dict[str, Any]]] = {}
    for procedure in procedures:
        for one in _of_both_days(procedure, on):
            found.setdefault(one["reason"]["finding"], []).append(one)
    merged = [_merged(ones) for ones in found.values()]
    return sorted(merged, key=lambda one: -one["gravity"])


def _of_both_days(procedure: Mapping[str, Any], on: str) -> Iterable[dict[str, Any]]:
    visit = visit_of(procedure, on)
    later = {r["finding"]: r for r in visit["reasons"]} if visit else {}
    for reason in procedure["reasons"]:
        then = later.pop(reason["finding"], None) if visit else reason
        said = None
        if then is None:
            said = OVER
        elif then["outcome"] != reason["outcome"]:
            said = then["outcome"]
        yield {"procedure": procedure, "reason": reason, "visit": said}
    for reason in later.values():
        yield {"procedure": procedure, "reason": reason, "visit": BEGINS}


def visit_of(procedure: Mapping[str, Any], on: str) -> Mapping[str, Any] | None:
    """Return the verdict for the visit where that is another day than that of the answers."""
    visit: Mapping[str, Any] | None = procedure.get("visit")
    return visit if visit and visit["on"] != on else None


def _merged(ones: list[dict[str, Any]]) -> dict[str, Any]:
    ones = sorted(ones, key=lambda one: (-_gravity(one), _meaning(one)))
    reasons = [one["reason"] for one in ones]
    first = reasons[0]
    return {
        "finding": first["finding"],
        "name": first["name"],
        "state": first["state"],
        "dated": next((r["dated"] for r in reasons if r["dated"]), None),
        "because": list(dict.fromkeys(r["because"] for r in reasons)),
        "outcome": _outcome(ones[0]),
        "gravity": _gravity(ones[0]),
        "reasons": reasons,
        "meanings": [
            {"outcome": _outcome(same[0]), "visit": same[0]["visit"], "reason": same[0]["reason"]}
            | {"of": [(one["procedure"], one["reason"]) for one in same]}
            for _, group in groupby(ones, key=_meaning)
            for same in [list(group)]
        ],
    }


def _outcome(one: Mapping[str, Any]) -> str:
    return str(one["reason"]["outcome"])


def _gravity(one: Mapping[str, Any]) -> int:
    outcomes = {_outcome(one), one["visit"]} - {OVER, BEGINS, None}
    return max(Outcome(outcome).gravity for outcome in outcomes)


def _meaning(one: Mapping[str, Any]) -> tuple[str, ...]:
    reason = one["reason"]
    end = (reason["until"], reason["wait"], reason.get("still"), reason.get("counted_from"))
    return tuple(str(part or "") for part in (_outcome(one), one["visit"], *end))


def to_confirm(procedures: Iterable[Mapping[str, Any]], on: str) -> list[str]:
    """Return the questions whose answers hold no more on the visit, each once."""
    visits = (visit_of(procedure, on) for procedure in procedures)
    return list(dict.fromkeys(a for visit in visits if visit for a in visit["to_confirm"]))


def oldest_day(sections: Iterable[Mapping[str, Any]], on: str) -> str | None:
    """Return the day of the oldest answer, None where all are of the day `on`."""
    days = {a["answered_on"] for s in sections for a in s["answers"] if "answered_on" in a}
    oldest = min(days, default=on)
    return oldest if oldest < on else None
