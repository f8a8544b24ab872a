"""Ordinary patients who are not: how often each trait occurs, and what such a patient answers.

A list that stops a third of them is overridden by reflex and then protects nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

# An answer, or {"ago": (from, to)} for a day drawn so many days back (negative: ahead).
Drawn = str | tuple[str, ...] | Mapping[str, tuple[int, int]]
Answered = Mapping[str, Drawn]


@dataclass(frozen=True, slots=True)
class Trait:
    """`women` and `men` are percent of that sex; `of_these` percent of them answer more."""

    id: str
    women: float
    men: float
    answers: Answered
    of_these: tuple[tuple[float, Answered], ...] = ()


@dataclass(frozen=True, slots=True)
class People:
    """`count` and `ages` are by sex; `not_known` is percent of "I do not know" by question.

    `everyone` is what all of a sex answer, by sex, beside the traits.
    """

    on: date
    seed: int
    count: Mapping[str, int]
    ages: Mapping[str, tuple[int, int]]
    traits: tuple[Trait, ...]
    not_known: Mapping[str, float]
    everyone: Mapping[str, Answered]
