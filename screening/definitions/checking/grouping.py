"""Which questions may share a screen, and what a list needs to be asked row by row."""

from __future__ import annotations

from collections.abc import Iterator

from screening.clinical.definitions.definitions import Definitions
from screening.clinical.definitions.questionnaire import Item, ItemType, walk
from screening.clinical.way.rows import MOST_ROWS, opens_list, stands_in_rows

SHARING = {ItemType.YES_NO, ItemType.ONE_OF, ItemType.SOME_OF}


def check_grouping(definitions: Definitions) -> Iterator[tuple[str, str]]:
    """Yield each question that cannot stand where `together` or `row` puts it."""
    groups: dict[str, list[Item]] = {}
    for section in definitions.sections:
        for root in section.items:
            if root.together:
                groups.setdefault(root.together, []).append(root)
            for item in walk([root]):
                for text in _misplaced(item, item is root):
                    yield f"question {item.link_id}", text
    for name, items in groups.items():
        for text in _unfit(name, items):
            yield f"question {items[-1].link_id}", text


def _misplaced(item: Item, is_root: bool) -> Iterator[str]:
    if item.together and not is_root:
        yield "'together' belongs to first questions; a follow-up comes on the next page"
    elif item.together and item.type not in SHARING:
        yield f"a {item.type} question has a page of its own; leave out 'together'"
    elif item.together and _needs_rows(item):
        yield "a list that shares a page needs 'row', its own or one for each option"
    rows = [option.row for option in item.options]
    if item.type is not ItemType.SOME_OF and (item.row or any(rows)):
        yield "'row' belongs to a list and its options; other questions are asked as they stand"
    elif any(rows) and not all(rows):
        yield "'row' stands at some options; write one for each, or none"
    if opens_list(item) and not (item.may_not_know and item.options):
        yield "a list with a 'row' of its own needs options and \"I do not know\""


def _needs_rows(item: Item) -> bool:
    return item.type is ItemType.SOME_OF and not (opens_list(item) or stands_in_rows(item))


def _unfit(name: str, items: list[Item]) -> Iterator[str]:
    if len(items) == 1:
        yield f"'together: {name}' stands at this question only; name a group of several, or none"
    if len({item.private for item in items}) > 1:
        yield f"'{name}' mixes what may be told only to the doctor with other questions"
    rows = sum(len(item.options) if stands_in_rows(item) else 1 for item in items)
    if rows > MOST_ROWS:
        yield f"'{name}' has {rows} rows; a page holds {MOST_ROWS} at most"
