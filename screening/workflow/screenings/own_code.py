"""The patient's own code: what the clinic's people do not hold, and cannot set anew.

A code opens those screenings in which it was chosen or typed, and no others: whoever chooses
one behind a link of the reception's making opens nothing that is somebody else's. It is kept
only as a slow hash, over one that is keyed with the installation's secret, at the patient.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.storage.encryption import SealedBlobError
from screening.storage.tables import Patient, Screening
from screening.workflow.accounts.hashing import NOBODY, hasher, matches
from screening.workflow.core.actor import PATIENT
from screening.workflow.core.context import Context, locked_screening
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.core.sealed import open_sealed, seal_into
from screening.workflow.core.states import State, allow
from screening.workflow.patients.names import fold
from screening.workflow.patients.patients import whole_patient
from screening.workflow.screenings.edit_lock import EditLock, check
from screening.workflow.screenings.proof import device_hash, is_of, opens

SHORTEST, LONGEST = 6, 64
FEWEST_SIGNS = 4  # different ones
FREE_MISSES = 3
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(days=1)
RUNS = ("01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm")
COMMON = ("password", "passwort", "letmein", "iloveyou", "welcome", "secret", "doctor", "clinic")


def may_replace(context: Context, lock: EditLock) -> bool:
    """Return whether a code was chosen already that this device may replace."""
    with context.database.read() as session:
        screening = session.get_one(Screening, lock.screening_id)
        return has_code(context, session, screening, lock.device)


def choose(context: Context, lock: EditLock, code: str, old: str = "") -> None:
    """Keep `code` as the patient's own; it opens this screening and all that `lock` opens.

    One that was chosen before is needed as `old`, unless this device has used it. Raises
    ActRefusedError: "too-short", "too-long", "common", "needs-code", or what `_marks` raises.
    """
    with context.database.read() as session:
        screening = _visited(context, session, lock)
        check_new(code, *_about(context, session, screening))
        known = _known_here(context, session, screening, lock.device)
        places = _places(session, screening)
    known |= _marks(context, lock.screening_id, old) if old else set()
    hashes = {id: hasher.hash(_keyed(context, id, code)) for id in places}
    with context.database.write() as session:
        screening = _visited(context, session, lock)
        rows = {id: session.get_one(Patient, id, with_for_update=True) for id in places}
        free = [
            row
            for row in rows.values()
            if row.code_hash is None or _as_mark(context, row.code_hash) in known
        ]
        if not free:
            raise ActRefusedError(Refusal.NEEDS_CODE)
        for row in whole_patient(session, places[0]):
            if row.code_hash and _as_mark(context, row.code_hash) in known:
                row.code_hash = None
        free[0].code_hash = new = hashes[free[0].id]
        free[0].code_misses, free[0].code_locked_until = 0, None
        for one in _all_of(session, screening):
            with suppress(SealedBlobError):
                held = one.id == screening.id or is_of(context, one, lock.device)
                if held or mark_of(context, session, one) in known:
                    _keep_mark(context, session, one, _as_mark(context, new))
        context.record(session, PATIENT, "choose own code", screening)


def enter_by_code(context: Context, screening_id: str, device: str, code: str) -> None:
    """Put `device` in the place of the one that began this screening, if `code` opens it.

    Raises ActRefusedError: "wrong-code", or "locked" after too many wrong ones.
    """
    marks = _marks(context, screening_id, code)
    with context.database.write() as session:
        screening = locked_screening(session, screening_id)
        allow("choose-code", screening.state)
        if mark_of(context, session, screening) not in marks:
            raise ActRefusedError(Refusal.WRONG_CODE)
        for one in _all_of(session, screening):
            with suppress(SealedBlobError):
                if mark_of(context, session, one) in marks:
                    one.device_hash = device_hash(context, one, device)
        context.record(session, PATIENT, "prove by own code", screening)


def opened_by(context: Context, lock: EditLock, code: str) -> set[str]:
    """Return the marks of `code`, and keep that it opens this screening too.

    Raises what `enter_by_code` raises.
    """
    with context.database.read() as session:
        _visited(context, session, lock)
    marks = _marks(context, lock.screening_id, code)
    with context.database.write() as session:
        screening = _visited(context, session, lock)
        _keep_mark(context, session, screening, min(marks))
        context.record(session, PATIENT, "prove by own code", screening)
    return marks


def has_code(context: Context, session: Session, screening: Screening, device: str) -> bool:
    """Return whether a code was chosen that `device` may replace."""
    known = _known_here(context, session, screening, device)
    return bool(known & _standing(context, session, screening))


def _known_here(context: Context, session: Session, screening: Screening, device: str) -> set[str]:
    """Return the marks of the codes that `device` used: it sees all that they open here."""
    found = set()
    for one in _all_of(session, screening):
        with suppress(SealedBlobError):
            if opens(context, session, one, device) and (mark := mark_of(context, session, one)):
                found.add(mark)
    return found


def mark_of(context: Context, session: Session, screening: Screening) -> str | None:
    """Return what a screening keeps of the code that opens it."""
    mark: str | None = open_sealed(context, session, screening, "draft").get("opened_by")
    return mark


def check_new(code: str, names: Iterable[str], born: Iterable[str | None]) -> None:
    """Raise ActRefusedError: "too-short", "too-long", or "common" where others guess it."""
    plain = _plain(code)
    if len(plain) < SHORTEST:
        raise ActRefusedError(Refusal.TOO_SHORT)
    if len(plain) > LONGEST:
        raise ActRefusedError(Refusal.TOO_LONG)
    letters = "".join(fold(code)) or plain
    run = any(letters in way for row in RUNS for way in (row * 2, (row * 2)[::-1]))
    parts = {part for name in names for part in fold(name) if len(part) > 1}
    days = {written for day in born if day for written in _written(day)}
    rest = letters
    for known in sorted({*parts, *days, *COMMON}, key=len, reverse=True):
        rest = rest.replace(known, "")
    if run or len(set(plain)) < FEWEST_SIGNS or len(rest) < FEWEST_SIGNS:
        raise ActRefusedError(Refusal.COMMON)


def _written(born: str) -> Iterator[str]:
    """Return how people write a date, and its year, with digits alone."""
    day = date.fromisoformat(born)
    for form in ("%d%m%Y", "%m%d%Y", "%Y%m%d", "%Y%d%m", "%d%m%y", "%m%d%y", "%y%m%d", "%Y"):
        yield day.strftime(form)


def _plain(code: str) -> str:
    return "".join(unicodedata.normalize("NFKC", code).casefold().split())


def _keyed(context: Context, patient_id: str, code: str) -> str:
    """Return what is hashed slowly; without the installation's secret nobody tries codes on it."""
    return context.hash(f"own-code:{patient_id}:{_plain(code)}")


def _as_mark(context: Context, code_hash: str) -> str:
    """Return what a screening keeps of a code."""
    return context.hash(f"opened-by:{code_hash}")


def _keep_mark(context: Context, session: Session, screening: Screening, mark: str) -> None:
    draft = open_sealed(context, session, screening, "draft")
    seal_into(context, session, screening, "draft", {**draft, "opened_by": mark})


def _standing(context: Context, session: Session, screening: Screening) -> set[str]:
    assert screening.patient_id is not None
    rows = whole_patient(session, screening.patient_id)
    return {_as_mark(context, row.code_hash) for row in rows if row.code_hash}


def _visited(context: Context, session: Session, lock: EditLock) -> Screening:
    """Return the screening, held, that this browser or tablet is in."""
    screening = locked_screening(session, lock.screening_id)
    allow("choose-code", screening.state)
    check(context, screening, lock)
    return screening


def _places(session: Session, screening: Screening) -> list[str]:
    """Return at which rows a code may be kept: the person's, else the one of this screening."""
    assert screening.patient_id is not None
    root = whole_patient(session, screening.patient_id)[0]
    return list(dict.fromkeys([root.id, screening.patient_id]))


def _all_of(session: Session, screening: Screening) -> list[Screening]:
    """Return every screening of the person."""
    assert screening.patient_id is not None
    ids = [row.id for row in whole_patient(session, screening.patient_id)]
    query = select(Screening).where(Screening.patient_id.in_(ids), Screening.state != State.ERASED)
    return list(session.scalars(query.order_by(Screening.id)))


def _about(
    context: Context, session: Session, screening: Screening
) -> tuple[list[str], list[str | None]]:
    """Return the names and the dates of birth that are known of who answers."""
    person = open_sealed(context, session, screening, "person")
    answers = open_sealed(context, session, screening, "draft")["answers"]
    return [person.get("name") or ""], [
        person.get("born"),
        context.definitions.born_in(answers),
    ]


def _marks(context: Context, screening_id: str, code: str) -> set[str]:
    """Return the marks of the patient's codes that `code` is, never none.

    Each row of a merged patient counts its own misses: who chose the code of one guesses no
    longer at that of another. Raises ActRefusedError: "wrong-code", or "locked".
    """
    with context.database.read() as session:
        rows = _rows(session, session.get_one(Screening, screening_id))
    rows = [row for row in rows if not _is_locked(context, row)]
    if not rows:
        raise ActRefusedError(Refusal.LOCKED)
    # Outside the writer's turn: it takes long on purpose, also where there is no code.
    fit = {
        row.id for row in rows if matches(row.code_hash or NOBODY, _keyed(context, row.id, code))
    }
    hashes, marks = {row.id: row.code_hash for row in rows}, set()
    with context.database.write() as session:
        screening = locked_screening(session, screening_id)
        for id in hashes:
            patient = session.get_one(Patient, id, with_for_update=True)
            if _is_locked(context, patient):
                continue  # others tried meanwhile
            if not fit:
                _count_miss(context, patient)
            elif id in fit and patient.code_hash and patient.code_hash == hashes[id]:
                patient.code_misses, patient.code_locked_until = 0, None
                marks.add(_as_mark(context, patient.code_hash))
        if not marks:
            context.record(session, PATIENT, "wrong own code", screening)
    if not marks:
        raise ActRefusedError(Refusal.WRONG_CODE)
    return marks


def _rows(session: Session, screening: Screening) -> list[Patient]:
    """Return the person's rows that have a code, or the first: one without looks the same."""
    assert screening.patient_id is not None
    rows = whole_patient(session, screening.patient_id)
    return [row for row in rows if row.code_hash] or rows[:1]


def _is_locked(context: Context, patient: Patient) -> bool:
    until = patient.code_locked_until
    return until is not None and context.now() < until


def _count_miss(context: Context, patient: Patient) -> None:
    """Count a wrong code; from the third on each pause is four times as long as the last."""
    patient.code_misses += 1
    if patient.code_misses >= FREE_MISSES:
        pause = FIRST_PAUSE * 4 ** min(patient.code_misses - FREE_MISSES, 8)
        patient.code_locked_until = context.now() + min(pause, LONGEST_PAUSE)
