"""Medicines: what a patient wrote, as substances, and what the class of a substance says.

A dictionary (definitions/dictionary) reads the names; it is handed in, so that nothing here
needs a library. What nobody recognises stays an entry with its own words: never silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol


class Status(StrEnum):
    """How an entry of a patient's list is to be treated."""

    RECOGNISED = "recognised"
    GUESS = "guess"  # spelled or sounding like a name, or a name with two meanings
    PURPOSE = "purpose"  # "blood thinner": what it is for, without its name
    NOT_RECOGNISED = "not recognised"
    NEGATED = "negated"  # "I avoid ibuprofen"
    PAST = "past"
    ALLERGY = "allergy"
    OTHER_PERSON = "other person"
    NOTHING = "nothing"  # "none", "tea"


TAKEN = (Status.RECOGNISED, Status.GUESS, Status.PURPOSE)  # what the patient says to take now


@dataclass(frozen=True, slots=True)
class Guess:
    """A name that may have been meant, and its substances."""

    name: str
    substances: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a patient's list: the words as written, and what they were read as.

    `names` are the names in it as the dictionary writes them, `left_over` words beside them
    that nobody knows, `purpose` the class that its words are for, `local` a cream, drops, a
    spray or an inhaler.
    """

    text: str
    status: Status = Status.NOT_RECOGNISED
    names: tuple[str, ...] = ()
    substances: tuple[str, ...] = ()
    guesses: tuple[Guess, ...] = ()
    left_over: tuple[str, ...] = ()
    purpose: str | None = None
    local: bool = False

    @property
    def is_whole(self) -> bool:
        """Return whether nothing of it is left for a person to read."""
        if self.status is Status.NOTHING:
            return True
        return self.status is Status.RECOGNISED and not self.left_over and not self.guesses


@dataclass(frozen=True, slots=True)
class MedicineRecord:
    """What a text was read as, by which dictionary, and what the patient replied when asked.

    `replies` is "question:substance" and "yes", "no" or "unknown". A report keeps it, so that
    no later dictionary reads the same words otherwise.
    """

    dictionary: str = ""
    entries: tuple[Entry, ...] = ()
    replies: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        """Return whether every entry was recognised, so that no person need read the text."""
        named = any(entry.status is Status.RECOGNISED for entry in self.entries)
        return named and all(entry.is_whole for entry in self.entries)


NO_MEDICINES = MedicineRecord()


class Dictionary(Protocol):
    """What reads names of medicines."""

    @property
    def hash(self) -> str: ...

    def read(self, text: str) -> tuple[Entry, ...]:
        """Return every entry of `text`, in order."""
        ...


@dataclass(frozen=True, slots=True)
class OnTheSkin:
    """What a cream, drops, a spray or an inhaler of a class says."""

    establishes: tuple[str, ...] = ()
    possible: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MedicineClass:
    """Substances that mean the same for the questions, and what they mean.

    `question` and `answer` name the question that a patient who takes one should look at;
    where nothing is named, it is the one that asks about what the class says.
    """

    id: str
    name: str
    establishes: tuple[str, ...] = ()
    possible: tuple[str, ...] = ()
    on_the_skin: OnTheSkin | None = None
    substances: frozenset[str] = frozenset()
    names: tuple[str, ...] = ()
    question: str | None = None
    answer: str | None = None

    def says(self, local: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the findings that it establishes and that it makes possible."""
        if not local:
            return self.establishes, self.possible
        if self.on_the_skin is None:
            return (), (*self.establishes, *self.possible)
        return self.on_the_skin.establishes, self.on_the_skin.possible


@dataclass(frozen=True, slots=True)
class MedicineNames:
    """`reads` are the text questions in whose answers medicines are looked for."""

    reads: tuple[str, ...] = ()
    classes: tuple[MedicineClass, ...] = ()
    dictionary: Dictionary | None = field(default=None, compare=False)

    def read(self, answers: Mapping[str, Any]) -> MedicineRecord:
        """Return what the dictionary reads in the answers to the text questions."""
        if self.dictionary is None:
            return NO_MEDICINES
        texts = [str(answers[name]) for name in self.reads if answers.get(name)]
        entries = tuple(e for text in texts for e in self.dictionary.read(text))
        return MedicineRecord(self.dictionary.hash, entries) if entries else NO_MEDICINES

    def classes_of(self, entry: Entry) -> list[MedicineClass]:
        """Return the classes of an entry's substances, or of what it is said to be for."""
        return [kind for kind in self.classes if _belongs(kind, entry)]


def _belongs(kind: MedicineClass, entry: Entry) -> bool:
    return kind.id == entry.purpose or not kind.substances.isdisjoint(entry.substances)


@dataclass(frozen=True, slots=True)
class Claim:
    """What one entry says: a finding, whether it makes it true, and through which substances."""

    finding: str
    certain: bool
    entry: Entry
    kind: MedicineClass

    @property
    def substances(self) -> tuple[str, ...]:
        taken = tuple(s for s in self.entry.substances if s in self.kind.substances)
        return taken or (self.kind.id,)


def claims_of(known: MedicineNames, entries: Iterable[Entry]) -> Iterator[Claim]:
    """Yield everything that what the patient takes now says; a guess alone says nothing."""
    for entry in entries:
        if entry.status not in TAKEN:
            continue
        for kind in known.classes_of(entry):
            certain, possible = kind.says(entry.local)
            named = entry.purpose is None
            yield from (Claim(finding, named, entry, kind) for finding in certain)
            yield from (Claim(finding, False, entry, kind) for finding in possible)
