"""Restore a backup so that nothing comes back that was erased or ended after it was made."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from screening.storage import audit
from screening.storage.backup import restore_backup
from screening.storage.database import Database
from screening.storage.encryption import fingerprint
from screening.storage.ledger import LedgerError, Line, read_ledger
from screening.storage.proof import Proof
from screening.storage.store import Store
from screening.storage.tables import (
    Account,
    ApiKey,
    Clinic,
    Kiosk,
    Passkey,
    Patient,
    RecoveryCode,
    Screening,
    SignIn,
    Webhook,
)
from screening.workflow.accounts.second_person import wait_after_restore
from screening.workflow.core.actor import PROGRAM
from screening.workflow.core.acts import ERASED_BEFORE
from screening.workflow.core.context import Vault, new_token
from screening.workflow.core.states import State
from screening.workflow.records import erasure, ledger
from screening.workflow.records.proving import use_once
from screening.workflow.reports.documents import missing

BLIND_NUMBERS, BLIND_ENTRIES = 10_000, 1_000_000  # left out where no ledger says what is used up


class NoLedgerError(Exception):
    """The ledger is missing, cut, damaged or older than the backup; the text says which."""


@dataclass
class Restored:
    """What was done, by what it was done to; `shut` are user names, `damaged` what did not open.

    `missing` are reports of which the PDF is not in the store of documents.
    """

    rows: int = 0
    opened: int = 0
    erased: list[str] = field(default_factory=list)
    patients: int = 0
    sign_ins: int = 0
    disabled: list[str] = field(default_factory=list)
    roles: list[str] = field(default_factory=list)
    shut: list[str] = field(default_factory=list)
    unsigned: list[str] = field(default_factory=list)
    tablets: int = 0
    programs: int = 0
    links: int = 0
    withdrawn: list[str] = field(default_factory=list)
    rotated: bool = False
    goes_on_at: list[str] = field(default_factory=list)
    audit_goes_on_at: int = 0
    damaged: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def restore(
    database: Database,
    file: Path,
    secrets: list[bytes],
    places: Iterable[Path],
    now: Callable[[], datetime],
    blindly: bool = False,
    damage_too: bool = False,
    noted: str = "",
    store: Store | None = None,
) -> Restored:
    """Fill an empty database from `file` and replay the ledger, the newest in `places`.

    `blindly` goes on without one; `noted` is the MAC of a line that must be there.
    Raises BackupError and NoLedgerError; nothing is kept then.
    """
    done = Restored()

    def after(session: Session, proof: Proof) -> None:
        wrapping = proof.keys.wrapping
        vault = Vault(
            database=database, keys=proof.keys, wrapping=lambda session: wrapping, now=now
        )
        done.opened, done.damaged = proof.opened.total(), proof.damaged
        head, _mac = audit.read_head(session)
        lines = [] if blindly else newest(places, proof.keys.ledger, head)
        if noted and noted not in {line.mac for line in lines}:
            raise NoLedgerError("the ledger does not hold the line that was noted: its end was cut")
        _Replay(vault, session, lines, done).all(head, blindly)
        done.missing = missing(session, store)

    done.rows = restore_backup(database, file, secrets, use_once, after, damage_too)
    return done


def newest(places: Iterable[Path], key: bytes, head: int) -> list[Line]:
    """Return what the ledgers know, the one that knows most first. Raises NoLedgerError."""
    found, problems, paths = [], [], [path for path in places if path.exists()]
    for path in paths:
        try:
            found.append(read_ledger(path, key))
        except LedgerError as error:
            problems.append(str(error))
    if problems:
        raise NoLedgerError("; ".join(problems))
    if not paths:
        raise NoLedgerError("there is no ledger: what was erased since would come back")
    lines = ledger.joined(found)
    if max((line.upto for line in lines), default=0) < head:
        raise NoLedgerError("the ledger is older than the backup: it is not the one that is kept")
    return lines


class _Replay:
    """One restored database, and what the ledger says of it that the backup cannot know."""

    def __init__(self, vault: Vault, session: Session, lines: list[Line], done: Restored):
        self.vault, self.session, self.done = vault, session, done
        self.lines, self.key = lines, vault.keys.ledger

    def all(self, head: int, blindly: bool) -> None:
        upto = max([head, *(line.upto for line in self.lines)])
        self.done.audit_goes_on_at = (upto // BLIND_ENTRIES + 1) * BLIND_ENTRIES
        audit.record(
            *(self.session, self.vault.keys.audit, self.vault.now(), PROGRAM.who, audit.RESTORED),
            skip_to=self.done.audit_goes_on_at,
        )
        wait_after_restore(self.vault, self.session)
        self._end_sign_ins()
        later = ledger.unknown(self.session, self.key, self.lines, head)
        self._erase(later)
        self._end_links(later)
        self._close_accounts(later)
        self._end_tablets(later)
        self._end_programs(later)
        self.done.rotated = any(line.act.startswith("rotate ") for line in later)
        self._move_series(blindly)

    def _named(self, rows: Iterable[Any], kind: str) -> dict[str, Any]:
        """Return the rows by what the ledger calls them."""
        return {fingerprint(self.key, f"{kind}:{row.id}"): row for row in rows}

    def _end_sign_ins(self) -> None:
        """End them all, and every link and code that may have been used up since."""
        of = update(SignIn).where(SignIn.ended_at.is_(None)).values(ended_at=self.vault.now())
        self.done.sign_ins = self.session.connection().execute(of).rowcount
        self.session.execute(update(Account).values(link_hash=None, link_expires_at=None))
        used = {"start_code_hash": None, "move_hash": None, "pen_hash": None}
        self.session.execute(update(Screening).values(**used))
        self.session.expire_all()

    def _erase(self, later: list[Line]) -> None:
        gone = {line.what for line in later if line.act in ledger.ERASES}
        if not gone:
            return
        kept = select(Screening).where(Screening.state != State.ERASED)
        by_name = self._named(self.session.scalars(kept).all(), "screening")
        for name in gone & by_name.keys():
            row = by_name[name]
            erasure.empty_screening(
                *(self.vault, self.session, row, PROGRAM, "erase"), ERASED_BEFORE
            )
            self.done.erased.append(row.number)
        people = self._named(self.session.scalars(select(Patient)).all(), "patient")
        for name in gone & people.keys():
            of = (self.vault, self.session, people[name].id, PROGRAM, ERASED_BEFORE)
            numbers = erasure.empty_person(*of)
            self.done.erased += numbers or []
            self.done.patients += 1

    def _end_links(self, later: list[Line]) -> None:
        """Withdraw what was withdrawn, and let no link open that was replaced by another."""
        last = {line.what: line.act for line in later if line.act in ("withdraw", "restore")}
        renewed = {line.what for line in later if line.act in ledger.LINKS}
        if not last and not renewed:
            return
        kept = select(Screening).where(Screening.state != State.ERASED)
        for name, row in self._named(self.session.scalars(kept).all(), "screening").items():
            if last.get(name) == "withdraw" and row.state != State.WITHDRAWN:
                row.state, row.withdrawn_at = State.WITHDRAWN, self.vault.now()
                self.vault.record(self.session, PROGRAM, "withdraw", row)
                self.done.withdrawn.append(row.number)
            if name in renewed:
                row.link_hash = self.vault.hash(f"link:{new_token()}")
                self.done.links += 1

    def _close_accounts(self, later: list[Line]) -> None:
        accounts = self._named(self.session.scalars(select(Account)).all(), "account")
        for line in later:
            if (account := accounts.get(line.what)) is not None:
                self._close(account, line)
        for names in (self.done.shut, self.done.unsigned, self.done.disabled, self.done.roles):
            names[:] = sorted(set(names))

    def _close(self, account: Account, line: Line) -> None:
        if line.act == "disable account":
            account.disabled_at = self.vault.now()
            self.done.disabled.append(account.username)
        elif line.act == "enable account":
            account.disabled_at = None
            self.done.disabled = [name for name in self.done.disabled if name != account.username]
        elif line.act in ledger.CERTIFICATES:
            account.credentials = account.certificates = None
            self.done.unsigned.append(account.username)
        elif line.act.startswith(ledger.CHANGES_ROLE):
            account.role = line.value
            self.done.roles.append(account.username)
        elif line.act in ledger.CODES:
            self._forget(RecoveryCode, account)
        elif line.act in ledger.PASSWORDS | ledger.FACTORS:
            self._shut(account, line.act in ledger.FACTORS)

    def _shut(self, account: Account, factors_too: bool) -> None:
        """Let nothing open the account that opened it before: an administrator gives a new link."""
        if account.username not in self.done.shut:
            account.password_hash = PasswordHasher().hash(new_token())
        if factors_too:
            account.totp = account.totp_offer = account.totp_counter = None
            self._forget(Passkey, account)
            self._forget(RecoveryCode, account)
        self.done.shut.append(account.username)

    def _forget(self, of: type[Passkey] | type[RecoveryCode], account: Account) -> None:
        self.session.execute(delete(of).where(of.account_id == account.id))

    def _end_tablets(self, later: list[Line]) -> None:
        kiosks = self._named(self.session.scalars(select(Kiosk)).all(), "kiosk")
        for line in later:
            if (kiosk := kiosks.get(line.what)) is not None:
                kiosk.token_hash = kiosk.code_hash = None
                if line.act == "revoke tablet":
                    kiosk.revoked_at = kiosk.revoked_at or self.vault.now()
                self.done.tablets += 1

    def _end_programs(self, later: list[Line]) -> None:
        """Let no key and no address of another program count that was taken away."""
        ended = {line.what for line in later if line.act in ledger.PROGRAMS}
        now = self.vault.now()
        for name, key in self._named(self.session.scalars(select(ApiKey)).all(), "api_key").items():
            if name in ended:
                key.revoked_at = key.revoked_at or now
                self.done.programs += 1
        for name, hook in self._named(self.session.scalars(select(Webhook)), "webhook").items():
            if name in ended:
                hook.ended_at = hook.ended_at or now
                self.done.programs += 1

    def _move_series(self, blindly: bool) -> None:
        """Let no number be given twice: those after the backup stand on paper somewhere."""
        series = [line for line in self.lines if line.act == ledger.SERIES]
        used = {
            line.what: int(line.value) for line in sorted(series, key=lambda one: int(one.value))
        }
        for clinic in self.session.scalars(select(Clinic).order_by(Clinic.name)):
            name = ledger.what(self.key, "clinic", clinic.id)
            behind = clinic.screenings + (BLIND_NUMBERS if blindly else 0)
            clinic.screenings = max(behind, used.get(name, 0))
            self.done.goes_on_at.append(f"{clinic.name}: {clinic.screenings + 1:06d}")
