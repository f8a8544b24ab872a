"""Answers that cannot both be true: both stand, and the doctor sees both.

A contradiction is declared by clinicians as a pair of answers or findings. Nothing is
parsed, and nobody is told that she is wrong: what the two speak about is not known.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Side:
    """One half: any of `codes` as answer to `question`, or `finding` being present."""

    question: str | None = None
    codes: tuple[str, ...] = ()
    finding: str | None = None


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two sides that cannot both be true; `unknown` are the findings that they leave open.

    `ask` is what a page may ask the patient about it.
    """

    one: Side
    other: Side
    because: str
    unknown: tuple[str, ...] = ()
    ask: str | None = None
