"""Who approved which list on which day, and what exactly the list said then."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from typing import TypedDict

from screening.clinical.definitions.eligibility import Procedure

LENGTH = 12  # letters of a hash: enough to notice any change, short enough to copy by hand


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


def reading(procedure: Procedure) -> str:
    """Return a short hash of what a clinician approves: every rule, and all for the time after."""
    rules = [
        [
            rule.finding,
            str(rule.grade),
            str(rule.defer),
            str(rule.ahead),
            rule.because,
            rule.if_unknown,
            rule.source,
            rule.fixed,
        ]
        for rule in procedure.contraindications
    ]
    words = ("starts", "lasts", "unless", "act")
    care = [
        [one.text, *(str(getattr(one, word, None)) for word in words)]
        for one in procedure.aftercare
    ]
    text = json.dumps([sorted(rules, key=str), care], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:LENGTH]


def described(approval: Approval | None) -> ReportApproval | None:
    return ReportApproval(by=approval.by, on=approval.on.isoformat()) if approval else None
