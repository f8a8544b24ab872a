"""A mail holds what it was handed and nothing else, whatever the clinic is called."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from screening.documents.outgoing.mail_message import Letter, mail_of

LETTER = Letter(
    id="3f6c",
    kind="invitation",
    language="en",
    clinic="Aurelia",
    phone="+44 20 7946 0000",
    link="https://clinic.example/s/abc",
    until=date(2026, 12, 5),
    sender="desk@clinic.example",
    to="lan@patient.example",
    at=datetime(2026, 11, 21, 12, tzinfo=UTC),
)


def bodies(mail):
    return [mail.get_body((kind,)).get_content() for kind in ("plain", "html")]


@pytest.mark.parametrize(
    "kind", ["invitation", "reminder", "request-information", "expiry-reminder"]
)
def test_every_mail_says_who_until_when_and_whom_to_call(kind):
    for body in bodies(mail_of(replace(LETTER, kind=kind))):
        for said in ("Aurelia", LETTER.link, "5 December 2026", LETTER.phone):
            assert said in body


def test_the_same_letter_is_known_as_the_same_mail():
    ids = {mail_of(replace(LETTER))["Message-ID"] for _ in range(3)}

    assert ids == {"<3f6c@clinic.example>"}
    assert mail_of(replace(LETTER, id="77aa"))["Message-ID"] not in ids


def test_a_clinics_name_is_text_in_both_bodies_and_no_header():
    mail = mail_of(replace(LETTER, clinic="A <b>&</b>\r\nBcc: all@example"))
    text, page = bodies(mail)

    assert "A <b>&</b> Bcc: all@example" in text
    assert "A &lt;b&gt;&amp;&lt;/b&gt; Bcc" in page and "<b>&" not in page
    assert mail["Bcc"] is None
    assert mail["To"] == "lan@patient.example"
