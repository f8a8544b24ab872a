"""Passkeys: a key in someone's telephone or computer, opened by finger, face or PIN.

The device checks the person and holds the key: two factors in one, so that a
passkey signs in without a password. Challenge and address come from the pages.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import ModuleType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.storage.columns import new_id
from screening.storage.tables import Account, Clinic, Passkey
from screening.workflow.accounts.second_factor import Waiting, locked_newcomer, promote
from screening.workflow.accounts.sessions import end_sign_ins, start_sign_in
from screening.workflow.core.actor import STRANGER, Staff, of_account
from screening.workflow.core.context import Context
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.core.sealed import open_sealed, seal_into

if TYPE_CHECKING:
    from webauthn.registration.verify_registration_response import VerifiedRegistration

CHALLENGE_LASTS = timedelta(minutes=10)
LONGEST_LABEL = 40


def webauthn() -> ModuleType:
    """Return the library: 5 MB that a process holds once somebody uses a passkey, not before."""
    import webauthn

    return webauthn


def to_bytes(text: str) -> bytes:
    found: bytes = webauthn().base64url_to_bytes(text)
    return found


def to_text(content: bytes) -> str:
    found: str = webauthn().helpers.bytes_to_base64url(content)
    return found


@dataclass(frozen=True)
class Challenge:
    """What the device has to sign, for which `site` ("https://..."), and when it was asked."""

    text: str
    site: str
    asked_at: datetime

    @property
    def domain(self) -> str:
        return urlsplit(self.site).hostname or ""

    @property
    def expected(self) -> dict[str, Any]:
        return {
            "expected_challenge": to_bytes(self.text),
            "expected_rp_id": self.domain,
            "expected_origin": self.site,
            "require_user_verification": True,
        }


def registration_options(context: Context, account_id: str, challenge: Challenge) -> str:
    """Return what the browser's `navigator.credentials.create` wants, as JSON."""
    with context.database.read() as session:
        account = session.get_one(Account, account_id)
        clinic = session.get_one(Clinic, account.clinic_id)
        known = [_content(context, session, row)["id"] for row in _own(session, account_id)]
    library = webauthn()
    structs = library.helpers.structs
    options = library.generate_registration_options(
        rp_id=challenge.domain,
        rp_name=clinic.name,
        user_name=account.username,
        user_id=account.id.encode(),
        user_display_name=account.name,
        challenge=to_bytes(challenge.text),
        exclude_credentials=[
            structs.PublicKeyCredentialDescriptor(id=to_bytes(id)) for id in known
        ],
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
    )
    made: str = library.options_to_json(options)
    return made


def sign_in_options(challenge: Challenge) -> str:
    """Return what the browser's `navigator.credentials.get` wants, as JSON."""
    library = webauthn()
    options = library.generate_authentication_options(
        rp_id=challenge.domain,
        challenge=to_bytes(challenge.text),
        user_verification=library.helpers.structs.UserVerificationRequirement.REQUIRED,
    )
    made: str = library.options_to_json(options)
    return made


def add_passkey(
    context: Context, person: Staff, challenge: Challenge, answer: str, name: str
) -> None:
    """Keep the public key that a device made. Raises ActRefusedError("wrong")."""
    made = _made(context, challenge, answer)
    with context.database.write() as session:
        account = session.get_one(Account, person.id, with_for_update=True)
        _add(context, session, account, made, name)
        end_sign_ins(context, session, account.id, but=person.sign_in)


def set_up(context: Context, waiting: Waiting, challenge: Challenge, answer: str, name: str) -> str:
    """Take a passkey as the first second factor and return the secret of the full sign-in.

    Raises ActRefusedError: "wrong", or "not-first" where there is a second factor.
    """
    made = _made(context, challenge, answer)
    with context.database.write() as session:
        account = locked_newcomer(session, waiting)
        _add(context, session, account, made, name)
        return promote(context, session, account, waiting.sign_in, "passkey")


def _made(context: Context, challenge: Challenge, answer: str) -> VerifiedRegistration:
    _check_age(context, challenge)
    made: VerifiedRegistration = _checked(
        lambda: webauthn().verify_registration_response(credential=answer, **challenge.expected)
    )
    return made


def _add(
    context: Context, session: Session, account: Account, made: VerifiedRegistration, name: str
) -> None:
    id, credential = new_id(), to_text(made.credential_id)
    hashed = context.hash(f"passkey:{credential}")
    if session.scalars(select(Passkey).where(Passkey.credential_hash == hashed)).first():
        raise ActRefusedError(Refusal.WRONG)
    row = Passkey(
        id=id,
        account_id=account.id,
        name=name.strip()[:LONGEST_LABEL] or "Passkey",
        credential_hash=hashed,
        uses=made.sign_count,
        created_at=context.now(),
    )
    public = to_text(made.credential_public_key)
    seal_into(context, session, row, "content", {"id": credential, "key": public})
    session.add(row)
    context.record(session, of_account(account), "add passkey")


def sign_in(context: Context, challenge: Challenge, answer: str, browser: str = "") -> str:
    """Return the secret of a full sign-in. Raises ActRefusedError("wrong").

    No lock holds for a passkey: nobody guesses one.
    """
    _check_age(context, challenge)
    parsed = _checked(lambda: webauthn().helpers.parse_authentication_credential_json(answer))
    hashed = context.hash(f"passkey:{to_text(parsed.raw_id)}")
    with context.database.write() as session:
        query = select(Passkey).where(Passkey.credential_hash == hashed).with_for_update()
        row = session.scalars(query).first()
        if row is None:
            context.record(session, STRANGER, "unknown passkey")
            session.commit()
            raise ActRefusedError(Refusal.WRONG)
        account = session.get_one(Account, row.account_id, with_for_update=True)
        try:
            _use(context, session, row, account, challenge, answer)
        except ActRefusedError:
            context.record(session, of_account(account), "wrong passkey")
            session.commit()
            raise
        return start_sign_in(context, session, account, browser, "passkey")


def credential_of(context: Context, answer: str) -> str | None:
    """Return what a passkey that we know is counted under, None for any other."""
    with suppress(ActRefusedError):
        parsed = _checked(lambda: webauthn().helpers.parse_authentication_credential_json(answer))
        hashed = context.hash(f"passkey:{to_text(parsed.raw_id)}")
        with context.database.read() as session:
            query = select(Passkey.id).where(Passkey.credential_hash == hashed)
            return session.scalars(query).first()
    return None


def _use(
    context: Context,
    session: Session,
    row: Passkey,
    account: Account,
    challenge: Challenge,
    answer: str,
) -> None:
    # A challenge asked before the passkey was last used may be a replay.
    if account.disabled_at or (row.used_at and challenge.asked_at <= row.used_at):
        raise ActRefusedError(Refusal.WRONG)
    public = to_bytes(_content(context, session, row)["key"])
    shown = _checked(
        lambda: webauthn().verify_authentication_response(
            credential=answer,
            credential_public_key=public,
            credential_current_sign_count=row.uses,
            **challenge.expected,
        )
    )
    row.uses, row.used_at = shown.new_sign_count, context.now()


def _check_age(context: Context, challenge: Challenge) -> None:
    if not timedelta() <= context.now() - challenge.asked_at <= CHALLENGE_LASTS:
        raise ActRefusedError(Refusal.WRONG)


def _checked(check: Callable[[], Any]) -> Any:
    """Return what `check` finds. Raises ActRefusedError("wrong") for anything it cannot take."""
    try:
        return check()
    except (
        webauthn().helpers.exceptions.WebAuthnException,
        ValueError,
        KeyError,
        TypeError,
    ) as error:
        raise ActRefusedError(Refusal.WRONG) from error


def _content(context: Context, session: Session, row: Passkey) -> dict[str, str]:
    content: dict[str, str] = open_sealed(context, session, row, "content")
    return content


def _own(session: Session, account_id: str) -> list[Passkey]:
    query = select(Passkey).where(Passkey.account_id == account_id).order_by(Passkey.created_at)
    return list(session.scalars(query))


def list_passkeys(context: Context, person: Staff) -> list[Passkey]:
    """Return the person's passkeys, oldest first."""
    with context.database.read() as session:
        return _own(session, person.id)


def passkey_name(context: Context, person: Staff, passkey_id: str) -> str:
    """Return the name of one's own passkey. Raises ActRefusedError("gone")."""
    with context.database.read() as session:
        return _one(session, person, passkey_id).name


def rename_passkey(context: Context, person: Staff, passkey_id: str, name: str) -> None:
    with context.database.write() as session:
        row = _one(session, person, passkey_id)
        row.name = name.strip()[:LONGEST_LABEL] or row.name
        context.record(session, person, "rename passkey")


def remove_passkey(context: Context, person: Staff, passkey_id: str) -> None:
    """Forget a passkey. Raises ActRefusedError("last-factor") for the only second factor."""
    with context.database.write() as session:
        account = session.get_one(Account, person.id, with_for_update=True)
        row = _one(session, person, passkey_id)
        if account.totp is None and len(_own(session, person.id)) == 1:
            raise ActRefusedError(Refusal.LAST_FACTOR)
        session.delete(row)
        end_sign_ins(context, session, person.id, but=person.sign_in)
        context.record(session, person, "remove passkey")


def _one(session: Session, person: Staff, passkey_id: str) -> Passkey:
    row = session.get(Passkey, passkey_id)
    if row is None or row.account_id != person.id:
        raise ActRefusedError(Refusal.GONE)
    return row
