"""From a patient's own words to entries: every word is read, and none decides in silence.

An exact name is recognised. What is spelled or sounds alike is a question to the patient, never
an answer. What nobody knows says so. The time is bounded by the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

from screening.clinical.definitions.medicines import Entry, Guess, Status
from screening.definitions.dictionary.index import MOST_GUESSES, Index
from screening.definitions.dictionary.spelling import plain

LONGEST = 20_000  # characters of a text; the longest answer has 2,000
MOST_WORDS = 5  # of a name
MOST_GUESSED = 60  # entries of a text that may be misspelled; the others are just not recognised
LEFT_OVER = 4  # letters of a word beside a recognised name that is worth naming to the doctor
UNIT = r"(?:mg|mcg|µg|ug|g|ml|iu|ie|me|ui|u|units?|%|мг|мкг|мл|г|ед|ме|ملغ|مجم|جم)"
DOSE = re.compile(rf"(?<![^\W\d_])\d+(?:[.,/]\d+)*\s*{UNIT}?(?![^\W\d_])")
COUNT = re.compile(rf"x?\d[\dx]*{UNIT}?|x")
BETWEEN = re.compile(
    r"[\n;•●▪·|]+|,(?!\d)|،|\s[+&/–-]\s|\s(?:and|und|et|y|e|i|ve|и|và|و)\s(?=\D{4})|\s\d{1,2}[.)]\s"
)
EMPTY = " .-–*\t"
SETTLED = (  # in this order: "my mother was allergic to it"
    ("past", Status.PAST),
    ("negates", Status.NEGATED),
    ("allergy", Status.ALLERGY),
    ("other-person", Status.OTHER_PERSON),
)
PURPOSE = "purpose:"
UNREAD = {"ignore", "local"}  # treatments of words that make no entry a medicine
BESIDE = {*UNREAD, "beside", "contrast", "food"}  # nor need be read beside a name
NO_MEDICINE = {"nothing-words", "food"}


class NameReader:
    """The packed index, and what the clinic's own list adds to it."""

    def __init__(self, index: Index, own: Iterable[str] = ()):
        self.index = index
        self.own = {plain(name): name for name in own if not index.meanings(plain(name))}

    @property
    def hash(self) -> str:
        return self.index.hash

    def read(self, text: str) -> tuple[Entry, ...]:
        """Return every entry of `text`, in order; what is far too long is left to a person."""
        text = text.encode("utf-8", "replace").decode("utf-8")  # half a character is none
        if len(text) > LONGEST:
            return (Entry(text),)
        entries = []
        guessed = 0
        for part in parts_of(text):
            entry = self._entry(part, may_guess=guessed < MOST_GUESSED)
            guessed += entry.status in (Status.GUESS, Status.NOT_RECOGNISED)
            entries.append(entry)
        return tuple(entries)

    def meanings(self, name: str) -> list[tuple[str, ...]]:
        if name in self.own:
            return [(self.own[name],)]
        return self.index.meanings(name)

    def _entry(self, text: str, may_guess: bool) -> Entry:
        bare = plain(text).split()
        said = [phrase for _, _, phrase in self.index.phrases(bare)]
        whole = self.index.words.get(" ".join(bare), "")  # what is to be done with all of it
        if whole == "nothing" or not bare:
            return Entry(text, Status.NOTHING)
        marks = {kind for phrase in said for kind in self.index.marks(phrase)}
        words = plain(DOSE.sub(" ", text.casefold())).split()
        core = [w for w in words if self.index.words.get(w) != "ignore"]
        names = _Names()
        if not whole.startswith(PURPOSE):
            names = self._names(bare, len(core))
            names = names if names.found else self._names(words, len(core))
        found = Entry(
            text,
            names=tuple(names.names),
            substances=tuple(names.substances),
            guesses=tuple(names.guesses[:MOST_GUESSES]),
            left_over=tuple(self._beside(names.left)) if names.found else (),
            local="local" in marks,
        )
        return self._settled(self._weighed(found, words, said, marks, may_guess), marks)

    def _weighed(
        self, entry: Entry, words: list[str], said: list[str], marks: set[str], may_guess: bool
    ) -> Entry:
        """Return the entry with its status, as if the patient meant to take it now."""
        if entry.guesses:
            return replace(entry, status=Status.GUESS)
        if entry.substances:
            eaten = "food" in marks and self.index.edible.issuperset(entry.substances)
            found = Entry(entry.text) if eaten else entry
            return replace(found, status=Status.NOTHING if eaten else Status.RECOGNISED)
        if purpose := self._purpose(said):
            return replace(entry, status=Status.PURPOSE, purpose=purpose)
        if "unnamed" in marks:
            return entry
        left = self._left(self._without_phrases(words), UNREAD)  # of any length: ABC is a cream
        if not left:
            unnamed = entry.local and not marks & NO_MEDICINE  # a cream, and no word which
            return entry if unnamed else replace(entry, status=Status.NOTHING)
        guesses = self._guess(left) if may_guess and "other" not in marks else []
        return replace(entry, status=Status.GUESS, guesses=tuple(guesses)) if guesses else entry

    def _settled(self, entry: Entry, marks: set[str]) -> Entry:
        """Return the entry as not taken now where its words say so, and nothing but that."""
        taken_all_the_same = "unnamed" in marks or {"contrast", "negates"} <= marks
        if entry.status is Status.NOTHING or taken_all_the_same:
            return entry
        said = next((status for kind, status in SETTLED if kind in marks), None)
        return replace(entry, status=said, guesses=()) if said else entry

    def _beside(self, words: list[str]) -> list[str]:
        """Return the words beside a name that are worth naming to the doctor."""
        return [word for word in self._left(words, BESIDE) if len(word) >= LEFT_OVER]

    def _left(self, words: list[str], settled: set[str]) -> list[str]:
        """Return the words that are more than a dose or a form."""
        weigh = (word for word in words if self.index.words.get(word) not in settled)
        return [word for word in weigh if not COUNT.fullmatch(word)]

    def _without_phrases(self, words: list[str]) -> list[str]:
        """Return `words` without those that say what is no medicine: "sun cream", "tea"."""
        gone: set[int] = set()
        for start, end, phrase in self.index.phrases(words):
            if NO_MEDICINE.intersection(self.index.marks(phrase)):
                gone.update(range(start, end))
        return [word for place, word in enumerate(words) if place not in gone]

    def _names(self, words: list[str], core: int) -> _Names:
        """Find the names in `words`, the longest first; `core` is how many words weigh."""
        names, start = _Names(), 0
        while start < len(words):
            for size in range(min(MOST_WORDS, len(words) - start), 0, -1):
                name = " ".join(words[start : start + size])
                kind = self.index.words.get(name)
                if kind == "ignore" or (kind == "alone" and size < core):
                    continue
                if meanings := self.meanings(name):
                    names.add(name, meanings)
                    break
            else:
                size = 1
                names.left.append(words[start])
            start += size
        return names

    def _purpose(self, said: list[str]) -> str | None:
        kinds = (self.index.words.get(phrase, "") for phrase in said)
        return next((k.removeprefix(PURPOSE) for k in kinds if k.startswith(PURPOSE)), None)

    def _guess(self, words: list[str]) -> list[Guess]:
        words = words[:MOST_GUESSED]
        return self.index.guess([*words, *map("".join, pairwise(words))])


class _Names:
    """The names in one entry while they are looked for."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.substances: list[str] = []
        self.guesses: list[Guess] = []
        self.left: list[str] = []

    @property
    def found(self) -> bool:
        return bool(self.substances or self.guesses)

    def add(self, name: str, meanings: list[tuple[str, ...]]) -> None:
        """Take the name; of two meanings, in two countries, the patient has to say which."""
        if len(meanings) > 1:
            self.guesses += [Guess(name, substances) for substances in meanings]
            return
        self.names.append(name)
        self.substances += [s for s in meanings[0] if s not in self.substances]


def parts_of(text: str) -> list[str]:
    """Return the entries of a list, whatever stands between them."""
    return [part.strip(EMPTY) for part in BETWEEN.split(text) if part.strip(EMPTY)]
