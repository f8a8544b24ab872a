"""Hold the patients that clinicians described against the rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from screening.clinical.case import CaseError, evaluate_case, read_case
from screening.clinical.definitions import Definitions, Example


def failing_examples(definitions: Definitions) -> list[str]:
    """Return "file:line: what came out instead" for each example that the rules do not meet."""
    return [
        f'{example.where}: "{example.name}": {problem}'
        for example in definitions.examples
        if (problem := _problem(definitions, example))
    ]


def _problem(definitions: Definitions, example: Example) -> str | None:
    raw: Mapping[str, Any] = {
        **example.case,
        "procedures": [example.procedure],
        "on": example.on.isoformat(),
    }
    try:
        [found] = evaluate_case(definitions, read_case(definitions, raw))
    except CaseError as error:
        return "; ".join(error.problems)
    if found.outcome != example.outcome:
        return f"expected {example.outcome}, the rules say {found.outcome}"
    if found.until != example.until:
        return f"expected until {example.until}, the rules say {found.until}"
    reasons = {r.contraindication.finding for r in found.reasons}
    if example.reasons is not None and set(example.reasons) != reasons:
        return f"expected the reasons {sorted(example.reasons)}, the rules give {sorted(reasons)}"
    return None
