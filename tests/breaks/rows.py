"""The breaks, as the files beside this one list them; see README.md."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the one in C, where it was built
ROOMS = ("clinical", "definitions", "documents", "workflow", "web", "storage", "operations")


@dataclass(frozen=True, kw_only=True)
class Break:
    """One change of the program that tests must notice; the keys are those of the files."""

    room: str
    id: str
    breaks: str
    file: str
    before: str
    after: str
    tests: tuple[str, ...]

    def names(self, test: str) -> bool:
        """Tell whether the node `test` of pytest is one that must notice, or its whole file is."""
        return any(f"{test}[".startswith((f"{one}::", f"{one}[")) for one in self.tests) or any(
            one.startswith(f"{test}::") for one in self.tests
        )

    def applied(self, text: str) -> str:
        """Return the file's `text` broken. Raises ValueError unless `before` stands in it once."""
        first, *more = self.before.rstrip("\n").split("\n")
        there = re.search(rf"(?m)^( *)(.*?){re.escape(first)}", text)
        indent = there[1] if there else ""
        before = "\n".join([first, *(indent + line if line else "" for line in more)])
        if text.count(before) != 1:
            raise ValueError(f"{self.id}: {text.count(before)} times in {self.file}: {before}")
        lines = self.after.rstrip("\n").split("\n")
        after = "\n".join([lines[0], *(indent + line if line else "" for line in lines[1:])])
        return text.replace(before, after)


@cache
def read_rows() -> list[Break]:
    """Return every break of every room. Raises TypeError for a key that is missing or unknown."""
    rows = []
    for room in ROOMS:
        path = HERE / f"{room}.yaml"
        for row in yaml.load(path.read_text(), LOADER) if path.exists() else ():
            rows.append(Break(room=room, **row | {"tests": tuple(row["tests"])}))
    return rows
