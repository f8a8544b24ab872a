"""The way of one patient through the pages: the one place that knows what comes next.

Nothing that is answered is asked again, unless the patient goes back or asks to change it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from screening.clinical.definitions.questionnaire import (
    Answers,
    Item,
    Questionnaire,
    Step,
    first_unanswered,
    journey,
)
from screening.clinical.way.rows import Row, Said
from screening.clinical.way.screens import Screen, groups_of, screens_of


class Kind(StrEnum):
    TREATMENTS = "treatments"
    ROWS = "rows"
    MEDICINE = "medicine"
    STILL_TRUE = "still-true"
    SCREEN = "screen"
    END = "end"


@dataclass(frozen=True, slots=True)
class Stop:
    """A page on the way; `name` is a screen's, or the row that is asked first."""

    kind: Kind
    name: str = ""


@dataclass(frozen=True)
class Progress:
    """Page `nth` of `pages`, which no answer changes: what an answer adds keeps its number."""

    nth: int
    pages: int


@dataclass(frozen=True)
class Journey:
    """Everything that decides where a patient is.

    `open_rows` are the rows about what changes from day to day that are still to be answered,
    `rows_first` those that any page shows. `taken` are the questions whose answers are of
    before and are not shown, `asks_medicine` and `confirms` say that something is to be asked
    about a medicine, and that answers of last time are to be confirmed.
    """

    questionnaire: Questionnaire
    answers: Answers
    said: Said
    grouped: bool = True
    chosen: bool = True
    open_rows: tuple[str, ...] = ()
    taken: frozenset[str] = frozenset()
    asks_medicine: bool = False
    confirms: bool = False
    begins_with: Stop = Stop(Kind.TREATMENTS)

    @cached_property
    def screens(self) -> list[Screen]:
        """Every screen on the way, answered or not; what is taken over is on none of them."""
        found = screens_of(self.questionnaire, self.answers, self.said, self.grouped)
        if not self.taken:
            return found
        return [s for s in found if any(row.item.link_id not in self.taken for row in s.rows)]

    @property
    def next(self) -> Stop:
        """The first page that still has to be answered."""
        if not self.chosen:
            return Stop(Kind.TREATMENTS)
        if self.open_rows:
            return Stop(Kind.ROWS, self.open_rows[0])
        if self.confirms:
            return Stop(Kind.STILL_TRUE)
        if self._open:
            return Stop(Kind.SCREEN, self._open.name)
        # Last, so that what several answers leave open about medicines is asked on one page.
        return Stop(Kind.MEDICINE if self.asks_medicine else Kind.END)

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left to ask."""
        complete = bool(self.steps) and not first_unanswered(self.steps, self.answers)
        return complete and self.next.kind is Kind.END

    @cached_property
    def _open(self) -> Screen | None:
        """The first screen with something left to answer: the way has come so far."""
        return next((s for s in self.screens if s.open_rows(self.answers, self.said)), None)

    def screen(self, name: str) -> Screen | None:
        """Return the screen of that name, or with that question, if the way has come so far."""
        for screen in self.screens:
            if screen.name == name:
                return screen
            if screen is self._open:
                break
        return None

    def screen_with(self, link_id: str) -> Screen | None:
        """Return the first screen that asks the question `link_id`, if the way leads there."""
        found = (s for s in self.screens if link_id in {item.link_id for item in s.items})
        return next(found, None)

    def shown(self, screen: Screen) -> list[Row]:
        """Return the rows to show: those still open, or on the way back all that were given."""
        rows = screen.open_rows(self.answers, self.said) or screen.rows
        return [row for row in rows if row.item.link_id not in self.taken]

    def before(self, screen: Screen) -> Stop:
        """Return the page before `screen`."""
        place = next(i for i, one in enumerate(self.screens) if one.name == screen.name)
        return Stop(Kind.SCREEN, self.screens[place - 1].name) if place else self.begins_with

    @property
    def last(self) -> Stop:
        """The page before the end."""
        return Stop(Kind.SCREEN, self.screens[-1].name) if self.screens else self.begins_with

    def progress(self, screen: Screen) -> Progress:
        if self.grouped:
            return Progress(screen.nth, len(groups_of(self.questionnaire)))
        roots = [item for section in self.questionnaire.sections for item in section.items]
        return Progress(screen.nth, len(roots))

    @cached_property
    def steps(self) -> list[Step]:
        """Every question that the answers lead to."""
        return journey(self.questionnaire, self.answers)

    def asked(self) -> Mapping[str, Item]:
        return {step.item.link_id: step.item for step in self.steps}
