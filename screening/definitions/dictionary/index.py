"""The packed names, opened without reading them into memory."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import marisa_trie

from screening.clinical.definitions.medicines import Guess
from screening.definitions.dictionary.spelling import (
    SHORTEST_SOUND,
    is_arabic,
    keys_alike,
    sound,
)

PACKED = Path(__file__).parent / "packed"
SHORTEST_GUESS, LONGEST_GUESS = 6, 32  # letters of a word that may be misspelled
MOST_GUESSES = 3  # names that a patient is asked about at once
FURTHER_BY_SOUND, FURTHER_IF_SHORT = 1.2, 2  # a slip in what is heard weighs more than in letters
ARTICLE = "ال"  # in Arabic


class NotPackedError(OSError):
    """There is no dictionary here yet; the message says how to make it."""

    def __init__(self, folder: Path):
        super().__init__(f"{folder}: the dictionary of medicines is missing; run bin/medicines")


class Index:
    """Names with their substances, and the words and phrases that change what a name means."""

    def __init__(self, folder: Path = PACKED):
        facts_at = folder / "facts.json"
        if not facts_at.exists():
            raise NotPackedError(folder)
        self.folder = folder
        self._names = marisa_trie.RecordTrie("<H").mmap(str(folder / "names.marisa"))
        self._alike = marisa_trie.BytesTrie().mmap(str(folder / "alike.marisa"))
        facts = json.loads(facts_at.read_text("utf-8"))
        self.hash: str = facts["hash"]
        self._meanings: list[str] = facts["meanings"]  # substances, joined by "+"
        self.words: dict[str, str] = facts["words"]  # a word or phrase, and its treatment
        self._marks: dict[str, list[str]] = facts["marks"]  # a phrase, and what it says of an entry
        self._longest = _longest_by_first_word([*self.words, *self._marks])
        self.edible = frozenset(facts["edible"])

    def __reduce__(self) -> tuple[type[Index], tuple[Path]]:
        return type(self), (self.folder,)  # another process opens the same files

    def meanings(self, name: str) -> list[tuple[str, ...]]:
        """Return the substances of `name`, twice where it means two things in two countries."""
        found = self._names.get(name)
        if not found and is_arabic(name):
            found = self._names.get(name.removeprefix(ARTICLE))
        return [tuple(self._meanings[number].split("+")) for (number,) in found or ()]

    def phrases(self, words: Sequence[str]) -> Iterator[tuple[int, int, str]]:
        """Yield every known phrase in `words` with its place, the longest at each word first."""
        for start, word in enumerate(words):
            for end in range(min(len(words), start + self._longest.get(word, 0)), start, -1):
                phrase = " ".join(words[start:end])
                if phrase in self.words or phrase in self._marks:
                    yield start, end, phrase

    def marks(self, phrase: str) -> list[str]:
        return self._marks.get(phrase, [])

    def guess(self, words: Iterable[str]) -> list[Guess]:
        """Return the names that one of `words` may have been meant to be, the likeliest first."""
        best: dict[str, float] = {}
        for word in words:
            for name, far in self._near(word):
                best[name] = min(best.get(name, far), far)
        meant: dict[tuple[str, ...], str] = {}
        for name in sorted(best, key=lambda n: (best[n], n not in self._meanings, n)):
            meant.setdefault(self.meanings(name)[0], name)
        return [Guess(name, meaning) for meaning, name in meant.items()][:MOST_GUESSES]

    def _near(self, word: str) -> Iterable[tuple[str, float]]:
        """Yield the names near `word`, and how far each is for its length."""
        if not SHORTEST_GUESS <= len(word) <= LONGEST_GUESS:
            return
        # Takes 3 MB: a process to which everybody types names that are known does without.
        from rapidfuzz.distance import OSA

        allowed = 1 if len(word) < 7 else 2 if len(word) < 11 else 3
        heard = sound(word)
        weight = FURTHER_BY_SOUND if len(heard) > SHORTEST_SOUND else FURTHER_IF_SHORT
        for name in {n.decode() for key in keys_alike(word) for n in self._alike.get(key, ())}:
            by_sound = OSA.distance(heard, sound(name)) * weight
            far = 1 if is_arabic(word) else min(OSA.distance(word, name), by_sound)
            if far <= allowed:
                yield name, far / len(name)


def _longest_by_first_word(phrases: Iterable[str]) -> dict[str, int]:
    longest: dict[str, int] = {}
    for phrase in phrases:
        first, *others = phrase.split()
        longest[first] = max(1 + len(others), longest.get(first, 0))
    return longest
