"""What is wrong with a definition file, said to the person who has to mend it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

# In bytes. What is larger is refused, whatever stands in it.
LARGEST_FILE = 1_000_000
LARGEST_FOLDER = 5_000_000
LARGEST_ARCHIVE = 1_000_000


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake: the file as the clinician knows it, the line, and what to do."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


class DefinitionError(Exception):
    """The files in questions/ cannot be used. `problems` lists every reason."""

    def __init__(self, problems: Iterable[Problem]):
        self.problems = sorted(set(problems))
        super().__init__("\n".join(map(str, self.problems)))


def unknown(word: str, name: str, known: Iterable[str]) -> str:
    """Say that no file defines `name`, with the nearest name that one does."""
    return f'unknown {word} "{name}"{did_you_mean(name, known)}'


def did_you_mean(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(known), 1, 0.6)
    return f', did you mean "{close[0]}"?' if close else ""
