"""What anyone may ask about a report: is this file as it was issued, and is there a newer one?

Nothing here tells of a patient, and nothing of an upload is kept.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from cryptography.x509 import Certificate, load_pem_x509_certificates
from sqlalchemy import select

from screening.clinical.evaluation.case import CaseError, read_case
from screening.clinical.evaluation.verdicts import verdicts_of
from screening.clinical.report.visit import CASE_KEYS
from screening.definitions.problems import DefinitionError
from screening.documents.cms.reasons import N_, Reason, reason_from
from screening.documents.rendering.reader import Reader
from screening.storage.tables import Clinic
from screening.workflow.core.archive import definitions_of
from screening.workflow.core.context import Context
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.reports.annexes import issued_annex
from screening.workflow.reports.checking import ISSUED_HERE, STRANGERS, check_apart
from screening.workflow.reports.issued import Issued, erased_paper, issued_as, typed

LARGEST = 10 * 1024 * 1024  # bytes of an upload
PASSED, INDETERMINATE, FAILED = "PASSED", "INDETERMINATE", "FAILED"
NOT_AS_ISSUED = N_("This is not the file that the clinic issued under this number.")
ANOTHER_REPORT = N_("This file is another report than the one that the code belongs to.")
NOT_CHECKED = N_("There was no time to check its signatures. Try again in a minute.")
OTHER_VERDICTS = N_("The rules of that day give other results than the report says.")


@dataclass(frozen=True)
class Checked:
    """The result for a file; see documents.verifying. `replayed` is None where nobody could.

    `byte_for_byte` tells that it is the very file that was issued, by the hash that was kept;
    None where nothing was kept. It holds whatever became of certificates since.
    """

    status: str
    reasons: tuple[Reason, ...]
    signatures: tuple[Mapping[str, Any], ...]
    sha256: str
    issued: Issued | None = None
    replayed: bool | None = None
    byte_for_byte: bool | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the result as other programs read it, the reasons in English."""
        found = asdict(self) | {"reasons": [str(reason) for reason in self.reasons]}
        if self.issued:
            found["issued"] = self.issued.as_json()
        return found


def verify_upload(context: Context, pdf: bytes, code: str | None = None) -> Checked:
    """Return what can be said about `pdf`; with `code` it has to be that report.

    Raises ActRefusedError: "busy" while others are being checked or the machine has no
    time for it, "too-large".
    """
    if len(pdf) > LARGEST:
        raise ActRefusedError(Refusal.TOO_LARGE)
    sha256 = hashlib.sha256(pdf).hexdigest()
    annex = issued_annex(context, pdf)
    known = annex is not None or issued_as(context, {}, sha256) is not None
    try:
        with (ISSUED_HERE if known else STRANGERS).place():
            found = check_apart(trusted_roots(context), pdf, context.now(), ours=known)
    except ActRefusedError:
        if not known:
            raise
        found = _unchecked(sha256)  # what was kept of it still says that it is the one
    return compare(context, found, code, annex)


def _unchecked(sha256: str) -> dict[str, Any]:
    reasons = [asdict(NOT_CHECKED)]
    return {"status": INDETERMINATE, "reasons": reasons, "signatures": []} | {
        "sha256": sha256,
        "record": None,
    }


def trusted_roots(context: Context) -> list[Certificate]:
    """Return the authorities that this installation's seals and clock come from."""
    with context.database.read() as session:
        held = session.scalars(select(Clinic.certificates).where(Clinic.certificates.is_not(None)))
        chains = [load_pem_x509_certificates(pem.encode()) for pem in held if pem]
    return list(dict.fromkeys([*context.trust, *(chain[-1] for chain in chains)]))


def compare(
    context: Context, found: Mapping[str, Any], code: str | None = None, annex: Issued | None = None
) -> Checked:
    """Return the result for a file, set beside what was issued and what the rules say.

    `found` is what documents.verifying says of the file, `annex` what annexes.py does.
    """
    checked = as_found(found)
    record = found["record"] or {}
    issued = annex or issued_as(context, record, checked.sha256)
    if issued is None and code and checked.signatures and not record:
        issued = erased_paper(context, code)
    same = issued.is_file(checked.sha256) if issued else None
    if checked.status == FAILED:
        return replace(checked, issued=issued if same else None, byte_for_byte=same)
    replayed = replay(context, record) if issued or checked.status == PASSED else None
    wrong = []
    if issued and not same and not issued.erased:
        wrong.append(NOT_AS_ISSUED)
    if code and (issued is None or issued.code != typed(code)):
        wrong.append(ANOTHER_REPORT)
    if replayed is False:
        wrong.append(OTHER_VERDICTS)
    if wrong:
        own = issued if same else None
        return Checked(FAILED, tuple(wrong), (), checked.sha256, own, byte_for_byte=same)
    return replace(checked, issued=issued, replayed=replayed, byte_for_byte=same)


def as_found(found: Mapping[str, Any]) -> Checked:
    """Return what the file alone says; nobody is asked what was issued."""
    reasons = tuple(map(reason_from, found["reasons"]))
    return Checked(found["status"], reasons, tuple(found["signatures"]), found["sha256"])


def _signer(one: Mapping[str, Any]) -> str:
    number = f", registration number {one['registration']}" if one.get("registration") else ""
    alone = " (confirmed on the server, by no second person)" if one.get("alone") else ""
    return f"{one['signer']}{number}{alone}"


def in_words(checked: Checked, looked_up: bool = True) -> list[str]:
    """Return the result for a terminal, in English, a line each.

    `looked_up` is whether it was set beside what was issued.
    """
    lines = [checked.status, *(f"- {reason}" for reason in checked.reasons)]
    for one in checked.signatures:
        clock = (
            f"{one['stamped_at']} by the clock of {one['stamped_by']}"
            if one["stamped_at"]
            else f"{one['claimed_at']} by its own clock (no trusted time)"
        )
        covers = "the whole file" if one["covers_whole_file"] else "the file up to there"
        lines.append(f"{one['meaning']}: {_signer(one)}, {clock}; covers {covers}")
    if checked.issued:
        lines.extend(_of_issue(checked.issued, checked.sha256, checked.byte_for_byte))
    elif looked_up and checked.signatures:
        lines.append("no record here of having issued it: ask the clinic before you rely on it")
    if checked.replayed:
        lines.append("the rules of that day give the same results")
    return [*lines, f"SHA-256 {checked.sha256}"]


def _of_issue(issued: Issued, sha256: str, same: bool | None) -> Iterator[str]:
    """Yield what is known of the report that was issued, for a terminal."""
    if same and issued.sealed_at:
        yield f"byte for byte what was issued here on {issued.sealed_at:%Y-%m-%d}"
        if stamp := issued.stamp_of(sha256):
            yield f"and stamped again here on {stamp.stamped_at:%Y-%m-%d}, so that its proof lasts"
    if issued.kind == Reader.ANNEX:
        yield "issued here as the sources and notes of the lists, for every report made from them"
        return
    yield f"issued here as the {issued.kind} report {issued.code}".strip()
    if issued.erased:
        yield "erased here since: whether this is the very file, or the newest, nobody can tell"
    newer = {"decided": "the doctor's report", "newer": "a newer screening"}
    if issued.replaced_by:
        yield f"replaced by {newer[issued.replaced_by]}"


def replay(context: Context, record: Mapping[str, Any]) -> bool | None:
    """Tell whether the rules of that day give the verdicts in `record`, None when nobody can."""
    try:
        definitions = definitions_of(context, record["definitions"])
        if definitions is None:
            return None
        case = read_case(definitions, record["case"], CASE_KEYS, strict=False)
        told = record["verdicts"]
        found = json.loads(json.dumps(verdicts_of(definitions, case)))
    except (CaseError, DefinitionError, KeyError, TypeError):
        return None
    return bool(_weighed(found) == _weighed(told))


def _weighed(verdicts: Any) -> Any:
    """Return the verdicts in no order, without the words for why: a report has the gravest first.

    The first reports had no list of what to read. What is no verdict comes back as it is.
    """
    try:
        by_procedure = {
            one["procedure"]: one
            | {"reasons": [{**reason, "why": None} for reason in one["reasons"]]}
            for one in verdicts["procedures"]
        }
        return {"to_read": [], **verdicts, "procedures": by_procedure}
    except (AttributeError, KeyError, TypeError):
        return verdicts
