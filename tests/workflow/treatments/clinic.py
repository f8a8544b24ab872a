"""A patient who was treated, and the acts of the days after."""

from datetime import date, timedelta

from sqlalchemy import select

from screening.storage.tables import CheckIn, Clinic, Message, Screening
from screening.workflow.core.sealed import open_sealed
from screening.workflow.mail.outbox import Contact, keep_contact
from screening.workflow.review import reviews
from screening.workflow.treatments.answers import answer
from screening.workflow.treatments.asking import ask_how_it_went
from screening.workflow.treatments.page import open_page
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


BORN = "1986-05-03"
ALERT_TO = "alarm@clinic.example"


def know_address(office, screening_id, to="lan@patient.example", language="en"):
    with office.context.database.write() as session:
        screening = session.get_one(Screening, screening_id)
        keep_contact(office.context, session, screening, Contact(to, language, "x"))


def give_alert_address(office):
    with office.context.database.write() as session:
        session.get_one(Clinic, office.clinic).alert_to = ALERT_TO


def go_to_day(office, days, hour=10):
    """Move the clock to an hour of the clinic's day in so many days, and let the worker look."""
    there = (office.now.astimezone(ZONE) + timedelta(days=days)).replace(hour=hour, minute=0)
    office.now = there.astimezone(office.now.tzinfo)
    return ask_how_it_went(office.context)


def asked(office, *procedures, days=7, **known):
    """Return the check-in of a treatment that the worker asked about today, and its link."""
    id = decided(office, *procedures)
    know_address(office, id, **known)
    treated(office, *procedures, screening_id=id)
    go_to_day(office, days)
    row = next(row for row in check_ins(office) if row.state == "asked")
    return row.id, content_of(office, row.id)["link"]


def content_of(office, check_in_id):
    with office.context.database.read() as session:
        row = session.get_one(CheckIn, check_in_id)
        return open_sealed(office.context, session, row, "content")


def reply(office, check_in_id, *ticked, rest="no", how="yes"):
    """Answer a check-in: the signs that begin with one of `ticked` `how`, all else `rest`."""
    replies = {}
    for one in open_page(office.context, check_in_id).asked:
        hit = any(one.sign.startswith(text) for text in ticked)
        replies[one.key] = how if hit else rest
    return answer(office.context, check_in_id, replies)


def mails(office, kind):
    with office.context.database.read() as session:
        return session.scalars(select(Message).where(Message.kind == kind)).all()
