"""The worker process that makes reports and sends mail.

It works when the bell rings, and looks for orders by itself at its start and
once a minute, so that an order whose bell was lost is carried out all the same.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

from huey import crontab

from screening.config import Config
from screening.documents.rendering.render_process import Press
from screening.job_queue import add_task, open_queue
from screening.parent_death import ending_with_us
from screening.storage.encryption import Keys
from screening.workflow.core.context import Workplace
from screening.workflow.mail import delivery, reminders
from screening.workflow.mail.outbox import MAIL
from screening.workflow.records import retention
from screening.workflow.reports import making

LONGEST_ORDER = 38  # seconds; the press gives up before, and a seal or a mail that hangs ends here
STEP_BACK = 5  # of 19: pages are answered first, and a busy machine still makes reports


def run_worker(config: Config, keys: Keys, open_place: Callable[[Config], Workplace]) -> None:
    """Work until stopped: one process for the orders, one that renders for it."""
    os.nice(STEP_BACK)
    queue = open_queue(config, keys)
    places: list[Workplace] = []
    press = Press()
    queue.on_startup(name="press")(press.start)  # so that the first patient does not wait for it

    def carry_out(order_id: str) -> None:
        if not places:
            places.append(open_place(config))
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(LONGEST_ORDER)
        try:
            if order_id.startswith(MAIL):
                delivery.send_mail(places[0], order_id)
            else:
                making.make_report(places[0], order_id, press.render)
        finally:
            signal.alarm(0)

    order = add_task(queue, carry_out)

    def look() -> None:
        """End old links, remind; order anew what nobody rang for: after a crash, or a pause."""
        place = open_place(config)
        retention.expire(place)
        reminders.order_reminders(place, config.remind_days)
        for order_id in (*making.due_reports(place), *delivery.due_mails(place)):
            order(order_id)
        place.database.close()  # the processes below are forks: none may share a connection

    look()
    queue.storage.close()
    queue.periodic_task(crontab(), name="look")(look)
    # Idle ones of Huey's processes pass over SIGTERM, and an order survives SIGKILL.
    os.register_at_fork(after_in_child=ending_with_us(signal.SIGKILL))
    queue.create_consumer(
        workers=1, worker_type="process", max_delay=0.5, health_check_interval=1
    ).run()
