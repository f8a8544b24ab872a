"""Open sealed screenings and try other definitions on them, here or in a program beside.

It imports little, because every program that shares the work imports it anew.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from pydantic_core import from_json

from screening.clinical.definitions.definitions import Definitions
from screening.clinical.report.verdict_snapshot import Basis, basis_of
from screening.clinical.whatif.changes import Change, changes_under
from screening.storage.encryption import SealedBlobError, open_bytes
from screening.storage.sealed import bound_to, open_value, screening_key


class Stored(NamedTuple):
    """A screening as it is stored; `report` only where there is no `basis`.

    `wrapped_key` opens with the key in `patient_key`, which is wrapped with the clinic's.
    """

    id: str
    number: str
    clinic_id: str
    wrapped_key: bytes
    patient_id: str | None
    patient_key: bytes | None
    basis: bytes | None
    report: bytes | None


class Tried(NamedTuple):
    """How many screenings were tried and what changes; `damaged` are the numbers of the others."""

    looked_at: int
    damaged: list[str]
    changes: list[Change]


def try_block(definitions: Definitions, keys: dict[str, bytes], block: Sequence[Stored]) -> Tried:
    """Try `definitions` on the screenings that can be opened; `keys` are the clinics'."""
    opened, damaged = [], []
    with _not_looking_for_cycles():
        for one in block:
            try:
                opened.append(_open(keys, one))
            except SealedBlobError:  # one damaged row must not stop all the others
                damaged.append(one.number)
        return Tried(len(opened), damaged, changes_under(definitions, opened))


@contextmanager
def _not_looking_for_cycles() -> Iterator[None]:
    """Half the time would go into it: a block is many small things, and no cycle among them."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _open(keys: dict[str, bytes], one: Stored) -> Basis:
    wrapped = one.wrapped_key, one.patient_id, one.patient_key
    key = screening_key(keys[one.clinic_id], one.id, *wrapped)
    return open_basis(key, one.id, one.basis, one.report)


def open_basis(key: bytes, id: str, basis: bytes | None, report: bytes | None) -> Basis:
    """Return what the screening's outcomes rest on; `key` is its own."""
    if basis is not None:
        return _parse(open_bytes(key, basis, bound_to("screening.basis", id)))
    assert report is not None
    return basis_of(open_value(key, "screening.submission", id, report))


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


def try_equipped(block: list[Stored]) -> Tried:
    return try_block(_equipment["definitions"], _equipment["keys"], block)
