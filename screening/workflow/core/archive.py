"""The lists that a report was made from, as they are kept: no verdict rests on newer ones."""

from __future__ import annotations

import io
import tempfile
import zipfile
from functools import lru_cache
from pathlib import Path

from screening.clinical.definitions.definitions import Definitions
from screening.storage.tables import DefinitionsArchive
from screening.workflow.core.context import Context


def definitions_of(context: Context, hash: str) -> Definitions | None:
    """Return the lists of that hash, None where this installation never had them in force."""
    if hash == context.definitions.hash:
        return context.definitions
    with context.database.read() as session:
        kept = session.get(DefinitionsArchive, str(hash))
    return _unpacked(kept.archive) if kept else None


@lru_cache(maxsize=4)
def _unpacked(archive: bytes) -> Definitions:
    # Reads YAML, which takes memory that whoever has the lists in force never needs.
    from screening.definitions.loading import load_definitions

    with tempfile.TemporaryDirectory() as folder:
        zipfile.ZipFile(io.BytesIO(archive)).extractall(folder)
        return load_definitions(Path(folder))
