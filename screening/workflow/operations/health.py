"""What would keep the installation from doing its work, or soon will."""

from __future__ import annotations

from datetime import datetime, timedelta

from cryptography.x509 import Certificate, load_pem_x509_certificates
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from screening.documents.certificates.authority import open_pkcs12
from screening.storage.sealed import open_column
from screening.storage.store import StoreAwayError
from screening.storage.tables import Account, Clinic, Mark, ReportRow
from screening.storage.turn import WaitedTooLongError
from screening.workflow.core.context import Context
from screening.workflow.reports.outbox import WAITS

LEAST_FREE_BYTES = 200_000_000
LATE = timedelta(minutes=10)
WRITTEN_LATELY = timedelta(seconds=5)  # anyone may ask, and each write costs the disk
WAIT = 2.0  # seconds for a write, less than whoever watches waits
SOON = timedelta(days=30)


def problems(context: Context, free_bytes: int) -> list[str]:
    """Return what is wrong, a sentence each; `free_bytes` is the room left on the disk."""
    found = []
    now = context.now()
    try:
        with context.database.read() as session:
            late = session.scalar(
                select(func.count())
                .select_from(ReportRow)
                .where(WAITS, ReportRow.created_at < now - LATE)
            )
        ended = [end for _, _, end in _seals(context) if end <= now]
    except SQLAlchemyError:
        found.append("the database does not answer")
    else:
        found += _writing(context, now)
        if late:
            found.append(f"reports that wait for more than ten minutes: {late}")
        if ended:
            found.append("a seal's certificate is not in force")
        found += _workers(context)
    found += _store(context)
    if free_bytes < LEAST_FREE_BYTES:
        found.append("less than 200 MB of disk are free")
    return found


def _writing(context: Context, now: datetime) -> list[str]:
    """Write a moment, as every act has to, unless somebody just did; return what hinders it."""
    try:
        with context.database.read() as session:
            last = session.get(Mark, "written")
        if last is None or abs(now - last.at) > WRITTEN_LATELY:
            with context.database.write(WAIT) as session:
                session.merge(Mark(name="written", at=now))
    except WaitedTooLongError:
        return ["whoever writes to the database does not let others write"]
    except SQLAlchemyError:
        return ["the database cannot be written"]
    return []


def _store(context: Context) -> list[str]:
    try:
        if context.store:
            context.store.is_empty()
    except StoreAwayError as error:
        return [str(error)]
    return []


def _workers(context: Context) -> list[str]:
    """Return what hinders the workers that are there, or that none is."""
    here = [said for at, said in context.workers() if at > context.now() - LATE]
    return sorted({said for said in here if said}) if here else ["no worker makes reports"]


def warnings(context: Context) -> list[str]:
    """Return what will soon be wrong, without a name of anyone: the whole world may read it."""
    try:
        seals, doctors = len(ending_seals(context)), len(ending_doctors(context))
    except SQLAlchemyError:
        return []
    counts = {"seals": seals, "doctors": doctors}
    return [
        f"{who} whose certificate is missing, has ended or ends within 30 days: {count}"
        for who, count in counts.items()
        if count
    ]


def certificate_notices(context: Context) -> list[str]:
    """Return which certificates are missing, have ended or end within 30 days, a sentence each."""
    now = context.now()
    seals = [
        _notice(f"the seal of {clinic.name}" if clinic else "the seal", begin, end, now)
        for clinic, begin, end in _seals(context)
    ]
    doctors = [
        _notice(f"doctor {account.name}", *_times(held), now)
        if held
        else f"doctor {account.name} has no certificate and cannot sign: make one"
        for account, held in _doctors(context)
    ]
    return [notice for notice in (*seals, *doctors) if notice]


def _notice(whose: str, begin: datetime, end: datetime, now: datetime) -> str | None:
    if now < begin:
        return f"{whose}: the certificate begins on {begin:%Y-%m-%d}; nothing is signed before"
    if now >= end:
        return (
            f"{whose}: the certificate ended on {end:%Y-%m-%d}; nothing is signed with it: renew it"
        )
    if now >= end - SOON:
        return f"{whose}: the certificate ends on {end:%Y-%m-%d}: renew it"
    return None


def ending_seals(context: Context) -> list[Clinic | None]:
    """Return whose seal has ended or ends within 30 days; None is the installation's."""
    return [clinic for clinic, _, end in _seals(context) if end <= context.now() + SOON]


def ending_doctors(context: Context) -> list[Account]:
    """Return the doctors whose certificate is missing, has ended or ends within 30 days."""
    until = context.now() + SOON
    return [who for who, held in _doctors(context) if not held or _times(held)[1] <= until]


def _seals(context: Context) -> list[tuple[Clinic | None, datetime, datetime]]:
    """Return every seal in use and its time: the installation's only where a clinic needs it."""
    with context.database.read() as session:
        clinics = session.scalars(select(Clinic).order_by(Clinic.name)).all()
    own = [] if context.one_seal else [clinic for clinic in clinics if clinic.certificates]
    held: list[tuple[Clinic | None, datetime, datetime]]
    held = [(clinic, *_times(_read(clinic.certificates))) for clinic in own]
    if len(own) < len(clinics) or not clinics:
        return [(None, *_times([context.seal.certificate, *context.seal.chain])), *held]
    return held


def _doctors(context: Context) -> list[tuple[Account, list[Certificate]]]:
    """Return every doctor who may sign in, and the certificates; the first accounts kept none."""
    query = select(Account, Clinic).join(Clinic, Account.clinic_id == Clinic.id)
    query = query.where(Account.role == "doctor", Account.disabled_at.is_(None))
    with context.database.read() as session:
        rows = session.execute(query.order_by(Account.name)).all()
    return [(account, _held(context, account, clinic)) for account, clinic in rows]


def _held(context: Context, account: Account, clinic: Clinic) -> list[Certificate]:
    if account.certificates:
        return _read(account.certificates)
    if account.credentials is None:
        return []
    pkcs12 = open_column(context.clinic_key(clinic), account, "credentials")
    opened = open_pkcs12(pkcs12, context.keys.passphrase)
    return [opened.certificate, *opened.chain]


def _read(pem: str | None) -> list[Certificate]:
    return load_pem_x509_certificates((pem or "").encode())


def _times(certificates: list[Certificate]) -> tuple[datetime, datetime]:
    """Return from when until when all of `certificates` are in force."""
    begin = max(each.not_valid_before_utc for each in certificates)
    return begin, min(each.not_valid_after_utc for each in certificates)
