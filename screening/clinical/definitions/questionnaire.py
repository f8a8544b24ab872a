"""Questions put together for one screening, and the way through them.

A follow-up is the only branching: it is asked under "yes" (`if_yes`), under
"yes" and "I do not know" (`if_not_no`), or under a ticked option. So no
question can be unreachable. The journey is worked out anew from the answers
at each request; answers off the journey are kept aside and not counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any

from screening.clinical.definitions.dates import Duration
from screening.clinical.definitions.folder import BEFORE_BINDINGS, Bindings

Answer = str | list[str]
Answers = Mapping[str, Answer]

YES, NO = "yes", "no"
NONE_OF_THESE = "none"
NOT_KNOWN = "unknown"
TELL_DOCTOR = "tell-doctor"
WITHHELD = {NOT_KNOWN, TELL_DOCTOR}
RESERVED = {YES, NO, NONE_OF_THESE} | WITHHELD
STILL = "still"  # in place of a date: it goes on, and a wait after it has no end yet


class ItemType(StrEnum):
    YES_NO = "yes-no"
    ONE_OF = "one-of"
    SOME_OF = "some-of"
    DATE = "date"
    BIRTH_DATE = "birth-date"
    TEXT = "text"

    @property
    def is_date(self) -> bool:
        return self in {ItemType.DATE, ItemType.BIRTH_DATE}

    @property
    def has_options(self) -> bool:
        return self in {ItemType.ONE_OF, ItemType.SOME_OF}


@dataclass(frozen=True, slots=True)
class Life:
    """How long an answer holds, counted from the day on which it was given.

    `length` None holds for life; `until_its_date` until the date that was answered.
    """

    length: Duration | None = None
    until_its_date: bool = False

    @classmethod
    def parse(cls, text: str) -> Life:
        """Read "the day", "12 months", "for life" or "until its date". Raises ValueError."""
        match text:
            case "the day":
                return THE_DAY
            case "for life":
                return FOR_LIFE
            case "until its date":
                return UNTIL_ITS_DATE
        length = Duration.parse(text)
        if length.unit != "month":
            raise ValueError('write "the day", a number of months, "for life" or "until its date"')
        return cls(length)

    def is_over(self, given: date, on: date) -> bool:
        """Return whether an answer of the day `given` holds no more on the day `on`."""
        return self.length is not None and on >= self.length.after(given)

    def __str__(self) -> str:
        if self.until_its_date:
            return "until its date"
        if self.length is None:
            return "life"
        return "the day" if self == THE_DAY else str(self.length)


THE_DAY = Life(Duration(1, "day"))
FOR_LIFE = Life()
UNTIL_ITS_DATE = Life(until_its_date=True)


@dataclass(frozen=True, slots=True)
class Holds:
    """How long a "yes" and how long a "no" to a question holds.

    A "yes" stands for everything that was said, ticked or dated, a "no" for what was not.
    """

    yes: Life = THE_DAY
    no: Life = THE_DAY


@dataclass(frozen=True, slots=True)
class Option:
    """One choice, the findings that ticking it establishes, and what is then asked.

    One that establishes nothing is read by the doctor, or says why it has no consequence.
    `row` are its words where it is asked by itself, with "yes" and "no".
    """

    id: str
    text: str
    means: tuple[str, ...] = ()
    then: tuple[Item, ...] = ()
    doctor_reads: bool = False
    no_consequence: str | None = None
    row: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One question (FHIR Questionnaire.item; `link_id` is its linkId).

    `means` is what "yes" establishes, `dates` the finding whose date is asked.
    `within` says how far back the question asks. `may_not_know` offers "I do not
    know", `private` "I will tell only the doctor".
    `holds` says how long an answer lasts, the day itself where nothing is written.
    `still` are the words of "it still goes on" beside a date. `doctor_reads` marks what
    no program can judge, a text or a "yes"; `no_consequence` says why nothing follows.
    `follow_ups` is all that any answer leads to, `establishes` the findings that this question
    itself says something about. `longest` is in characters. `together` names the screen that
    it shares with others, and `row` are a list's words as one row of it: "yes" opens the list
    (clinical/way).
    """

    link_id: str
    text: str
    type: ItemType
    help: str | None = None
    find_out: str | None = None
    means: tuple[str, ...] = ()
    dates: str | None = None
    within: Duration | None = None
    options: tuple[Option, ...] = ()
    if_yes: tuple[Item, ...] = ()
    if_not_no: tuple[Item, ...] = ()
    may_not_know: bool = True
    private: bool = False
    always: bool = False
    booked: bool = False
    required: bool = True
    longest: int = 500
    holds: Holds = Holds()
    still: str | None = None
    doctor_reads: bool = False
    no_consequence: str | None = None
    together: str | None = None
    row: str | None = None
    # Worked out once: every answer asks every question for them.
    follow_ups: tuple[Item, ...] = field(init=False, repr=False, compare=False)
    establishes: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        below = (*self.if_yes, *self.if_not_no, *(i for o in self.options for i in o.then))
        object.__setattr__(self, "follow_ups", below)
        said = {*self.means, *(name for option in self.options for name in option.means)}
        named = {self.dates} if self.dates else set()
        object.__setattr__(self, "establishes", frozenset(said | named))

    @property
    def codes(self) -> list[str]:
        """Every answer code that may be chosen, in the order shown."""
        offered = [YES, NO] if self.type is ItemType.YES_NO else [o.id for o in self.options]
        if self.type is ItemType.SOME_OF:
            offered.append(NONE_OF_THESE)
        if self.still:
            offered.append(STILL)
        if self.may_not_know:
            offered.append(NOT_KNOWN)
        if self.private:
            offered.append(TELL_DOCTOR)
        return offered


@dataclass(frozen=True, slots=True)
class Section:
    id: str
    title: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """The questions for one screening; what several procedures share is asked once."""

    sections: tuple[Section, ...]
    bindings: Bindings = BEFORE_BINDINGS
    noted: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __iter__(self) -> Iterator[Item]:
        """Yield every question, follow-ups after the question that leads to them."""
        for section in self.sections:
            yield from walk(section.items)


@dataclass(frozen=True, slots=True)
class Step:
    """A question that is asked, and the section that it belongs to."""

    item: Item
    section: Section


def walk(items: Iterable[Item]) -> Iterator[Item]:
    """Yield `items` and all their follow-ups, each after its parent."""
    for item in items:
        yield item
        if below := item.follow_ups:
            yield from walk(below)


def only_relevant(items: Iterable[Item], used: set[str]) -> tuple[Item, ...]:
    """Return the questions that say something about the findings in `used`.

    A parent stays for the sake of a follow-up. `used` holds "age" when an age
    rule is among the findings.
    """
    kept = []
    for item in items:
        trimmed = replace(
            item,
            if_yes=only_relevant(item.if_yes, used),
            if_not_no=only_relevant(item.if_not_no, used),
            options=tuple(replace(o, then=only_relevant(o.then, used)) for o in item.options),
        )
        asks_age = item.type is ItemType.BIRTH_DATE and "age" in used
        if item.establishes & used or trimmed.follow_ups or item.always or asks_age:
            kept.append(trimmed)
    return tuple(kept)


def journey(questionnaire: Questionnaire, answers: Answers) -> list[Step]:
    """Return the questions that these answers lead to, in order."""

    def asked(items: Iterable[Item], section: Section) -> Iterator[Step]:
        for item in items:
            yield Step(item, section)
            yield from asked(follow_ups(item, answers.get(item.link_id)), section)

    return [step for s in questionnaire.sections for step in asked(s.items, s)]


def follow_ups(item: Item, answer: Answer | None) -> tuple[Item, ...]:
    """Return the follow-ups that `answer` leads to."""
    ticked = answer if isinstance(answer, list) else [answer]
    return (
        *(item.if_yes if answer == YES else ()),
        *(item.if_not_no if answer in (YES, NOT_KNOWN) else ()),
        *(i for option in item.options if option.id in ticked for i in option.then),
    )


def is_answered(item: Item, answers: Answers) -> bool:
    """Return whether the patient has been through this question; blank text counts if allowed."""
    return bool(answers.get(item.link_id)) or (not item.required and item.link_id in answers)


def first_unanswered(steps: Iterable[Step], answers: Answers) -> Item | None:
    """Return the next question to ask, None when all of the journey is answered."""
    return next((s.item for s in steps if not is_answered(s.item, answers)), None)


def answers_on_path(questionnaire: Questionnaire, answers: Answers) -> dict[str, Answer]:
    """Return the answers that count: those to questions on the journey."""
    return {
        s.item.link_id: answers[s.item.link_id]
        for s in journey(questionnaire, answers)
        if s.item.link_id in answers
    }
