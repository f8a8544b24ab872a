"""Read YAML files into plain data that remembers on which line everything stands.

Every scalar stays a string, so that `no` is the word that the clinician wrote.
Size, depth and repetition are bounded: a file that would take long to read is
refused, and so is one that lies outside the folder.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from screening.definitions.problems import Problem

LARGEST_FILE = 1_000_000
LARGEST_FOLDER = 5_000_000
DEEPEST = 30

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
    for path in sorted(folder.rglob("*.y*ml")):
        shown = f"{name}/{path.relative_to(folder)}"
        if not path.resolve().is_relative_to(folder.resolve()):
            problems.append(Problem(shown, 1, "links to a file outside the folder; copy it here"))
        elif not path.is_file():
            problems.append(Problem(shown, 1, "is not a file that can be read"))
        elif path.stat().st_size > LARGEST_FILE:
            problems.append(Problem(shown, 1, f"is larger than {LARGEST_FILE:,} bytes; split it"))
        else:
            files.append(path)
            total += path.stat().st_size
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
        text = path.read_text(encoding="utf-8-sig")
        if problem := _too_tangled(text, shown):
            return None, [problem]
        node = yaml.compose(text, Loader=Loader)
    except UnicodeDecodeError as error:
        return None, [
            Problem(shown, 1, f"is not UTF-8 text (byte {error.start}); save it as UTF-8")
        ]
    except OSError as error:
        return None, [Problem(shown, 1, f"cannot be read: {error.strerror}")]
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        return None, [Problem(shown, line, f"cannot be read: {error.problem}{_hint(error)}")]
    except yaml.YAMLError as error:
        return None, [Problem(shown, 1, f"cannot be read: {str(error).splitlines()[0]}")]
    if not isinstance(node, yaml.MappingNode):
        return None, [Problem(shown, 1, "is empty or holds no 'key: value' lines")]
    lines: dict[Key, int] = {}
    problems: list[Problem] = []
    data = _plain(node, (), lines, shown, problems)
    return Document(shown, data, lines), problems


def _too_tangled(text: str, shown: str) -> Problem | None:
    """Refuse anchors and deep nesting: both can make a short file long to read."""
    depth = 0
    for event in yaml.parse(text, Loader=Loader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            return Problem(
                shown, line, "anchors (&) and aliases (*) are not used here; write it out"
            )
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            return Problem(shown, line, f"is nested more than {DEEPEST} levels deep")
    return None


def _hint(error: yaml.MarkedYAMLError) -> str:
    if "mapping values" in (error.problem or ""):
        return " (a ':' inside a sentence needs quotes around it, or the line is indented too far)"
    if "tab" in (error.problem or "") or "'\\t'" in (error.problem or ""):
        return " (use spaces, not tabs)"
    return ""


def _plain(
    node: yaml.Node, where: Key, lines: dict[Key, int], shown: str, problems: list[Problem]
) -> Any:
    lines.setdefault(where, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        data: dict[str, Any] = {}
        for key, value in node.value:
            name, line = str(key.value), key.start_mark.line + 1
            if name in data:
                first = lines[(*where, name)]
                text = f"'{name}' is written twice here (first on line {first})"
                problems.append(Problem(shown, line, text))
                continue
            lines[(*where, name)] = line
            data[name] = _plain(value, (*where, name), lines, shown, problems)
        return data
    if isinstance(node, yaml.SequenceNode):
        return [_plain(v, (*where, i), lines, shown, problems) for i, v in enumerate(node.value)]
    return node.value
