"""The ledger: what was erased and what was ended, in a file that outlives the database.

A backup knows nothing of what was erased after it. The ledger does, and lies beside the
backups: a line for each, chained to the one before it, with keyed fingerprints and numbers
and no name. It is only ever added to. What stands in it is worked out from the audit log
(workflow/records/ledger.py), so every machine of an installation writes the same.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from screening.storage.encryption import fingerprint
from screening.storage.turn import turn

START = "0" * 64


class LedgerError(Exception):
    """This file is no ledger of ours, or not all of it; the text says why."""


@dataclass(frozen=True)
class Line:
    """One entry: `upto` is the audit log's sequence that it knows of, `what` a fingerprint.

    `act` is the audit log's word, or "series" for a number that `value` says is used up,
    or "seen" and "backup", which end nothing; their `value` is the audit log's head.
    """

    upto: int
    at: str
    act: str
    what: str = ""
    value: str = ""
    mac: str = ""

    def chained(self, key: bytes, before: str) -> Line:
        fields = (str(self.upto), self.at, self.act, self.what, self.value, before)
        return replace(self, mac=fingerprint(key, "\x1f".join(fields)))


def read_ledger(path: Path, key: bytes) -> list[Line]:
    """Return all lines. Raises LedgerError where one is missing, changed or cut."""
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        raise LedgerError(f"there is no ledger at {path}") from None
    lines: list[Line] = []
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        if not line.endswith(b"\n"):
            raise LedgerError(f"the ledger {path} is cut in line {number}")
        try:
            found = Line(**json.loads(line))
            fits = found == found.chained(key, lines[-1].mac if lines else START)
        except (ValueError, TypeError):
            fits = False
        if not fits:
            raise LedgerError(f"the ledger {path} is damaged in line {number}")
        lines.append(found)
    return lines


def add_lines(path: Path, key: bytes, former: list[Line], new: Iterable[Line]) -> None:
    """Write `new` behind `former`, which is all that stands there, and let the disk have it."""
    before, text = former[-1].mac if former else START, ""
    for line in new:
        chained = line.chained(key, before)
        before = chained.mac
        text += json.dumps(asdict(chained), separators=(",", ":")) + "\n"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "ab") as file:
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())


def holding(path: Path) -> AbstractContextManager[None]:
    """Be the only one who adds to the ledger at `path`."""
    return turn(path.with_name(path.name + ".lock"))
