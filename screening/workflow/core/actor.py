"""Who acts: what the audit log calls them, and at which clinic."""

from __future__ import annotations

from dataclasses import dataclass

from screening.storage.tables import Account, ApiKey, Clinic, Kiosk

LONGEST_NAME = 100  # of patients and of those who work at the clinic


@dataclass(frozen=True)
class Actor:
    """Who acts, as the audit log writes it; without `clinic_id` it is of no one clinic."""

    who: str
    clinic_id: str | None


@dataclass(frozen=True)
class Staff(Actor):
    """Someone signed in: the account, the clinic, and the secret of this sign-in.

    `language` is what the account chose, empty where it speaks as its clinic does.
    """

    sign_in: str
    id: str
    clinic: Clinic
    name: str
    role: str
    language: str

    @property
    def speaks(self) -> str:
        """The language of this person's pages: the one chosen, else the clinic's."""
        return self.language or self.clinic.language


@dataclass(frozen=True)
class Tablet(Actor):
    """A clinic's paired tablet."""

    id: str
    name: str
    clinic: Clinic
    locked: bool = False


@dataclass(frozen=True)
class ApiClient(Actor):
    """Another program of a clinic: its key, and what it may do."""

    id: str
    name: str
    clinic: Clinic
    scopes: frozenset[str]


PATIENT = Actor("patient", None)
PROGRAM = Actor("program", None)
STRANGER = Actor("stranger", None)


def program(clinic_id: str | None) -> Actor:
    """Return the program itself, such as a command, where it acts for one clinic."""
    return Actor(PROGRAM.who, clinic_id)


def of_account(account: Account) -> Actor:
    """Return whoever signs in to `account`, before anyone is signed in."""
    return Actor(f"account:{account.id}", account.clinic_id)


def of_api_key(key: ApiKey, clinic: Clinic) -> ApiClient:
    scopes = frozenset(key.scopes.split())
    return ApiClient(f"api-key:{key.id}", key.clinic_id, key.id, key.name, clinic, scopes)


def of_tablet(kiosk: Kiosk) -> Actor:
    return Actor(f"kiosk:{kiosk.id}", kiosk.clinic_id)
