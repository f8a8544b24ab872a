"""Measure pages and commands on PostgreSQL while a million screenings are stored.

Usage: python bench/million.py FOLDER [STORED]
FOLDER is where the database and its backup lie for that while: 30 GB for a million. Rows are
made as stored.py makes them, each sealed with keys of its own, and the audit log is a true
chain; they are copied in without checks and indexes, which are made afterwards. What does not
fit a disk of this size is left out: the PDFs, and of every report but those of the newest THICK
screenings all but its number. Prints Markdown.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import growth
from machine import machine
from stored import (
    Kind,
    looks,
    make_patients,
    number_of,
    patient_row,
    reports,
    row,
    stored_row,
    words,
)

from screening.app import create_app
from screening.bootstrap import open_context
from screening.config import Config, read_config
from screening.storage import audit
from screening.storage.backup import write_backup
from screening.storage.tables import Clinic, Screening
from screening.workflow.clinics.clinics import add_clinic
from screening.workflow.core.context import Context
from screening.workflow.records.audit_log import verify

STORED, THICK, BLOCK = 1_000_000, 1_000, 5_000
OPTIONS = " -c shared_buffers=2GB -c maintenance_work_mem=1GB -c max_wal_size=8GB"
INDEXES = (
    "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' "
    "AND indexname NOT IN (SELECT conname FROM pg_constraint)"
)


def main(place: str, stored: int = STORED) -> None:
    print(f"{machine()}; {stored:,} stored, pages the quickest of {growth.RUNS}.\n")
    growth.postgres.OPTIONS += OPTIONS
    cluster = growth.postgres.Cluster(place)
    try:
        with tempfile.TemporaryDirectory(dir=place) as folder:
            settings = {"SCREENING_INSTANCE": folder, "SCREENING_DATABASE": cluster.new()}
            measure(read_config(settings), Path(folder), stored)
    finally:
        cluster.remove()


def tell(name: str, *found: str) -> None:
    print(f"| {name} | {'; '.join(found)} |", flush=True)


def elapsed(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def most_memory() -> str:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return f"at most {peak:,.0f} MB of memory until then"


def measure(config: Config, folder: Path, stored: int) -> None:
    context = open_context(config)
    clinic = add_clinic(context, "Bench", "", "", "UTC")
    people = make_patients(context.definitions, growth.PATIENTS)
    waiting: list[str] = []
    took = elapsed(lambda: waiting.extend(copy_in(context, clinic, people, stored)))
    tell("store them", f"{took:,.0f} s")
    for _ in range(growth.BEGUN):
        growth.begin(context, clinic)
    tell("tidy and count", f"{elapsed(lambda: growth.settle(context.database)):,.0f} s")
    tell("the database", f"{growth.megabytes(context.database):,.0f} MB")
    for name, ask in asked(config, context, clinic, waiting[7], stored).items():
        tell(name, f"{growth.quickest(ask):,.1f} ms")
    tell("memory of the pages", most_memory())
    commands(context, folder / "backup.zip")
    context.database.close()


def copy_in(context: Context, clinic: str, people: list[Kind], stored: int) -> list[str]:
    """Store screenings and return the ids of those that wait for a doctor."""
    with context.database.read() as session:
        key = context.clinic_key(session.get_one(Clinic, clinic))
        head = audit.read_head(session)
    thin = [replace(one, report=json.dumps({"number": "NUMBER"}).encode()) for one in people]
    ids: list[str] = []
    link: Any = context.database.engine.raw_connection()
    with link.driver_connection as connection:
        connection.execute("SET session_replication_role = replica")
        indexes = connection.execute(INDEXES).fetchall()
        for name, _made in indexes:
            connection.execute(f"DROP INDEX {name}")
        connection.commit()
        held = range(growth.FIRST - growth.WAITING, growth.FIRST)  # as growth.py has them
        for start in range(0, stored, BLOCK):
            numbers = range(start, min(start + BLOCK, stored))
            made = []
            for n in numbers:
                kinds = people if n in held or n >= stored - THICK else thin
                state = "submitted" if n in held else "decided"
                made.append(row(context, clinic, key, n, kinds[n % len(kinds)], state))
                if state == "submitted":
                    ids.append(made[-1]["id"])
            put(connection, "patient", (patient_row(context, clinic, key, one) for one in made))
            put(connection, "patient_word", (w for one in made for w in words(context, one)))
            put(connection, "screening", map(stored_row, made))
            whole = {"sequence": 1, "attempts": 0}
            put(connection, "report", (r | whole for one in made for r in reports(one)))
            log = chained(context, list(looks(clinic, made, head[0] + 1)), head[1])
            put(connection, "audit", log)
            head = (log[-1]["sequence"], log[-1]["mac"])
            connection.commit()
            if not numbers.stop % 100_000:
                print(f"{numbers.stop:,} {number_of(numbers.stop)}", file=sys.stderr, flush=True)
        for _name, made_by in indexes:
            connection.execute(made_by)
        connection.execute("SET session_replication_role = origin")
        connection.commit()
    link.detach()
    return ids


def put(connection: Any, table: str, rows: Iterable[dict[str, Any]]) -> None:
    """Copy rows into a table, all of the same columns."""
    rows = list(rows)
    columns = list(rows[0])
    with connection.cursor().copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for one in rows:
            copy.write_row([one[column] for column in columns])


def chained(context: Context, rows: list[dict[str, Any]], before: str) -> list[dict[str, Any]]:
    """Return entries of the audit log as the log itself would chain them."""
    for one in rows:
        entry: Any = SimpleNamespace(**one, why=None)
        before = one["mac"] = audit._mac(context.keys.audit, entry, before)
    return rows


def asked(
    config: Config, context: Context, clinic: str, waiting: str, stored: int
) -> dict[str, Callable[[], object]]:
    """Return every page of growth.py, and the clinical lead's figures."""
    app = create_app(config, context)
    app.config["RATELIMIT_ENABLED"] = app.config["WTF_CSRF_ENABLED"] = False
    doctor, desk, lead = (
        growth.sign_in(context, clinic, role)
        for role in ("doctor", "receptionist", "clinical-lead")
    )
    with context.database.read() as session:
        patient = session.get_one(Screening, waiting).patient_id
    link = growth.invite(context, clinic).link
    found = growth.pages(app, doctor, desk, waiting, patient, link)(stored)
    at_figures = app.test_client()
    with at_figures.session_transaction() as session:
        session["_user_id"], session["_fresh"] = lead, True
    look = "/lead/insight?period=12"
    return found | {"insight (twelve months)": lambda: growth.right(at_figures.get(look))}


def commands(context: Context, file: Path) -> None:
    found: list[Any] = []
    took = elapsed(lambda: found.append(verify(context)))
    (head, wrong), entries = found.pop(), 0
    assert wrong is None, wrong
    entries = int(head.partition(":")[0])
    tell(f"audit verify ({entries:,} entries)", f"{took:,.0f} s", most_memory())
    took = elapsed(lambda: found.append(write_backup(context.database, file, context.now())))
    size = file.stat().st_size / 1e6
    tell("backup", f"{took:,.0f} s", f"{found[0]:,} rows in {size:,.0f} MB", most_memory())


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:3]))
