"""Try other definitions on the stored screenings. Nothing is put in force and nothing is kept."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from screening.clinical.definitions.definitions import Definitions
from screening.clinical.whatif.changes import Change, ChangeGroup, grouped
from screening.storage.tables import Clinic, Patient, Screening
from screening.workflow.core.actor import Actor
from screening.workflow.core.context import Context
from screening.workflow.core.states import State
from screening.workflow.rules.rescreen_block import Stored, Tried, equip, try_block, try_equipped

IN_USE = (State.SUBMITTED, State.DECIDED)
BLOCK = 5_000
WORTH_SHARING = 20_000  # screenings; other programs take a second to start


@dataclass(frozen=True)
class Preview:
    """What other definitions would change; `looked_at` of `stored` screenings were tried.

    `damaged` are the numbers of those that cannot be opened.
    """

    definitions: str
    stored: int
    looked_at: int
    changes: Sequence[Change]
    damaged: Sequence[str] = ()

    @property
    def groups(self) -> list[ChangeGroup]:
        """How many change from what to what."""
        return grouped(self.changes)

    @property
    def screenings(self) -> int:
        """How many screenings change in any procedure."""
        return len({change.number for change in self.changes})


def rescreen(
    context: Context,
    definitions: Definitions,
    by: Actor,
    most: int | None = None,
    workers: int = 0,
) -> Preview:
    """Return what `definitions` would change for the actor's submitted and decided screenings.

    `most` looks at the newest only; `workers` other programs share the work where
    there is enough of it, 0 does it here.
    """
    with context.database.write() as session:
        context.record(session, by, "preview rules", why=definitions.hash)
    with context.database.read() as session:
        stored = session.scalar(_chosen(select(func.count()), by.clinic_id)) or 0
        keys = {c.id: context.clinic_key(c) for c in session.scalars(select(Clinic))}
        blocks = sealed_blocks(session, by.clinic_id, most)
        if stored <= WORTH_SHARING:
            workers = 0
        found = list(_try_all(definitions, keys, blocks, workers))
    changes = [change for block in found for change in block.changes]
    damaged = [number for block in found for number in block.damaged]
    looked_at = sum(block.looked_at for block in found)
    return Preview(definitions.hash, stored, looked_at, changes, sorted(damaged))


def _chosen(query: Select[Any], clinic_id: str | None) -> Select[Any]:
    query = query.select_from(Screening).where(Screening.state.in_(IN_USE))
    return query.where(Screening.clinic_id == clinic_id) if clinic_id else query


def sealed_blocks(
    session: Session, clinic_id: str | None, most: int | None
) -> Iterator[list[Stored]]:
    """Yield the sealed screenings; the whole report only where there is no basis yet."""
    report = case((Screening.basis.is_(None), Screening.submission))
    named = Screening.id, Screening.number, Screening.clinic_id, Screening.wrapped_key
    patient = Screening.patient_id, Patient.wrapped_key
    query = _chosen(select(*named, *patient, Screening.basis, report), clinic_id)
    query = query.outerjoin(Patient, Patient.id == Screening.patient_id)
    if most is not None:
        query = query.order_by(Screening.submitted_at.desc()).limit(most)
    rows = session.execute(query.execution_options(yield_per=BLOCK))
    for some in rows.partitions():
        yield [Stored(*row) for row in some]


def _try_all(
    definitions: Definitions,
    keys: dict[str, bytes],
    blocks: Iterable[list[Stored]],
    workers: int,
) -> Iterator[Tried]:
    """Yield what came of it, block by block."""
    if not workers:
        yield from (try_block(definitions, keys, block) for block in blocks)
        return
    others = ProcessPoolExecutor(workers, get_context("spawn"), equip, (definitions, keys))
    with others:
        waiting: deque[Any] = deque()
        for block in blocks:
            waiting.append(others.submit(try_equipped, block))
            if len(waiting) > 2 * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def all_cores() -> int:
    return os.cpu_count() or 1
