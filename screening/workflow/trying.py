"""Open sealed screenings and try other definitions on them, here or in a program beside.

It imports little, because every program that shares the work imports it anew.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from pydantic_core import from_json

from screening.clinical.basis import Basis, basis_of
from screening.clinical.changes import Change, changes_under
from screening.clinical.definitions import Definitions
from screening.storage.encryption import open_bytes, open_json

# id, clinic, wrapped key, basis, and the whole report where there is no basis
Stored = tuple[str, str, bytes, bytes | None, bytes | None]


def try_block(
    definitions: Definitions, keys: dict[str, bytes], block: Sequence[Stored]
) -> tuple[int, list[Change]]:
    """Return how many screenings these are, and what changes for them; `keys` are the clinics'."""
    with _not_looking_for_cycles():
        return len(block), changes_under(definitions, [_open(keys, *one) for one in block])


@contextmanager
def _not_looking_for_cycles() -> Iterator[None]:
    """Half the time would go into it: a block is many small things, and no cycle among them."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _open(
    keys: dict[str, bytes],
    id: str,
    clinic_id: str,
    wrapped_key: bytes,
    basis: bytes | None,
    report: bytes | None,
) -> Basis:
    return open_basis(open_bytes(keys[clinic_id], wrapped_key, f"key:{id}"), id, basis, report)


def open_basis(key: bytes, id: str, basis: bytes | None, report: bytes | None) -> Basis:
    """Return what the screening's outcomes rest on; `key` is its own."""
    if basis is not None:
        return _parse(open_bytes(key, basis, f"screening:{id}:basis"))
    assert report is not None
    return basis_of(open_json(key, report, f"screening:{id}:submission"))


def _parse(basis: bytes) -> Basis:
    """Read the JSON twice as fast as Python does, and like Python where that is too strict."""
    try:
        parsed: Basis = from_json(basis)
    except ValueError:  # half a character, which a patient's text may end with
        parsed = json.loads(basis)
    return parsed


# What a program that shares the work knows from its start.
_equipment: dict[str, Any] = {}


def equip(definitions: Definitions, keys: dict[str, bytes]) -> None:
    """Give a program that starts what it needs for every block."""
    _equipment.update(definitions=definitions, keys=keys)


def try_equipped(block: list[Stored]) -> tuple[int, list[Change]]:
    return try_block(_equipment["definitions"], _equipment["keys"], block)
