"""The worker process that makes reports.

It works when the bell rings, and looks for orders by itself at its start and
once a minute, so that an order whose bell was lost is carried out all the same.
"""

from __future__ import annotations

import resource
import signal
from collections.abc import Callable

from huey import crontab

from screening.bell import add_task, open_queue
from screening.config import Config
from screening.storage.encryption import Keys
from screening.workflow import keeping, reports
from screening.workflow.workplace import Workplace

LONGEST_REPORT = 30  # seconds; a render that takes longer is killed and tried again
MOST_MEMORY = 2_000_000_000  # bytes


def run_worker(config: Config, keys: Keys, open_place: Callable[[Config], Workplace]) -> None:
    """Make reports until stopped, in processes that a bad render may take down with it."""
    queue = open_queue(config, keys)
    places: list[Workplace] = []

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

    order = add_task(queue, make_report)

    def look() -> None:
        """End old links; order anew what nobody rang for: after a crash, or a pause."""
        place = open_place(config)
        keeping.expire(place)
        for report_id in reports.due_reports(place):
            order(report_id)
        place.database.close()  # the processes below are forks: none may share a connection

    look()
    queue.storage.close()
    queue.periodic_task(crontab(), name="look")(look)
    queue.create_consumer(
        workers=1, worker_type="process", max_delay=0.5, health_check_interval=1
    ).run()
