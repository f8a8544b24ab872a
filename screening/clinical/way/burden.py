"""How long the way is: pages, questions and taps, counted as a browser would meet them.

A tap is each choice, box and button that is touched; a typed field counts one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from screening.clinical.definitions.definitions import (
    Definitions,
    assemble_questionnaire,
    findings_asked,
)
from screening.clinical.definitions.questionnaire import (
    NO,
    NONE_OF_THESE,
    YES,
    Answer,
    Answers,
    Item,
    ItemType,
    Questionnaire,
    answers_on_path,
    first_unanswered,
    journey,
)
from screening.clinical.medicines.questions import (
    DidYouMean,
    NotRecognised,
    Question,
    open_questions,
    with_replies,
)
from screening.clinical.report.returning import Told, confirmable, confirmed_by, rows_about
from screening.clinical.way.journey import Journey
from screening.clinical.way.rows import LIST, MOST_ROWS, Row, replies_to, told_in
from screening.clinical.way.screens import Screen

AGE = 45
START, SEND = 1, 4  # taps: one button; who answered, the box, the name, the button
SECONDS_A_TAP = 6


@dataclass(frozen=True, slots=True)
class Burden:
    pages: int
    questions: int
    taps: int

    @property
    def minutes(self) -> int:
        """What it takes by taps, where the clinic has no figures of its own yet."""
        return max(1, -(-self.taps * SECONDS_A_TAP // 60))


def quiet_answer(item: Item, on: date) -> Answer:
    """Return what a patient with nothing to report answers."""
    match item.type:
        case ItemType.YES_NO:
            return NO
        case ItemType.SOME_OF:
            return [NONE_OF_THESE]
        case ItemType.ONE_OF:
            plain = [o.id for o in item.options if not o.means and not o.then]
            return (plain or [option.id for option in item.options])[-1]
        case ItemType.BIRTH_DATE:
            return f"{on.year - AGE}-01-01"
        case ItemType.DATE:
            return on.isoformat()
        case ItemType.TEXT:
            return "nothing"


@dataclass
class _Patient:
    """A patient on the way: what was answered so far, and what that took."""

    definitions: Definitions
    procedures: Sequence[str]
    on: date
    will: Answers
    grouped: bool
    answers: dict[str, Answer] = field(default_factory=dict)
    said: dict[str, dict[str, str]] = field(default_factory=dict)
    replies: dict[str, str] = field(default_factory=dict)
    pages: int = 0
    questions: int = 0
    taps: int = 0

    def walk(self) -> None:
        questionnaire = assemble_questionnaire(self.definitions, self.procedures)
        while True:
            way = Journey(questionnaire, self.answers, self.said, self.grouped)
            if screen := way.screen(way.next.name):
                self._answer(screen, way.shown(screen))
            elif asked := list(self._about_medicines(questionnaire))[:MOST_ROWS]:
                for one in asked:
                    keys = [one.id] if isinstance(one, DidYouMean) else one.keys()
                    reply = YES if isinstance(one, NotRecognised) else NO
                    self.replies |= dict.fromkeys(keys, reply)
                self.turn(len(asked), len(asked) + 1)
            else:
                return

    def turn(self, questions: int, taps: int) -> None:
        self.pages += 1
        self.questions += questions
        self.taps += taps

    def _answer(self, screen: Screen, rows: Sequence[Row]) -> None:
        fresh: dict[str, dict[str, str]] = {}
        taps = 0
        for row in rows:
            answer = self._meant(row.item)
            if row.is_reply:
                told = replies_to(row.item, {row.item.link_id: answer}, {})
                place = row.option.id if row.option else LIST
                fresh.setdefault(row.item.link_id, {})[place] = told[place]
                taps += 1
            else:
                self.answers[row.item.link_id] = answer
                taps += taps_of(row.item, answer)
        items = {item.link_id: item for item in screen.items}
        told_now = told_in(items, self.answers, self.said, fresh)
        self.answers |= told_now.answers
        self.said = told_now.said
        self.turn(len(rows), taps + 1)

    def _meant(self, item: Item) -> Answer:
        return self.will.get(item.link_id) or quiet_answer(item, self.on)

    def _about_medicines(self, questionnaire: Questionnaire) -> Iterator[Question]:
        counted = answers_on_path(questionnaire, self.answers)
        record = with_replies(self.definitions.medicines.read(counted), self.replies)
        if record.entries:
            asked = [step.item for step in journey(questionnaire, self.answers)]
            used = findings_asked(self.definitions, self.procedures)
            said = (self.answers, record, self.replies)
            yield from open_questions(self.definitions, asked, *said, used)


def taps_of(item: Item, answer: Answer) -> int:
    """Return how often a page is touched to give `answer`, its button aside."""
    if isinstance(answer, list):
        return len(answer)
    typed_date = item.type.is_date and answer[:4].isdecimal()
    return len(answer.split("-")) if typed_date else 1


def burden_of(
    definitions: Definitions,
    procedures: Sequence[str],
    on: date,
    will: Mapping[str, Answer] | None = None,
    grouped: bool = True,
) -> Burden:
    """Return what the way costs a patient who was invited for `procedures`.

    `will` is what the patient answers, to everything else as one with nothing to report.
    """
    patient = _Patient(definitions, procedures, on, will or {}, grouped)
    patient.walk()
    return Burden(patient.pages + 2, patient.questions, patient.taps + START + SEND)


def burden_of_return(
    definitions: Definitions, procedures: Sequence[str], on: date, before: date
) -> Burden:
    """Return what it costs who had nothing to report `before`, and has nothing new to say."""
    questionnaire = assemble_questionnaire(definitions, procedures)
    said: dict[str, Answer] = {}
    while item := first_unanswered(journey(questionnaire, said), said):
        said[item.link_id] = quiet_answer(item, before)
    texts = {item.link_id: item.text for item in questionnaire}
    told = {key: Told(texts[key], answer, before) for key, answer in said.items()}
    earlier = confirmable(definitions, told, on)
    rows = rows_about(questionnaire, earlier.aged, {})
    stands = confirmed_by(questionnaire, earlier.aged, dict.fromkeys(rows, NO))
    patient = _Patient(definitions, procedures, on, said, grouped=True)
    for page in batched(rows):
        patient.turn(len(page), len(page) + 1)
    if confirmed := {**earlier.kept, **stands}:
        patient.turn(0, 1)
        patient.answers |= {k: a for k, a in confirmed.items() if k in texts}
    patient.walk()
    return Burden(patient.pages + 2, patient.questions, patient.taps + START + SEND)


def burden_of_arrival(definitions: Definitions) -> Burden:
    """Return what it costs who has arrived and has nothing new to say."""
    rows = [len(page) for page in definitions.bindings.pages]
    return Burden(len(rows) + 2, sum(rows), START + sum(rows) + len(rows) + 1)


def batched(rows: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield `rows` page by page."""
    yield from (rows[at : at + MOST_ROWS] for at in range(0, len(rows), MOST_ROWS))
