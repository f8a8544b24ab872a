"""Make a backup that was opened before it counts, and let older good ones go."""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

from screening.storage.backup import BackupError, prove_backup, write_backup
from screening.workflow.core.context import Context
from screening.workflow.records import ledger
from screening.workflow.records.proving import use_once
from screening.workflow.reports.documents import count_places

PROVED = b"everything in it was opened"  # the comment of a file of which that is so
LEDGER = "ledger"  # the file beside the backups


@dataclass(frozen=True)
class BackedUp:
    """`damaged` names what does not open; `gone` are the older ones that were let go.

    `elsewhere` counts the reports of which the PDF lies in the store of documents.
    """

    rows: int
    opened: int
    damaged: list[str]
    head: str
    gone: list[Path]
    elsewhere: int = 0


def back_up(context: Context, file: Path, secrets: list[bytes], keep: int = 0) -> BackedUp:
    """Write all data into `file`, open all of it again, and extend the ledger beside it.

    With `keep` so many good ones stay in the folder; one that is damaged lets none go.
    Raises OSError.
    """
    part = file.with_name(file.name + ".part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    where = context.store.address if context.store else ""
    try:
        rows = write_backup(context.database, part, context.now(), where)
        opened, damaged = _prove(part, secrets)
        if not damaged:
            with zipfile.ZipFile(part, "a") as archive:
                archive.comment = PROVED
        head = ledger.extend(context, file.parent / LEDGER, backup=True)
        part.replace(file)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    gone = [] if damaged or not keep else _let_go(file.parent, keep)
    elsewhere = count_places(context).store
    return BackedUp(rows, opened, damaged, head, gone, elsewhere)


def _prove(file: Path, secrets: list[bytes]) -> tuple[int, list[str]]:
    try:
        proof = prove_backup(file, secrets, use_once)
    except BackupError as error:
        return 0, [str(error)]
    return proof.opened.total(), proof.damaged


def _let_go(folder: Path, keep: int) -> list[Path]:
    """Remove the oldest of the good backups in `folder`, but for the newest `keep`."""
    found = {file: at for file in folder.glob("*") if (at := _good_at(file))}
    older = sorted(found, key=lambda file: found[file], reverse=True)[keep:]
    for file in older:
        file.unlink()
    return older


def _good_at(file: Path) -> str:
    """Return when a good backup was made; nothing for any other file."""
    try:
        with zipfile.ZipFile(file) as archive:
            about = json.loads(archive.read("about.json")) if archive.comment == PROVED else {}
            return str(about.get("at", ""))
    except (OSError, zipfile.BadZipFile, KeyError, ValueError):
        return ""
