"""Names of medicines in a patient's own words: they make the pages ask, and do nothing else.

A name never answers a question and never clears one; only the patient does. What
is not in the list changes nothing.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from screening.clinical.definitions.questionnaire import (
    NONE_OF_THESE,
    NOT_KNOWN,
    YES,
    Answer,
    Item,
    ItemType,
)

ALIKE = 0.86  # of difflib; "warfrin" is like "warfarin", "aspartame" not like "aspirin"
SHORTEST_ALIKE = 6  # letters; shorter words are like too many others
MOST_WORDS = 3  # of a name
MOST_READ = 400  # words of one list


@dataclass(frozen=True, slots=True)
class MedicineClass:
    """Names, and the `answer` to the `question` that a patient who takes one should look at."""

    id: str
    question: str
    answer: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MedicineNames:
    """`reads` are the text questions in whose answers the names of `classes` are looked for."""

    reads: tuple[str, ...] = ()
    classes: tuple[MedicineClass, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A name in a patient's text: as `wrote`, and as `meant` in our list."""

    wrote: str
    meant: str


@dataclass(frozen=True, slots=True)
class Reading:
    """Names of one class that a patient wrote, and the question that was answered otherwise."""

    kind: MedicineClass
    item: Item
    names: tuple[Found, ...]


def plain(text: str) -> str:
    """Return `text` in small letters without accents, words with one space between them."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(c for c in parts if not unicodedata.combining(c))
    return " ".join(re.findall(r"[^\W_]+", bare.replace("'", "").replace("’", "")))


def find_names(text: str, names: Iterable[str]) -> list[Found]:
    """Return the `names` in `text`, also those that are misspelled a little, each once."""
    known = {plain(name): name for name in names}
    words = plain(text).split()[:MOST_READ]
    found: dict[str, Found] = {}
    for size in range(MOST_WORDS, 0, -1):
        for start in range(len(words) - size + 1):
            wrote = " ".join(words[start : start + size])
            for meant in [wrote] if wrote in known else _alike(wrote, known):
                found.setdefault(meant, Found(wrote, known[meant]))
    return list(found.values())


def _alike(wrote: str, known: Collection[str]) -> list[str]:
    """Return the name that `wrote` may be; of several words none is like another: vitamin d, e."""
    if len(wrote) < SHORTEST_ALIKE or " " in wrote:
        return []
    return difflib.get_close_matches(wrote, [n for n in known if " " not in n], 1, ALIKE)


def open_readings(
    known: MedicineNames,
    asked: Iterable[Item],
    answers: Mapping[str, Answer],
    said: Collection[str],
) -> Iterator[Reading]:
    """Yield what the patient still has to be asked about, of the questions `asked` and answered.

    `said` holds what the patient has been asked about: see `key`.
    """
    items = {item.link_id: item for item in asked if item.link_id in answers}
    text = "\n".join(str(answers[name]) for name in known.reads if name in items)
    for kind in known.classes if text else ():
        item = items.get(kind.question)
        if item is None or kind.answer in _codes(answers[kind.question]):
            continue
        found = find_names(text, kind.names)
        names = tuple(one for one in found if key(kind, one.meant) not in said)
        if names:
            yield Reading(kind, item, names)


def key(kind: MedicineClass, name: str) -> str:
    return f"{kind.id}:{name}"


def changed_answer(reading: Reading, answer: Answer, reply: str) -> Answer:
    """Return the answer to the reading's question after the patient's own `reply` to it.

    "yes" adds what the name stands for, "unknown" says that it is not known, and
    anything else leaves the answer as it was.
    """
    if reply not in (YES, NOT_KNOWN):
        return answer
    code = reading.kind.answer if reply == YES else NOT_KNOWN
    if reading.item.type is not ItemType.SOME_OF:
        return code
    kept = [c for c in _codes(answer) if c != NONE_OF_THESE]
    return [c for c in reading.item.codes if c in {*kept, code}]


def _codes(answer: Answer) -> list[str]:
    return [answer] if isinstance(answer, str) else answer
