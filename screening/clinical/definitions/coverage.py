"""What a list decides about a finding for which it has no rule, and which findings weigh alike.

A cell of the matrix of findings and procedures is a rule or one of the two sentences
here, so that a clinician can read the matrix and sign it: no cell is blank.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

NO_MATTER = "does not matter because "
COVERED = re.compile(r"covered by ([a-z0-9_-]+(?:(?:, | and )[a-z0-9_-]+)*)(?: because (.+))?")


@dataclass(frozen=True, slots=True)
class Cell:
    """Why a list has no rule for a finding: `by` names the findings whose rules stand for it.

    `reason` is what follows "because", and empty where `by` says enough.
    """

    reason: str
    by: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Cell:
        """Read "does not matter because ..." or "covered by ... because ...". Raises ValueError."""
        if text.startswith(NO_MATTER):
            return cls(text.removeprefix(NO_MATTER))
        if found := COVERED.fullmatch(text):
            return cls(found[2] or "", tuple(re.split(", | and ", found[1])))
        raise ValueError(
            f'"{text}" is no decision; write "does not matter because ..." or "covered by FINDING"'
        )


@dataclass(frozen=True, slots=True)
class Heavier:
    """A finding that weighs at least as much as another, in every list."""

    heavier: str
    lighter: str
    because: str


@dataclass(frozen=True, slots=True)
class SameProduct:
    """Procedures that put the same substance into the body.

    `findings` weigh alike in all of them; `differ` says of a finding why it does not.
    """

    product: str
    name: str
    procedures: tuple[str, ...]
    findings: tuple[str, ...]
    differ: Mapping[str, str]
