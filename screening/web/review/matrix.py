"""Why, for all procedures at once: one row a finding, and by procedure what it leads to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from screening.clinical.definitions.eligibility import Outcome
from screening.clinical.report.parts import ReportProcedure, ReportReason


@dataclass
class Row:
    """One finding; `reasons` by procedure, `on_the_visit` those that only hold then."""

    finding: str
    name: str
    state: str
    dated: str | None
    answers: list[str]
    reasons: dict[str, ReportReason] = field(default_factory=dict)
    on_the_visit: set[str] = field(default_factory=set)

    @property
    def gravity(self) -> int:
        return max(Outcome(reason["outcome"]).gravity for reason in self.reasons.values())

    @property
    def notes(self) -> list[str]:
        """The rules' notes for the doctor, each once."""
        said = (reason["note"] for reason in self.reasons.values())
        return list(dict.fromkeys(note for note in said if note))

    @property
    def sources(self) -> list[str]:
        return list(dict.fromkeys(id for r in self.reasons.values() for id in r["sources"]))


def rows_of(procedures: Iterable[ReportProcedure]) -> list[Row]:
    """Return every reason of the day and of the visit, the gravest first."""
    rows: dict[str, Row] = {}
    for procedure in procedures:
        visit = procedure.get("visit")
        for reason in [*procedure["reasons"], *(visit["reasons"] if visit else [])]:
            id = reason["finding"]
            what = (reason["name"], reason["state"], reason["dated"], reason["answers"])
            row = rows.setdefault(id, Row(id, *what))
            if procedure["id"] not in row.reasons:
                row.reasons[procedure["id"]] = reason
                if reason not in procedure["reasons"]:
                    row.on_the_visit.add(procedure["id"])
    return sorted(rows.values(), key=lambda row: -row.gravity)
