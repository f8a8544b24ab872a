"""A real mail server on this machine, in a thread of its own, that tests switch on and off."""

from email import message_from_bytes, policy

from aiosmtpd.controller import Controller
from sqlalchemy import select

from screening.storage.tables import Message
from screening.workflow.mail import delivery
from screening.workflow.reception import invitations, mailbox
from tests.installation import free_port

TO = "lan@patient.example"


class MailServer:
    """`taken` holds every mail that it took; `refuses` the answers to addresses."""

    def __init__(self, **options):
        self.port, self.taken, self.refuses, self.options = free_port(), [], {}, options
        self.controller, self.on_taken = None, None

    @property
    def settings(self):
        return {
            "SCREENING_SMTP": f"smtp+plain://127.0.0.1:{self.port}",
            "SCREENING_MAIL_FROM": "desk@clinic.example",
        }

    def start(self):
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port, **self.options)
        self.controller.start()
        return self

    def stop(self):
        if self.controller:
            self.controller.stop()
        self.controller = None

    async def handle_RCPT(self, server, session, envelope, address, options):
        if answer := self.refuses.get(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        mail = message_from_bytes(envelope.content, policy=policy.default)
        self.taken.append((envelope.rcpt_tos, mail))
        if self.on_taken:
            self.on_taken()
        return "250 OK"

    @property
    def mails(self):
        return [mail for _, mail in self.taken]


def texts(mail):
    """Return all that a mail says: its headers and both bodies."""
    bodies = [mail.get_body((kind,)).get_content() for kind in ("plain", "html")]
    return "\n".join([*(f"{name}: {value}" for name, value in mail.items()), *bodies])


def invite(office, to=TO, appointment_at=None, language=""):
    who = (office.desk, "Lan Nguyen", ("mesotherapy-face",))
    return invitations.invite(office.context, *who, appointment_at, to, language)


def rows(office):
    with office.context.database.read() as session:
        query = select(Message).order_by(Message.created_at, Message.sequence)
        return list(session.scalars(query))


def states(office):
    return [row.state for row in rows(office)]


def send_due(office):
    return [
        delivery.send_mail(office.context, order) for order in delivery.due_mails(office.context)
    ]


def send_again(office, id, to=TO, after=1):
    mailbox.send_link(office.context, office.desk, id, to, "en", after)


def mails_shown(office, id):
    return mailbox.read_mailbox(office.context, office.desk, id)
