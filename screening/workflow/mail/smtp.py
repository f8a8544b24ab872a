"""Hand a mail over to the clinic's mail server, and tell apart what may go wrong.

An address that the server refuses is for a person to correct; a server that does not
answer, does not know us or asks for patience is tried again.
"""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from enum import StrEnum
from urllib.parse import unquote, urlsplit

TIMEOUT = 10  # seconds for each answer of the server
LONGEST_WORDS = 200
PORTS = {"smtp": 587, "smtps": 465, "smtp+plain": 25}


class Trouble(StrEnum):
    """REFUSED is for good, LATER is about one mail, NO_ANSWER about every mail."""

    REFUSED = "refused"
    LATER = "later"
    NO_ANSWER = "no-answer"


class MailError(Exception):
    """The mail was not taken; `words` are the server's and may hold the address."""

    def __init__(self, trouble: Trouble, words: str):
        self.trouble, self.words = trouble, words
        super().__init__(trouble)


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed over, and the address that it comes from."""

    scheme: str
    host: str
    port: int
    user: str
    password: str = field(repr=False)
    sender: str

    @classmethod
    def at(cls, address: str, password: str, sender: str) -> MailServer:
        """Read "smtp://user@host:587"; that one demands STARTTLS, "smtps" is TLS from the start.

        "smtp+plain" is for a server on the same machine. Raises ValueError.
        """
        try:
            parts = urlsplit(address)
            host, port = parts.hostname, parts.port or PORTS[parts.scheme]
        except (ValueError, KeyError):
            host = None
        if not host:
            raise ValueError(
                "SCREENING_SMTP must look like smtp://user@mail.example:587, smtps://... "
                "or, without encryption, smtp+plain://localhost:25"
            )
        if parts.password:
            raise ValueError("the password belongs into SCREENING_SMTP_PASSWORD_FILE")
        user = unquote(parts.username or "")
        if bool(user) != bool(password):
            raise ValueError("a user in SCREENING_SMTP and SCREENING_SMTP_PASSWORD_FILE: set both")
        return cls(parts.scheme, host, port, user, password, sender)

    def deliver(self, message: EmailMessage) -> None:
        """Return once the server has taken `message` upon itself. Raises MailError."""
        try:
            server = self._connect()
        except (OSError, smtplib.SMTPException) as error:
            raise MailError(Trouble.NO_ANSWER, _words_of(error)) from error
        try:
            server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            [(code, words)] = error.recipients.values()
            raise MailError(_trouble(code), _words(code, words)) from error
        except smtplib.SMTPDataError as error:
            raise MailError(_trouble(error.smtp_code), _words_of(error)) from error
        except (OSError, smtplib.SMTPException) as error:
            raise MailError(Trouble.NO_ANSWER, _words_of(error)) from error
        finally:
            with suppress(OSError, smtplib.SMTPException):  # the mail's fate is sealed by now
                server.quit()
            server.close()

    def _connect(self) -> smtplib.SMTP:
        secure = ssl.create_default_context()
        if self.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, timeout=TIMEOUT, context=secure
            )
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT)
        try:
            if self.scheme == "smtp":
                server.starttls(context=secure)
            if self.user:
                server.login(self.user, self.password)
        except (OSError, smtplib.SMTPException):
            server.close()
            raise
        return server


def _trouble(code: int) -> Trouble:
    return Trouble.REFUSED if 500 <= code < 600 else Trouble.LATER


def _words_of(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _words(error.smtp_code, error.smtp_error)
    return type(error).__name__


def _words(code: int, said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return f"{code} {' '.join(text.split())}"[:LONGEST_WORDS]
