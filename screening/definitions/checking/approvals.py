"""An approval holds for the list as it read on that day, and names a person."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping

from screening.clinical.definitions.definitions import Definitions
from screening.clinical.definitions.eligibility import Procedure
from screening.definitions.problems import Problem, unknown

Places = Mapping[str, tuple[str, int]]
LENGTH = 12  # letters of a hash: enough to notice any change, short enough to copy by hand
PLACEHOLDER = re.compile(
    r"[(\[<{].*|.*\b(name of|your name|full name|tbd|todo|xxx+|someone)\b.*"
    r"|n\. ?n\.|(dr|prof|the|a)?\.? *(doctor|clinician|name|physician|lead)?[. ]*",
    re.IGNORECASE,
)


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


def is_placeholder(name: str) -> bool:
    """Return whether `name` stands for a name that somebody still has to write."""
    return PLACEHOLDER.fullmatch(name.strip()) is not None


def check_approvals(definitions: Definitions, places: Places) -> list[Problem]:
    """Return each approval of a list that is not there, or that reads otherwise by now."""
    return [Problem(*places[place], text) for place, text in _faults(definitions)]


def _faults(definitions: Definitions) -> Iterator[tuple[str, str]]:
    for name, approval in definitions.approvals.items():
        place = f"approval {name}"
        if name not in definitions.procedures:
            yield place, unknown("procedure", name, definitions.procedures)
            continue
        if is_placeholder(approval.by):
            yield place, f'"{approval.by}" is not the name of a person who answers for the list'
        if (now := reading(definitions.procedures[name])) != approval.reads:
            yield (
                place,
                f'the list of {name} reads "{now}" and not as it was approved; read it again and '
                "write that with the new day, or take the approval away",
            )
