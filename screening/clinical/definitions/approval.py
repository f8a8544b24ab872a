"""Who approved which list on which day, and what exactly the list said then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TypedDict


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
