"""The bell that wakes the worker; the order for a report stands in the database.

Losing the bell loses nothing: the worker also looks for orders by itself. This
module is all that the pages import of it, so that they carry no PDF; and who never
rings does without the queue and its drivers. What waits in the queue already is not
ordered again, whoever looks or rings how often.
"""

from __future__ import annotations

import logging
import socket
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, cast

from sqlalchemy import make_url

from screening.config import Config
from screening.storage.database import Database, take_turn
from screening.storage.encryption import Keys
from screening.storage.turn import Turn, make_private

if TYPE_CHECKING:
    from huey import Huey

# Part of the name under which jobs lie in the queue: those that wait while the program is
# updated are found by it, so it stays whatever this file is called.
JOBS_ARE_OF = "screening.bell"
WORKER = "worker:"  # and the machine's name: under it stands its state
log = logging.getLogger("screening.job_queue")


def open_queue(config: Config, keys: Keys) -> Huey:
    """Return the queue: a file in the instance folder, or tables of the PostgreSQL in use."""
    url = make_url(config.database)
    if (is_file := url.get_backend_name() == "sqlite") and "psycopg" not in sys.modules:
        sys.modules["psycopg"] = None  # type: ignore[assignment]  # 9 MB that a file never needs
        import huey  # noqa: F401

        del sys.modules["psycopg"]
    from huey.serializer import SignedSerializer

    from screening.ordered_once import PostgresOnce, SqliteOnce

    serializer = SignedSerializer(secret=keys.queue.hex(), salt="reports")
    if is_file:
        config.instance.mkdir(parents=True, exist_ok=True)
        file = str(config.instance / "queue.db")
        make_private(Path(file))
        return SqliteOnce("reports", filename=file, results=False, serializer=serializer)
    dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
    database = Database(config.database)
    with database.write() as session:  # one at a time: the first makes the queue's tables
        take_turn(session, Turn.QUEUE)
        queue = PostgresOnce("reports", dsn=dsn, results=False, serializer=serializer)
    database.close()
    return queue


def add_task(queue: Huey, work: Callable[[str], None]) -> Callable[[str], object]:
    """Return the task that rings for one report; where it is carried out, `work` is done."""

    def make_report(report_id: str) -> None:
        work(report_id)

    make_report.__module__ = JOBS_ARE_OF
    return cast(Callable[[str], object], queue.task(name="make_report")(make_report))


def tell_state(queue: Huey, problem: str, at: datetime) -> None:
    """Let the pages know that the worker of this machine is there, and what hinders it."""
    queue.put(f"{WORKER}{socket.gethostname()}", (at.timestamp(), problem))
    for name, (told, _) in _states(queue).items():
        if told < (at - timedelta(days=1)).timestamp():  # a machine that is no more
            queue.delete(name)


def worker_states(queue: Callable[[], Huey]) -> list[tuple[datetime, str]]:
    """Return when each machine's worker was there last, and what hindered it."""
    try:
        return [(datetime.fromtimestamp(at, UTC), said) for at, said in _states(queue()).values()]
    except Exception as error:  # as good as no worker
        log.warning("the workers' states cannot be read: %s", type(error).__name__)
        return []


def _states(queue: Huey) -> dict[str, tuple[float, str]]:
    stored = queue.storage.result_items()
    return {
        name: queue.serializer.deserialize(content)
        for name, content in stored.items()
        if name.startswith(WORKER)
    }


def open_bell(queue: Callable[[], Huey]) -> Callable[[str], None]:
    """Return the function that wakes a worker for one report; it opens `queue` at its first."""
    task = cache(lambda: add_task(queue(), _only_rings))

    def ring(report_id: str) -> None:
        try:
            task()(report_id)
        except Exception as error:  # the worker finds the order without the bell
            log.warning("the bell failed: %s", type(error).__name__)

    return ring


def _only_rings(report_id: str) -> None:
    raise RuntimeError("reports are made by the worker")
