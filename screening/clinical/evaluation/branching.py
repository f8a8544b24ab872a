"""What one answer says about a choice, and which follow-ups it leads to."""

from __future__ import annotations

from collections.abc import Iterator

from screening.clinical.definitions.findings import ABSENT, PRESENT, UNKNOWN, Pair
from screening.clinical.definitions.questionnaire import NOT_KNOWN, WITHHELD, YES, Answer, Item


def claims(item: Item) -> Iterator[str]:
    """Yield the findings whose state `item` decides, its date aside."""
    yield from item.means
    for option in item.options:
        yield from option.means


def pair_of(answer: Answer | None, code: str, blank: Pair) -> Pair:
    """Return what `answer` says about the choice `code`."""
    if not answer:
        return blank
    ticked = [answer] if isinstance(answer, str) else answer
    if code in ticked:
        return PRESENT
    return UNKNOWN if WITHHELD & set(ticked) else ABSENT


def branches(
    item: Item, answer: Answer | None, blank: Pair
) -> Iterator[tuple[Pair, bool, tuple[Item, ...]]]:
    """Yield each group of follow-ups with the state of what leads to it; is it asked?"""
    if item.if_yes or item.if_not_no:
        yes = pair_of(answer, YES, blank)
        yield yes, yes == PRESENT, item.if_yes
        yield yes, yes == PRESENT or answer == NOT_KNOWN, item.if_not_no
    for option in item.options:
        if option.then:
            chosen = pair_of(answer, option.id, blank)
            yield chosen, chosen == PRESENT, option.then
