"""The bell that wakes the worker; the order for a report stands in the database.

Losing the bell loses nothing: the worker also looks for orders by itself. This
module is all that the pages import of it, so that they carry no PDF.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import cast

from huey import SqliteHuey
from huey.serializer import SignedSerializer

from screening.config import Config
from screening.storage.encryption import Keys

log = logging.getLogger("screening.bell")


def open_queue(config: Config, keys: Keys) -> SqliteHuey:
    config.instance.mkdir(parents=True, exist_ok=True)
    return SqliteHuey(
        "reports",
        filename=str(config.instance / "queue.db"),
        results=False,
        serializer=SignedSerializer(secret=keys.queue.hex(), salt="reports"),
    )


def add_task(queue: SqliteHuey, work: Callable[[str], None]) -> Callable[[str], object]:
    """Return the task that rings for one report; where it is carried out, `work` is done."""

    @queue.task(name="make_report")
    def make_report(report_id: str) -> None:
        work(report_id)

    return cast(Callable[[str], object], make_report)


def open_bell(config: Config, keys: Keys) -> Callable[[str], None]:
    """Return the function that wakes a worker for one report."""
    task = add_task(open_queue(config, keys), _only_rings)

    def ring(report_id: str) -> None:
        try:
            task(report_id)
        except Exception as error:  # the worker finds the order without the bell
            log.warning("the bell failed: %s", type(error).__name__)

    return ring


def _only_rings(report_id: str) -> None:
    raise RuntimeError("reports are made by the worker")
