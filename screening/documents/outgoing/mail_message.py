"""A mail to a patient: the clinic's name, the link, until when it works, whom to call.

One to the clinic itself, that a doctor is needed, names the screening's number.

A mail lies open on its way and on lock screens. So it holds no patient's name, no
procedure, no answer and no day of a visit; nothing of that is even handed in here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from screening.clinical.definitions.folder import Words
from screening.documents.rendering.dates import locale_of, long_date
from screening.documents.rendering.wording import say_in
from screening.shipped import TEMPLATES


@dataclass(frozen=True)
class Letter:
    """What a mail is made of. `kind` is workflow.outbox.Kind, `until` the link's last day.

    `emergency` is the number that a patient is told, `number` the screening's, for the clinic,
    `words` are those of the folder of questions in place of ours.
    """

    id: str
    kind: str
    language: str
    clinic: str
    phone: str
    link: str
    until: date
    sender: str
    to: str
    at: datetime
    emergency: str = ""
    number: str = ""
    words: Words = ()


def mail_of(letter: Letter) -> EmailMessage:
    """Return `letter` as plain text and as simple HTML; the same letter has the same Message-ID."""
    clinic = " ".join(letter.clinic.split())
    locale = locale_of(letter.language)
    shown = {
        "letter": letter,
        "clinic": clinic,
        "until": long_date(letter.until, locale),
        "direction": locale.text_direction,
    }
    pages = _environment(letter.language, letter.words)
    text = pages.get_template("letter.txt").render(shown).strip() + "\n"
    subject = pages.get_template("subject.txt").render(shown).strip()
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = Address(clinic, addr_spec=letter.sender)
    message["To"] = Address(addr_spec=letter.to)
    message["Date"] = format_datetime(letter.at)
    message["Message-ID"] = f"<{letter.id}@{letter.sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    paragraphs = text.strip().split("\n\n")
    page = pages.get_template("letter.html").render(shown, paragraphs=paragraphs, subject=subject)
    message.add_alternative(page, subtype="html")
    message["Content-Language"] = letter.language  # at the end: the bodies take it for theirs
    return message


@cache
def _environment(language: str, words: Words) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES / "mail"),
        autoescape=lambda name: bool(name and name.endswith(".html")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["_"] = say_in(language, words)
    return environment
