"""Who acts: someone signed in, and where."""

from __future__ import annotations

from dataclasses import dataclass

from screening.storage.tables import Clinic


@dataclass(frozen=True)
class Person:
    """Someone signed in, and where."""

    sign_in: str
    id: str
    clinic: Clinic
    name: str
    role: str

    @property
    def who(self) -> str:
        return f"account:{self.id}"
