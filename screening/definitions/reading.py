"""Read YAML files into plain data that remembers on which line everything stands.

Every scalar stays a string, so that `no` is the word that the clinician wrote.
Size, depth and repetition are bounded: a file that would take long to read is
refused, and so is one that lies outside the folder.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import yaml

from screening.definitions.problems import LARGEST_FILE, LARGEST_FOLDER, Problem

DEEPEST = 30
KEY = "?"

Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
Key = tuple[str | int, ...]


@dataclass(frozen=True)
class Document:
    """One file's content; `lines` gives the line of every key and list entry."""

    shown: str
    data: dict[str, Any]
    lines: dict[Key, int]

    def line(self, where: Key) -> int:
        """Return the line of `where`, or of the nearest part around it."""
        while where and where not in self.lines:
            where = where[:-1]
        return self.lines.get(where, 1)


def find_files(folder: Path) -> tuple[list[Path], list[Problem]]:
    """Return the YAML files below `folder` in reading order, and those that must not be read."""
    name = folder.name
    if not folder.is_dir():
        return [], [Problem(str(folder), 1, "there is no such folder")]
    files, problems, total = [], [], 0
    inside = folder.resolve()
    for path in sorted(folder.rglob("*.y*ml")):
        shown = f"{name}/{path.relative_to(folder)}"
        if not path.resolve().is_relative_to(inside):
            problems.append(Problem(shown, 1, "links to a file outside the folder; copy it here"))
        elif not path.is_file():
            problems.append(Problem(shown, 1, "is not a file that can be read"))
        elif (size := path.stat().st_size) > LARGEST_FILE:
            problems.append(Problem(shown, 1, f"is larger than {LARGEST_FILE:,} bytes; split it"))
        else:
            files.append(path)
            total += size
    if total > LARGEST_FOLDER:
        return [], [Problem(f"{name}/", 1, f"holds more than {LARGEST_FOLDER:,} bytes")]
    return files, problems


def hash_files(folder: Path, files: list[Path]) -> str:
    """Return "sha256:" and the hash over names and bytes of `files`, examples left out.

    Examples show that the rules are right; they change no outcome.
    """
    digest = hashlib.sha256()
    for path in files:
        name = path.relative_to(folder).as_posix()
        if not name.startswith("examples/"):
            content = path.read_bytes()
            digest.update(f"{name}\0{len(content)}\0".encode())
            digest.update(content)
    return f"sha256:{digest.hexdigest()}"


def read_document(path: Path, shown: str) -> tuple[Document | None, list[Problem]]:
    """Return the file at `path`, or what keeps it from being read."""
    try:
        reading = _Reading(shown, path.read_text(encoding="utf-8-sig"))
        data = reading.document()
    except UnicodeDecodeError as error:
        return None, [
            Problem(shown, 1, f"is not UTF-8 text (byte {error.start}); save it as UTF-8")
        ]
    except OSError as error:
        return None, [Problem(shown, 1, f"cannot be read: {error.strerror}")]
    except _TangledError as error:
        return None, [error.problem]
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        return None, [Problem(shown, line, f"cannot be read: {error.problem}{_hint(error)}")]
    except yaml.YAMLError as error:
        return None, [Problem(shown, 1, f"cannot be read: {str(error).splitlines()[0]}")]
    if not isinstance(data, dict):
        return None, [Problem(shown, 1, "is empty or holds no 'key: value' lines")]
    return Document(shown, data, reading.lines), reading.problems


class _TangledError(Exception):
    """A short text that would be long to read, or holds more than one document."""

    def __init__(self, problem: Problem):
        self.problem = problem
        super().__init__(str(problem))


class _Reading:
    """One text, read once: what is tangled is refused before it can cost anything."""

    def __init__(self, shown: str, text: str) -> None:
        self.shown = shown
        self.lines: dict[Key, int] = {}
        self.problems: list[Problem] = []
        self.events: Iterator[Any] = yaml.parse(text, Loader=Loader)

    def document(self) -> Any:
        """Return what the text holds, None for nothing. Raises YAMLError or _TangledError."""
        data = None
        for event in self.events:
            if isinstance(event, yaml.NodeEvent):
                if self.lines:
                    self._refuse(event, "holds a second document; put it into a file of its own")
                data = self._value(event, ())
        return data

    def _value(self, event: Any, where: Key) -> Any:
        if event.anchor is not None:
            self._refuse(event, "anchors (&) and aliases (*) are not used here; write it out")
        self.lines.setdefault(where, event.start_mark.line + 1)
        if isinstance(event, yaml.ScalarEvent):
            return event.value
        if len(where) >= DEEPEST:
            self._refuse(event, f"is nested more than {DEEPEST} levels deep")
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(where)
        return [self._value(entry, (*where, i)) for i, entry in enumerate(self._entries())]

    def _mapping(self, where: Key) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key in self._entries():
            name, line = str(self._value(key, (*where, KEY))), key.start_mark.line + 1
            value = next(self.events)
            if name in data:
                first = self.lines[(*where, name)]
                text = f"'{name}' is written twice here (first on line {first})"
                self.problems.append(Problem(self.shown, line, text))
                self._value(value, (*where, KEY))
                continue
            self.lines[(*where, name)] = line
            data[name] = self._value(value, (*where, name))
        return data

    def _entries(self) -> Iterator[Any]:
        """Yield what follows up to the end of the list or mapping that was begun."""
        for event in self.events:
            if isinstance(event, yaml.CollectionEndEvent):
                return
            yield event

    def _refuse(self, event: Any, text: str) -> NoReturn:
        raise _TangledError(Problem(self.shown, event.start_mark.line + 1, text))


def _hint(error: yaml.MarkedYAMLError) -> str:
    if "mapping values" in (error.problem or ""):
        return " (a ':' inside a sentence needs quotes around it, or the line is indented too far)"
    if "tab" in (error.problem or "") or "'\\t'" in (error.problem or ""):
        return " (use spaces, not tabs)"
    return ""
