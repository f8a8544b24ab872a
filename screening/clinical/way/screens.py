"""Which screens the questions stand on.

Questions of one group share a screen, at most six rows of it; a question without a group has
a screen of its own. What their answers lead to comes on the screens right after, packed
together, level by level, so that no answer changes how many groups there are. Where a clinic
wants it, every question has a screen of its own, and a list is a list of ticks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from screening.clinical.definitions.questionnaire import (
    NO,
    TELL_DOCTOR,
    Answers,
    Item,
    ItemType,
    Questionnaire,
    Section,
    Step,
    follow_ups,
    is_answered,
    journey,
)
from screening.clinical.way.rows import (
    LIST,
    MOST_ROWS,
    Row,
    Said,
    replies_to,
    reply_in,
    stands_in_rows,
)

# How much of a screen a question takes that is more than a row.
SIZES = {ItemType.DATE: 2, ItemType.BIRTH_DATE: 2, ItemType.TEXT: 2, ItemType.SOME_OF: 3}


@dataclass(frozen=True, slots=True)
class Screen:
    """What is asked on one page. `nth` of all groups it belongs to, `is_more` says why again.

    `name` is the first question's, which no other screen has; of rows that a list opens it is
    the list's with a number.
    """

    name: str
    rows: tuple[Row, ...]
    sections: tuple[Section, ...]
    nth: int
    is_more: bool = False

    @property
    def items(self) -> list[Item]:
        return list({row.item.link_id: row.item for row in self.rows}.values())

    def open_rows(self, answers: Answers, said: Said) -> list[Row]:
        return [row for row in self.rows if reply_in(row, answers, said) is None]


@dataclass(frozen=True, slots=True)
class Part:
    """Rows that stay on one screen; `of` is what they ask, at its last part."""

    rows: tuple[Row, ...]
    of: Row | None

    @property
    def size(self) -> int:
        return sum(1 if row.is_reply else SIZES.get(row.item.type, 1) for row in self.rows)


@dataclass(frozen=True, slots=True)
class Group:
    """The first questions that share a screen: their parts and screens, whatever is answered.

    `asked` are their link ids.
    """

    asked: frozenset[str]
    sections: tuple[Section, ...]
    parts: tuple[Part, ...]
    screens: tuple[Screen, ...]


def groups_of(questionnaire: Questionnaire) -> list[Group]:
    """Return the groups in order; one stands where its first question does."""
    if "groups" not in questionnaire.noted:
        questionnaire.noted["groups"] = _groups(questionnaire)
    groups: list[Group] = questionnaire.noted["groups"]
    return groups


def _groups(questionnaire: Questionnaire) -> list[Group]:
    found: dict[str, list[Step]] = {}
    for section in questionnaire.sections:
        for item in section.items:
            key = f"group {item.together}" if item.together else item.link_id
            found.setdefault(key, []).append(Step(item, section))
    return [_group(nth, steps) for nth, steps in enumerate(found.values(), 1)]


def _group(nth: int, steps: Sequence[Step]) -> Group:
    # By id: to hash a section would hash everything below it.
    sections = tuple({step.section.id: step.section for step in steps}.values())
    parts = [part for step in steps for part in _parts(Row(step.item))]
    screens = [_screen(page, sections, nth) for page in _pages(parts)]
    asked = frozenset(step.item.link_id for step in steps)
    return Group(asked, sections, tuple(parts), tuple(screens))


def screens_of(
    questionnaire: Questionnaire, answers: Answers, said: Said, grouped: bool = True
) -> list[Screen]:
    """Return every screen that these answers lead to, in order."""
    if not grouped:
        return list(_one_by_one(questionnaire, answers))
    return [one for group in groups_of(questionnaire) for one in _screens(group, answers, said)]


def _one_by_one(questionnaire: Questionnaire, answers: Answers) -> Iterator[Screen]:
    roots = {i.link_id for section in questionnaire.sections for i in section.items}
    nth = 0
    for step in journey(questionnaire, answers):
        nth += step.item.link_id in roots
        yield Screen(step.item.link_id, (Row(step.item, in_ticks=True),), (step.section,), nth)


def _screens(group: Group, answers: Answers, said: Said) -> Iterator[Screen]:
    yield from group.screens
    if group.asked.isdisjoint(answers) and group.asked.isdisjoint(said):
        return  # nothing is answered that could lead on, as in most groups of a way that begins
    waiting = _led_to(group.parts, answers, said)
    while waiting:
        page = _first_page(waiting)
        yield _screen(page, group.sections, group.screens[0].nth, is_more=True)
        # What was asked may lead on: that waits behind what waits already, and moves none of it.
        waiting = [*waiting[len(page) :], *_led_to(page, answers, said)]


def _led_to(parts: Iterable[Part], answers: Answers, said: Said) -> list[Part]:
    """Return what the answers to `parts` lead to."""
    below = (row for part in parts if part.of for row in _below(part.of, answers, said))
    return [part for row in below for part in _parts(row)]


def _screen(
    page: Sequence[Part], sections: tuple[Section, ...], nth: int, is_more: bool = False
) -> Screen:
    rows = tuple(row for part in page for row in part.rows)
    return Screen(_name(rows[0]), rows, sections, nth, is_more)


def _pages(parts: Sequence[Part]) -> Iterator[Sequence[Part]]:
    while parts:
        page = _first_page(parts)
        yield page
        parts = parts[len(page) :]


def _first_page(waiting: Sequence[Part]) -> Sequence[Part]:
    """Return what of `waiting` fits on one screen; what is for the doctor only stays apart."""
    size = 0
    for place, part in enumerate(waiting):
        size += part.size
        apart = part.rows[0].item.private != waiting[0].rows[0].item.private
        if place and (apart or size > MOST_ROWS):
            return waiting[:place]
    return waiting


def _parts(row: Row) -> Iterator[Part]:
    """Yield `row`, or where it is a list in rows, those; a long list is split evenly."""
    item = row.item
    if row.option is not None or not (stands_in_rows(item) or row.under is item):
        yield Part((row,), row)
        return
    rows = [Row(item, option, row.under, row.because) for option in item.options]
    pages = -(-len(rows) // MOST_ROWS)
    ends = [len(rows) * (page + 1) // pages for page in range(pages)]
    for start, end in pairwise([0, *ends]):
        yield Part(tuple(rows[start:end]), row if end == len(rows) else None)


def _name(first: Row) -> str:
    """Return a name that no other screen has: a list's later rows and those it opens have more."""
    if first.option is None:
        return first.item.link_id
    place = first.item.options.index(first.option)
    numbered = place or first.under is first.item
    return f"{first.item.link_id}-{place + 1}" if numbered else first.item.link_id


def _below(row: Row, answers: Answers, said: Said) -> Iterator[Row]:
    """Yield what is asked after `row`: the list that it opens, or what its answer leads to."""
    item = row.item
    if row.is_gate and row.under is not item:
        reply = replies_to(item, answers, said).get(LIST)
        if reply not in (None, NO, TELL_DOCTOR):
            yield Row(item, under=item)
        return
    if not is_answered(item, answers):
        return
    answer = answers[item.link_id]
    for below in follow_ups(item, answer):
        because = next((o for o in item.options if any(one is below for one in o.then)), None)
        yield Row(below, under=item, because=because)
