"""A tick list asked row by row, each with "yes", "no" or "not sure" and none chosen beforehand.

What is stored stays a list of ticks. "Not sure" in one row leaves the whole list open for
what is not ticked, as "I do not know" always has: unknown never clears. Where the list's own
row was a "yes" and every row below it a "no", that yes is not lost: it is not known which.
The replies stand beside the answers, to be shown again as they were given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from screening.clinical.definitions.questionnaire import (
    NO,
    NONE_OF_THESE,
    NOT_KNOWN,
    TELL_DOCTOR,
    YES,
    Answer,
    Answers,
    Item,
    ItemType,
    Option,
    is_answered,
)

LIST = ""  # the row of the list itself, beside those of its options; no option has this id
MOST_ROWS = 6
Replies = Mapping[str, str]  # option, or LIST, and what was said in its row
Said = Mapping[str, Replies]  # list and its rows' replies


@dataclass(frozen=True, slots=True)
class Row:
    """What is asked with one choice on a screen: a question, a list, or one option of a list.

    `under` is the question that led here and `because` the option of it that was chosen; a
    list that its own row opened is under itself. `in_ticks` is a list that stays ticks.
    """

    item: Item
    option: Option | None = None
    under: Item | None = None
    because: Option | None = None
    in_ticks: bool = False

    @property
    def is_gate(self) -> bool:
        """Whether it asks for a list in one go, and "yes" opens the list."""
        return self.option is None and opens_list(self.item) and not self.in_ticks

    @property
    def is_reply(self) -> bool:
        """Whether what is said here is a reply to a row, and not an answer by itself."""
        return self.option is not None or self.is_gate

    @property
    def name(self) -> str:
        """What its field is called; no link id holds a dot."""
        return f"{self.item.link_id}.{self.option.id}" if self.option else self.item.link_id

    @property
    def text(self) -> str:
        if self.option is not None:
            return self.option.row or self.option.text
        return self.item.row or self.item.text if self.is_gate else self.item.text

    @property
    def codes(self) -> list[str]:
        """Every answer that may be chosen here, in the order shown."""
        if not self.is_reply:
            return self.item.codes
        return [YES, NO, *(c for c in (NOT_KNOWN, TELL_DOCTOR) if c in self.item.codes)]


def opens_list(item: Item) -> bool:
    """Return whether `item` is a list that begins with a row of its own."""
    return item.type is ItemType.SOME_OF and item.row is not None


def stands_in_rows(item: Item) -> bool:
    """Return whether the options of `item` are rows wherever it stands, without a row before."""
    rows = [option.row for option in item.options]
    return item.type is ItemType.SOME_OF and item.row is None and bool(rows) and all(rows)


def folded(item: Item, replies: Replies) -> list[str] | None:
    """Return the answer that `replies` to the rows of `item` are, None while one is open."""
    if opens_list(item) and replies.get(LIST) in (None, NO, TELL_DOCTOR):
        return {NO: [NONE_OF_THESE], TELL_DOCTOR: [TELL_DOCTOR]}.get(replies.get(LIST, ""))
    said = {option.id: replies.get(option.id) for option in item.options}
    if not all(said.values()):
        return None
    ticked = [option for option, reply in said.items() if reply == YES]
    ticked += [code for code in (NOT_KNOWN, TELL_DOCTOR) if code in said.values()]
    if not ticked and replies.get(LIST) == YES and NOT_KNOWN in item.codes:
        return [NOT_KNOWN]
    return ticked or [NONE_OF_THESE]


def replies_to(item: Item, answers: Answers, said: Said) -> Replies:
    """Return what was said in the rows of `item`, as given or as its answer tells.

    What was said once counts no more where the answer was changed or taken away since.
    """
    given, answer = said.get(item.link_id, {}), answers.get(item.link_id)
    kept = folded(item, given)
    if not answer:
        return given if kept is None else {}
    return given if kept == answer else _told_by(item, answer)


def _told_by(item: Item, answer: str | list[str]) -> Replies:
    ticked = [answer] if isinstance(answer, str) else answer
    rest = next((code for code in (NOT_KNOWN, TELL_DOCTOR) if code in ticked), NO)
    rows = {option.id: YES if option.id in ticked else rest for option in item.options}
    if opens_list(item):
        rows[LIST] = YES if YES in rows.values() else rest
    return rows


def merged(item: Item, before: Replies, fresh: Replies) -> dict[str, str]:
    """Return the replies to keep; a list whose own row says "no" forgets the rows below it."""
    kept = {**before, **fresh}
    if opens_list(item) and kept.get(LIST) in (NO, TELL_DOCTOR):
        return {LIST: kept[LIST]}
    return kept


def reply_in(row: Row, answers: Answers, said: Said) -> str | list[str] | None:
    """Return what stands in `row`, None while it is open."""
    if not row.is_reply:
        item = row.item
        return answers[item.link_id] if is_answered(item, answers) else None
    replies = replies_to(row.item, answers, said)
    return replies.get(row.option.id if row.option else LIST)


@dataclass(frozen=True, slots=True)
class Told:
    """What replies to rows change: answers that are whole now, lists that are open again."""

    answers: dict[str, Answer]
    opened: frozenset[str]
    said: dict[str, dict[str, str]]


def told_in(items: Mapping[str, Item], answers: Answers, said: Said, fresh: Said) -> Told:
    """Return what the `fresh` replies do, beside the `answers` and replies of before."""
    whole: dict[str, Answer] = {}
    opened, kept = set(), {key: dict(replies) for key, replies in said.items()}
    for link_id, replies in fresh.items():
        item = items[link_id]
        kept[link_id] = merged(item, replies_to(item, answers, said), replies)
        answer = folded(item, kept[link_id])
        if answer is None:
            opened.add(link_id)
        else:
            whole[link_id] = answer
    return Told(whole, frozenset(opened), kept)
