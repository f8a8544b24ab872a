"""The worker process that makes reports and sends mail.

It works when the bell rings, and looks for orders by itself at its start and
once a minute, so that an order whose bell was lost is carried out all the same.
"""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from typing import TYPE_CHECKING

from screening.config import Config
from screening.documents.rendering.render_process import Press
from screening.job_queue import add_task, open_queue, tell_state
from screening.parent_death import end_forks_with_us, ending_with_us
from screening.storage.encryption import Keys
from screening.storage.turn import WaitedTooLongError
from screening.workflow.core.context import Context
from screening.workflow.core.news import HOOK
from screening.workflow.integration import delivering
from screening.workflow.mail import delivery, reminders
from screening.workflow.mail.outbox import MAIL
from screening.workflow.operations.probe import STARTING, render_probe
from screening.workflow.reception import waits
from screening.workflow.records import ledger, noted_head, retention
from screening.workflow.reports import annexes, documents, making, restamping
from screening.workflow.reports.annexes import ANNEX
from screening.workflow.treatments import asking

if TYPE_CHECKING:
    from huey import Huey

LONGEST_ORDER = 38  # seconds; the press gives up before, and a seal or a mail that hangs ends here
A_FEW = 10
log = logging.getLogger("screening.worker")
STEP_BACK = 5  # of 19: pages are answered first, and a busy machine still makes reports


class _Work:
    """What the worker does; `look` also in the first process, which renders nothing."""

    def __init__(
        self, config: Config, queue: Huey, open_installation: Callable[[Config], Context]
    ) -> None:
        self.config, self.queue, self.open_installation = config, queue, open_installation
        self.order = add_task(queue, self.carry_out)
        self.press = Press(bound=lambda: ending_with_us(signal.SIGKILL))
        self.context: Context | None = None
        self.hindrance = STARTING
        self.lost = ""
        self.waits_seen: datetime | None = None
        self.stamped_on: date | None = None
        self.to_stamp: list[str] = []

    def here(self) -> Context:
        """Return the installation, opened once in this process: no fork may share a connection."""
        self.context = self.context or self.open_installation(self.config)
        return self.context

    def prove(self) -> None:
        """Render a page before the first patient waits for it, and again while that fails."""
        if self.hindrance:
            self.hindrance = render_probe(self.here(), self.press.render)
        tell_state(self.queue, self.hindrance or self.lost, self.here().now())

    def carry_out(self, order_id: str) -> None:
        context = self.here()
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(LONGEST_ORDER)
        try:
            if order_id.startswith(MAIL):
                delivery.send_mail(context, order_id)
            elif order_id.startswith(HOOK):
                delivering.deliver(context, order_id)
            elif order_id.startswith(restamping.RESTAMP):
                restamping.restamp(context, order_id.removeprefix(restamping.RESTAMP))
            elif order_id.startswith(ANNEX):
                annexes.make_annex(context, order_id, self.press.render)
            else:
                making.make_report(context, order_id, self.press.render)
        finally:
            signal.alarm(0)

    def look(self) -> None:
        """End old links, remind, ask how it went; order anew what nobody rang for."""
        context = self.open_installation(self.config)
        self.lost = _keep_notes(context, self.config)
        retention.expire(context)
        documents.remove_loose(context)
        reminders.order_reminders(context, self.config.remind_days)
        asking.ask_how_it_went(context)
        if self.waits_seen != (hour := context.now().replace(minute=0, second=0, microsecond=0)):
            waits.ask_after_waits(context)  # each opens reports, so not every minute
            self.waits_seen = hour
        due = (
            making.due_reports,
            delivery.due_mails,
            delivering.due_news,
            annexes.missing_annexes,
        )
        for order_id in (id for of_kind in due for id in of_kind(context)):
            self.order(order_id)
        self._stamp_a_few(context)
        tell_state(self.queue, self.hindrance or self.lost, context.now())
        context.database.close()

    def _stamp_a_few(self, context: Context) -> None:
        """Once a day find what is to be stamped again; a few a minute keep no report waiting."""
        if self.stamped_on != (today := context.now().date()):
            self.stamped_on, self.to_stamp = today, restamping.due(context)
        for report_id in self.to_stamp[:A_FEW]:
            self.order(f"{restamping.RESTAMP}{report_id}")
        del self.to_stamp[:A_FEW]


def _keep_notes(context: Context, config: Config) -> str:
    """Write down what was ended and how far the audit log has come; return what was lost.

    A disk that takes neither holds up no report.
    """
    try:
        ledger.extend(context, config.ledger)
        lost = noted_head.note_head(context, noted_head.beside(config.ledger))
    except OSError as error:
        log.error("the ledger cannot be written: %s", error.strerror)
        return ""
    if lost:
        log.error(lost)
    return lost


def run_worker(config: Config, keys: Keys, open_installation: Callable[[Config], Context]) -> None:
    """Work until stopped: one process for the orders, one that renders for it."""
    with suppress(OSError):  # where the system forbids it, reports are made all the same
        os.nice(STEP_BACK)
    queue = open_queue(config, keys)
    from huey import crontab  # after the queue, which keeps out what it does without

    work = _Work(config, queue, open_installation)
    with suppress(WaitedTooLongError):  # it looks again within a minute
        work.look()
    queue.storage.close()
    queue.on_startup(name="prove")(work.prove)
    queue.periodic_task(crontab(), name="look")(work.look)
    queue.periodic_task(crontab(), name="prove")(work.prove)
    # Idle ones of Huey's processes pass over SIGTERM, and an order survives SIGKILL.
    end_forks_with_us(signal.SIGKILL)
    queue.create_consumer(
        workers=1, worker_type="process", max_delay=0.5, health_check_interval=1
    ).run()
