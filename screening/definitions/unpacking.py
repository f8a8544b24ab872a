"""Read definitions out of a ZIP that somebody sent, in bounded time and memory.

Nothing in it is trusted: names stay below one folder of our own, links are
refused, and what an entry claims about its size is not believed.
"""

from __future__ import annotations

import io
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from screening.clinical.definitions.definitions import Definitions
from screening.definitions.loading import load_definitions
from screening.definitions.problems import (
    LARGEST_ARCHIVE,
    LARGEST_FILE,
    LARGEST_FOLDER,
    DefinitionError,
    Problem,
)

MOST_ENTRIES = 500
FOLDER = "questions"
SUFFIXES = {".yaml", ".yml"}


def load_archive(archive: bytes) -> Definitions:
    """Return the definitions in a ZIP of their folder. Raises DefinitionError."""
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / FOLDER
        folder.mkdir()
        for name, content in _files(archive):
            _write(folder / name, content)
        return load_definitions(folder)


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise DefinitionError([Problem(path.name, 1, "has a name no file can have")]) from error


def _files(archive: bytes) -> Iterator[tuple[PurePosixPath, bytes]]:
    """Yield name and content of each definition file, below the folder that holds them all."""
    if len(archive) > LARGEST_ARCHIVE:
        raise _refused(f"is larger than {LARGEST_ARCHIVE:,} bytes")
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            entries = _entries(opened)
            below = _common_folder([name for name, _ in entries])
            left = LARGEST_FOLDER
            for name, entry in entries:
                content = _read(opened, entry)
                left -= len(content)
                if left < 0:
                    raise _refused(f"holds more than {LARGEST_FOLDER:,} bytes once unpacked")
                yield name.relative_to(below), content
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as error:
        raise _refused("is not a ZIP file that can be read") from error


def _entries(opened: zipfile.ZipFile) -> list[tuple[PurePosixPath, zipfile.ZipInfo]]:
    """Return the definition files. Raises DefinitionError for every entry that must not be read."""
    listed = opened.infolist()
    if len(listed) > MOST_ENTRIES:
        raise _refused(f"holds more than {MOST_ENTRIES} files")
    found, problems, seen = [], [], set()
    for entry in listed:
        name = PurePosixPath(entry.filename)
        if problem := _problem(entry, name):
            problems.append(Problem(entry.filename, 1, problem))
        elif name.suffix in SUFFIXES and "__MACOSX" not in name.parts and not entry.is_dir():
            if str(name).casefold() in seen:
                problems.append(Problem(entry.filename, 1, "is in the ZIP twice"))
            seen.add(str(name).casefold())
            found.append((name, entry))
    if problems:
        raise DefinitionError(problems)
    if not found:
        raise _refused("holds no definition file; pack the folder that holds findings.yaml")
    return found


def _problem(entry: zipfile.ZipInfo, name: PurePosixPath) -> str | None:
    if name.is_absolute() or ".." in name.parts or set("\\:\0") & set(entry.filename):
        return "leads out of the folder; pack the folder anew"
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "is a link; put the file itself there"
    if entry.flag_bits & 1:
        return "is locked with a password; pack the folder without one"
    return None


def _common_folder(names: list[PurePosixPath]) -> PurePosixPath:
    """Return the folder that was packed: "questions" where every name starts with it."""
    first = {name.parts[0] for name in names}
    if len(first) == 1 and all(len(name.parts) > 1 for name in names):
        return PurePosixPath(first.pop())
    return PurePosixPath()


def _read(opened: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    with opened.open(entry) as file:
        content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        text = f"is larger than {LARGEST_FILE:,} bytes; split it"
        raise DefinitionError([Problem(entry.filename, 1, text)])
    return content


def _refused(text: str) -> DefinitionError:
    return DefinitionError([Problem("ZIP", 1, text)])
