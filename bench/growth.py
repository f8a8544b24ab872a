"""Measure what pages cost while the stored screenings grow a thousand times.

Usage: python bench/growth.py [MOST] [sqlite|postgresql]
From 100 stored screenings to MOST (100,000) of one clinic, ten times as many each
time; 40 of them wait for a doctor and 60 patients are at it, as in any week. Each page
is asked for in turn in one process, without the time of the network. Prints Markdown.
"""

from __future__ import annotations

import secrets
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from machine import machine
from stored import FAMILY, fill, make_patients, name_of, number_of

from screening.app import create_app
from screening.bootstrap import open_context
from screening.config import read_config
from screening.storage.database import Database
from screening.storage.tables import Account, Screening, SignIn
from screening.workflow.accounts.sessions import add_account, sign_in_id
from screening.workflow.clinics.clinics import add_clinic
from screening.workflow.core.actor import PATIENT, program
from screening.workflow.core.context import Context
from screening.workflow.reception import invitations
from screening.workflow.screenings import answering, edit_lock

# The tests know how to start a PostgreSQL of their own.
sys.path.insert(0, str(Path(__file__).parents[1]))
postgres = import_module("tests.postgres")

FIRST, MOST, WAITING, BEGUN = 100, 100_000, 40, 60
RUNS = 15
PATIENTS = 500  # different ones


def main(most: int = MOST, only: str = "") -> None:
    print(f"{machine()}; the quickest of {RUNS}, so that other work beside counts little.")
    for kind in ("sqlite", "postgresql"):
        if kind == "postgresql" and not postgres.INITDB:
            print("\nPostgreSQL is not installed here and was left out.")
        elif only in ("", kind):
            with database(kind) as address, tempfile.TemporaryDirectory() as folder:
                show(kind, measure(folder, address, most))


@contextmanager
def database(kind: str) -> Iterator[str]:
    """Lend an empty database; its PostgreSQL does not wait for the disk."""
    if kind == "sqlite":
        yield ""
        return
    cluster = postgres.Cluster()
    try:
        yield cluster.new()
    finally:
        cluster.remove()


def measure(folder: str, address: str, most: int) -> dict[int, dict[str, float]]:
    """Return for each number of stored screenings what each page takes, in ms."""
    config = read_config({"SCREENING_INSTANCE": folder, "SCREENING_DATABASE": address})
    context = open_context(config)
    clinic = add_clinic(context, "Bench", "", "", "UTC")
    people = make_patients(context.definitions, PATIENTS)
    app = create_app(config, context)
    app.config["RATELIMIT_ENABLED"] = app.config["WTF_CSRF_ENABLED"] = False
    found, stored, size = {}, 0, FIRST
    doctor, desk = (sign_in(context, clinic, role) for role in ("doctor", "receptionist"))
    while size <= most:
        # The oldest are decided; the newest wait, and stay those who wait from then on.
        if not stored:
            waiting = fill(context, clinic, people, range(size - WAITING, size))
            for _ in range(BEGUN):
                begin(context, clinic)
            fill(context, clinic, people, range(size - WAITING), "decided")
        else:
            fill(context, clinic, people, range(stored, size), "decided")
        settle(context.database)
        with context.database.read() as session:
            patient = session.get_one(Screening, waiting[7]).patient_id
        asked = pages(app, doctor, desk, waiting[7], patient, invite(context, clinic).link)
        found[size] = {name: quickest(ask) for name, ask in asked(size).items()}
        found[size]["MB of the database"] = megabytes(context.database)
        stored, size = size, size * 10
    context.database.close()
    return found


def settle(database: Database) -> None:
    """Let the database learn how much there is, as it does by itself in time."""
    database.scrub()
    with database.engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE")


def invite(context: Context, clinic: str) -> invitations.Invitation:
    return invitations.invite(context, program(clinic), "Ana Silva", ["mesotherapy-face"])


def begin(context: Context, clinic: str) -> None:
    """Let one more patient be at it."""
    held = edit_lock.take(context, invite(context, clinic).screening_id, PATIENT)
    answering.choose_procedures(context, held, ["mesotherapy-face"])


def sign_in(context: Context, clinic: str, role: str) -> str:
    """Return the secret of a sign-in, as after both factors."""
    account = add_account(context, program(clinic), role, role, role, secrets.token_urlsafe())
    secret, now = secrets.token_urlsafe(), context.now()
    with context.database.write() as session:
        assert session.get_one(Account, account)
        row = SignIn(id=sign_in_id(context, secret), account_id=account, factor="code")
        row.started_at = row.seen_at = now
        session.add(row)
    return secret


def pages(
    app, doctor, desk, waiting, patient, begun
) -> Callable[[int], dict[str, Callable[[], object]]]:
    """Return what to ask for, by name, for a number of stored screenings."""
    at_desk, at_work = app.test_client(), app.test_client()
    visitor, watcher = app.test_client(), app.test_client()
    for client, secret in ((at_desk, desk), (at_work, doctor)):
        with client.session_transaction() as session:
            session["_user_id"], session["_fresh"] = secret, True
    right(visitor.post(f"/s/{begun}"), status=303)

    def of(size: int) -> dict[str, Callable[[], object]]:
        def search(words: str) -> Callable[[], object]:
            given = {"data": {"words": words}, "follow_redirects": True}
            return lambda: right(at_work.post("/doctor/search", **given), words)

        return {
            "the doctor's queue": lambda: right(at_work.get("/doctor"), number_of(99)),
            "search by a name": search(name_of(size - 2)),
            "search by a number": search(number_of(size - 2)),
            "search by a part of many names": search(FAMILY[0]),
            "one review (doctor)": lambda: right(at_work.get(f"/doctor/screenings/{waiting}")),
            "one patient's line (doctor)": lambda: right(at_work.get(f"/patients/{patient}")),
            "one patient (reception)": lambda: right(at_desk.get(f"/patients/{patient}")),
            "the reception's day": lambda: right(at_desk.get("/reception")),
            "a question (patient)": lambda: right(
                visitor.get("/screening/questions/date_of_birth")
            ),
            "an answer (patient)": lambda: right(
                visitor.post(
                    "/screening/questions/date_of_birth",
                    data={"screen.asked": "date_of_birth", "date_of_birth": ["3", "5", "1986"]},
                ),
                status=303,
            ),
            "/metrics": lambda: right(watcher.get("/metrics")),
        }

    return of


def right(response, words: str = "", status: int = 200) -> None:
    assert response.status_code == status, (response.status_code, response.text[:500])
    assert words in response.text, words


def quickest(ask: Callable[[], object]) -> float:
    """Return how long `ask` takes by the clock, in ms, the first time apart."""
    ask()
    times = []
    for _ in range(RUNS):
        started = time.perf_counter()
        ask()
        times.append((time.perf_counter() - started) * 1000)
    return min(times)


def megabytes(database: Database) -> float:
    sqlite = database.engine.dialect.name == "sqlite"
    size = (
        "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
        if sqlite
        else "SELECT pg_database_size(current_database())"
    )
    with database.engine.connect() as connection:
        return connection.exec_driver_sql(size).scalar_one() / 1e6


def show(kind: str, found: dict[int, dict[str, float]]) -> None:
    named = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[kind]
    print(f"\n| {named}, ms | {' | '.join(f'{n:,} stored' for n in found)} |")
    print(f"|---|{'---:|' * len(found)}")
    for name in next(iter(found.values())):
        print(f"| {name} | {' | '.join(f'{found[n][name]:,.1f}' for n in found)} |", flush=True)


if __name__ == "__main__":
    given = sys.argv[1:]
    main(*map(int, given[:1]), *given[1:])
