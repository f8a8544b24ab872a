"""A patient who was treated, and the acts of the days after."""

from datetime import date

from sqlalchemy import select

from screening.storage.tables import CheckIn
from screening.workflow.review import reviews
from screening.workflow.treatments.treating import Done, treat
from tests.office import ZONE, decide

THREADS = (Done("thread-lift", (("PDO threads", "LOT-1"),)),)


def today(office):
    return office.now.astimezone(ZONE).date()


def decided(office, *procedures, choice="proceed"):
    """Return the id of a screening on which the doctor decided the same for everything."""
    id = office.submit(*(procedures or ("thread-lift",)))
    reviews.decide(*decide(office, id, choice, reason="Her wish, and our own figures."))
    return id


def treated(office, *procedures, ago=0, done=None, screening_id=None):
    """Return the id of a treatment of `ago` days ago, written down today."""
    id = screening_id or decided(office, *procedures)
    done = done or [Done(name) for name in procedures] or THREADS
    day = date.fromisoformat(office.day(ago))
    return treat(office.context, office.doctor, id, day, done, "Dr Mai Tran")


def check_ins(office):
    with office.context.database.read() as session:
        return list(session.scalars(select(CheckIn).order_by(CheckIn.due_on, CheckIn.sequence)))


def due_in(office):
    """Return in how many days each check-in is due that still counts."""
    rows = [row for row in check_ins(office) if row.state != "cancelled"]
    return [(date.fromisoformat(row.due_on) - today(office)).days for row in rows]
