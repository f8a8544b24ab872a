"""What belongs to the whole installation: lasting keys and certificates, sealed with its secret.

They stand in the database, so that every machine over it has the same. The
secret has generations: the newest seals, every one that is still known opens.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.storage.database import Database, take_turn
from screening.storage.encryption import (
    Keys,
    SealedBlobError,
    draw,
    new_key,
)
from screening.storage.sealed import open_column, seal_column
from screening.storage.tables import Clinic, Kept
from screening.storage.turn import Turn


class WrongSecretError(Exception):
    """The secret at hand is not the one that this database was sealed with."""


@dataclass(frozen=True)
class Safe:
    """The sealed rows; `secrets` reads the generations of the secret, newest first."""

    database: Database
    secrets: Callable[[], list[bytes]]

    def fetch(self, name: str, make: Callable[[Session], bytes]) -> bytes:
        """Return what is kept under `name`; the first to ask makes it, for all machines."""
        with self.database.read() as session:
            if row := session.get(Kept, name):
                return open_kept(self.secrets(), row)
        with self.database.write() as session:
            take_turn(session, Turn.KEYS)
            row = session.get(Kept, name)
            if row is None:
                row = Kept(name=name)
                seal_kept(self.secrets()[0], row, make(session))
                session.add(row)
            return open_kept(self.secrets(), row)

    def forget(self, name: str) -> None:
        """Let the next one who asks for `name` make it anew."""
        with self.database.write() as session:
            take_turn(session, Turn.KEYS)
            if row := session.get(Kept, name):
                session.delete(row)

    def wrapping(self, session: Session) -> bytes:
        """Return the key that the clinics' keys are wrapped with where `session` reads them."""
        return open_kept(self.secrets(), session.get_one(Kept, "wrapping"))

    def keys(self) -> Keys:
        """Return all keys. Raises WrongSecretError."""
        lasting = Keys.from_secret(self.fetch("root", self._first_root))
        return replace(lasting, wrapping=self.fetch("wrapping", self._first_wrapping))

    # An installation from before these rows drew every key from its secret alone.
    def _first_root(self, session: Session) -> bytes:
        return self.secrets()[-1] if _has_clinics(session) else new_key()

    def _first_wrapping(self, session: Session) -> bytes:
        return draw(self.secrets()[-1], "wrapping") if _has_clinics(session) else new_key()


def _has_clinics(session: Session) -> bool:
    return session.scalars(select(Clinic.id).limit(1)).first() is not None


def open_kept(secrets: list[bytes], row: Kept) -> bytes:
    """Return what `row` holds, sealed under any of `secrets`. Raises WrongSecretError."""
    for secret in secrets:
        try:
            content: bytes = open_column(draw(secret, "installation"), row, "content")
            return content
        except SealedBlobError:
            continue
    raise WrongSecretError("the secret does not open this database")


def seal_kept(secret: bytes, row: Kept, content: bytes) -> None:
    seal_column(draw(secret, "installation"), row, "content", content)
