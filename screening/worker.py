"""The worker process that makes reports, and the bell that wakes it.

The order for a report stands in the database. Huey only carries the bell, so
losing it loses nothing: the worker also looks for orders by itself.
"""

from __future__ import annotations

import logging
import resource
import signal
from collections.abc import Callable

from huey import SqliteHuey, crontab
from huey.serializer import SignedSerializer

from screening.config import Config
from screening.storage.encryption import Keys
from screening.workflow import reports
from screening.workflow.workplace import Workplace

LONGEST_REPORT = 30  # seconds; a render that takes longer is killed and tried again
MOST_MEMORY = 2_000_000_000  # bytes

log = logging.getLogger("screening.worker")


def open_queue(config: Config, keys: Keys) -> SqliteHuey:
    config.instance.mkdir(parents=True, exist_ok=True)
    return SqliteHuey(
        "reports",
        filename=str(config.instance / "queue.db"),
        results=False,
        serializer=SignedSerializer(secret=keys.queue.hex(), salt="reports"),
    )


def open_bell(config: Config, keys: Keys) -> Callable[[str], None]:
    """Return the function that wakes a worker for one report."""
    queue = open_queue(config, keys)
    task = queue.task(name="make_report")(_nothing_here)

    def ring(report_id: str) -> None:
        try:
            task(report_id)
        except Exception as error:  # the worker finds the order without the bell
            log.warning("the bell failed: %s", type(error).__name__)

    return ring


def _nothing_here(report_id: str) -> None:
    """Stand for the task where it is only called; the worker holds the work."""
    raise RuntimeError("reports are made by the worker")


def run_worker(config: Config, keys: Keys, open_place: Callable[[Config], Workplace]) -> None:
    """Make reports until stopped, in processes that a bad render may take down with it."""
    queue = open_queue(config, keys)
    places: list[Workplace] = []

    @queue.task(name="make_report")
    def make_report(report_id: str) -> None:
        if not places:
            resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
            places.append(open_place(config))
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(LONGEST_REPORT)
        try:
            reports.make_report(places[0], report_id)
        finally:
            signal.alarm(0)

    def look() -> None:
        """Order anew what waits though nobody rang: after a crash, or when a pause is over."""
        place = open_place(config)
        for report_id in reports.due_reports(place):
            make_report(report_id)
        place.database.close()  # the processes below are forks: none may share a connection

    look()
    queue.periodic_task(crontab(), name="look")(look)
    queue.create_consumer(
        workers=1, worker_type="process", max_delay=0.5, health_check_interval=1
    ).run()
