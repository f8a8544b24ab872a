"""What every fault script shares: a served clinic, patients at its pages, and what must hold after.

The pages and the worker are real processes (`screening serve`); patients send their forms over
HTTP and try again until they see the receipt, as people do. What was acknowledged, which verdict
was to come out and what may stand in no log is noted here and held against the database after.
"""

from __future__ import annotations

import hashlib
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from bench.faults.patients import ANSWERS, BORN, NAME, SAYS, Patient
from screening.documents.verifying.doubts import CLOCKS_DIFFER
from screening.documents.verifying.verify_process import check
from screening.job_queue import open_bell, open_queue
from screening.storage import audit
from screening.storage.tables import AuditEntry, Message, ReportRow, Screening
from screening.workflow.core.sealed import open_sealed, submission_of
from screening.workflow.reception import invitations
from screening.workflow.reports import verification
from screening.workflow.reports.verification import Checked
from screening.workflow.screenings import answering
from tests.installation import Installation
from tests.mail_server import MailServer
from tests.office import DECLARED, Office
from tests.test_crash import wait_for_reports

LONGEST_WAIT = 400  # seconds until every report must be sealed
FUTURE = "The date %(of)s lies in the future: %(day)s."
VERIFIED = 12  # reports that are verified and replayed; of all others the SHA-256 is compared


@dataclass
class Result:
    """The counts of one fault; `wrong` names everything that must not be."""

    acknowledged: int = 0
    first_try: int = 0
    lost: int = 0
    reports: int = 0
    mails: int = 0
    mails_again: int = 0  # the same mail once more, with the same Message-ID
    ahead: int = 0  # sealed by a clock that was ahead, and doubted therefore
    refusals: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    @property
    def row(self) -> str:
        counted = ("wrong verdict", "doubled", "health data in the log")
        verdicts, doubled, leaks = (sum(w in one for one in self.wrong) for w in counted)
        numbers = (self.acknowledged, self.lost, verdicts, self.reports, doubled)
        return " | ".join(map(str, (*numbers, self.mails, self.mails_again, leaks)))


HEAD = (
    "| fault | times | acknowledged | lost | wrong verdicts | reports sealed | doubled "
    "| mails | mails again | leaks |\n|---|" + "---:|" * 9
)


class Ground:
    """One clinic in `folder`, and its patients; `machines` are the served installations over it."""

    def __init__(self, folder: Path, database: str = "", log: Path | None = None, **settings: str):
        self.mail = MailServer().start()
        self.folder, self.database = folder, database
        self.settings = {"SCREENING_PROXIES": "1", **self.mail.settings, **settings}
        office = Office(folder, SCREENING_DATABASE=database, **self.settings)
        queue = open_queue(office.config, office.context.keys)
        ring = open_bell(lambda: queue)
        office.context = replace(office.context, ring=ring, now=lambda: datetime.now(UTC))
        self.office, self.log = office, log
        self.machines: list[Installation] = []
        self.patients: list[Patient] = []
        self.outcomes = {kind: self._outcomes(self._submit(kind)) for kind in ANSWERS}

    def _submit(self, kind: str) -> str:
        """Submit without any fault, to see what must come out."""
        id = self.office.invite(name=NAME, born=BORN).screening_id
        self.office.answer(id, **ANSWERS[kind])
        answering.submit(self.office.context, self.office.hold(id), DECLARED)
        return id

    def _outcomes(self, id: str) -> list[tuple[str, str]]:
        with self.office.context.database.read() as session:
            report = submission_of(self.office.context, session, session.get_one(Screening, id))
        return [(p["id"], p["outcome"]) for p in report["procedures"]]

    def machine(self, name: str = "", **more: object) -> Installation:
        """Return a served installation; one with a name has a folder and a disk of its own."""
        folder = self.folder
        if name:
            folder = self.folder / name
            folder.mkdir()
            (folder / "secret").write_bytes(self.office.config.secret_file.read_bytes())
        made = Installation(
            folder, database=self.database, settings=self.settings, log=self.log, **more
        )
        self.machines.append(made)
        return made.start()

    def invite(self) -> Patient:
        """Return somebody new, whose questions are answered."""
        number = len(self.patients)
        kind = list(ANSWERS)[number % len(ANSWERS)]
        made = self.office.invite(name=NAME, born=BORN)
        texts = {i.link_id: SAYS for i in self.office.context.definitions.items if i.type == "text"}
        self.office.answer(made.screening_id, **{**texts, **ANSWERS[kind]})
        address = f"127.1.{number // 250}.{number % 250 + 1}"
        self.patients.append(Patient(made.screening_id, made.link, kind, address))
        return self.patients[-1]

    def order_mail(self) -> None:
        """Invite somebody by mail, who does not answer: the worker has to send the link."""
        who = (self.office.desk, NAME, ("mesotherapy-face",))
        to = f"kanarkova{time.monotonic_ns()}@patient.example"
        invitations.invite(self.office.context, *who, None, to, "", born=BORN)

    @contextmanager
    def sending(
        self, patients: list[Patient], give_up: float = 60, heed: tuple[str, ...] = ()
    ) -> Iterator[None]:
        """Let all of `patients` send at once while the block does its worst."""
        turns = [self.machines[n:] + self.machines[:n] for n in range(len(self.machines))]
        threads = [
            threading.Thread(target=one.send, args=(turns[n % len(turns)], give_up, heed))
            for n, one in enumerate(patients)
        ]
        for thread in threads:
            thread.start()
        yield
        for thread in threads:
            thread.join()

    def result(self, latest: datetime | None = None) -> Result:
        """Wait until all is done, and hold what is stored against what was seen.

        `latest` is the latest moment that the clinic's clock has shown, if it was wrong.
        """
        sealed = Counter(wait_for_reports(self.office, LONGEST_WAIT))
        result = Result(
            acknowledged=sum(p.acknowledged for p in self.patients),
            first_try=sum(p.acknowledged and not p.refusals for p in self.patients),
            reports=sealed.total(),
        )
        for one in self.patients:
            result.refusals.update(one.refusals)
            if not one.acknowledged:
                result.wrong.append(f"a patient never saw the receipt: {one.refusals[-1:]}")
        self._compare(result, sealed, latest)
        self._compare_mails(result)
        self._look_for_leaks(result)
        return result

    def _compare(self, result: Result, sealed: Counter[str], latest: datetime | None) -> None:
        context = self.office.context
        with context.database.read() as session:
            state = dict(session.execute(select(Screening.id, Screening.state)).all())
            rows = session.scalars(select(ReportRow)).all()
            seals = select(AuditEntry.screening_id).where(AuditEntry.act.like("seal % report"))
            noted = Counter(session.scalars(seals))
            if (broken := audit.find_break(session, context.keys.audit)) is not None:
                result.wrong.append(f"the audit log is broken at {broken}")
        for one in self.patients:
            if one.acknowledged and state[one.id] != "submitted":
                result.lost += 1
                result.wrong.append("an acknowledged submission was lost")
            elif state[one.id] == "submitted" and self._outcomes(one.id) != self.outcomes[one.kind]:
                result.wrong.append(f"a wrong verdict for {one.kind}")
        submitted = [id for id, now in state.items() if now == "submitted"]
        for id in submitted:
            if sealed[id] != 2 or noted[id] != 2:
                doubled = max(sealed[id], noted[id]) > 2
                result.wrong.append(f"a report {'doubled' if doubled else 'lost'}")
        for number, row in enumerate(r for r in rows if r.state == "sealed"):
            pdf = self.pdf_of(row)
            if hashlib.sha256(pdf).hexdigest() != row.sha256:
                result.wrong.append("a report is not the one that was sealed")
            if latest or number % max(1, len(rows) // VERIFIED) == 0:
                self._verify(result, pdf, latest)

    def _verify(self, result: Result, pdf: bytes, latest: datetime | None) -> None:
        """Check a report; one of a clock that was ahead is doubted now, and passes then."""
        now = self.office.context.now()
        checked = self._checked(pdf, now)
        claimed = (datetime.fromisoformat(one["claimed_at"]) for one in checked.signatures)
        if latest and checked.signatures and max(claimed) > now + CLOCKS_DIFFER:
            result.ahead += 1
            texts = {reason.text for reason in checked.reasons}
            if checked.status != "INDETERMINATE" or texts != {FUTURE}:
                result.wrong.append(f"a date in the future is not doubted: {checked.reasons}")
            checked = self._checked(pdf, latest)
        if checked.status != "PASSED" or checked.replayed is False:
            result.wrong.append(f"a report does not pass: {checked.reasons}")

    def _checked(self, pdf: bytes, at: datetime) -> Checked:
        found = check(pdf, verification.trusted_roots(self.office.context), at)
        return verification.compare(self.office.context, found)

    def pdf_of(self, row: ReportRow) -> bytes:
        with self.office.context.database.read() as session:
            again = session.get_one(ReportRow, row.id)  # its PDF is not loaded with the row
            pdf: bytes = open_sealed(self.office.context, session, again, "pdf")
        return pdf

    def _compare_mails(self, result: Result) -> None:
        """Each ordered mail arrived; one that came again is known by its Message-ID."""
        end = time.monotonic() + 90
        while time.monotonic() < end:  # the worker looks once a minute for what nobody rang for
            with self.office.context.database.read() as session:
                states = Counter(session.scalars(select(Message.state)))
            if set(states) <= {"sent"}:
                break
            time.sleep(1)
        ids = Counter(mail["Message-ID"] for mail in self.mail.mails)
        people = Counter(to for (to,), _ in self.mail.taken)
        result.mails, result.mails_again = len(ids), ids.total() - len(ids)
        if missing := states.total() - states["sent"] or states["sent"] - len(ids):
            result.wrong.append(f"mails lost: {missing}")
        if len(ids) > len(people):
            result.wrong.append(f"mails doubled: {len(ids) - len(people)}")

    def _look_for_leaks(self, result: Result) -> None:
        private = [*NAME.split(), SAYS, BORN, *(p.link for p in self.patients)]
        for path in {m.log for m in self.machines}:
            text = path.read_text(errors="replace").lower()
            if found := [word for word in private if word.lower() in text]:
                result.wrong.append(f"health data in the log {path.name}: {len(found)} words")

    def close(self) -> None:
        for machine in self.machines:
            if machine.process and machine.process.poll() is None:
                machine.stop()
        self.office.close()
        self.mail.stop()


@contextmanager
def ground(database: str = "", **settings: str) -> Iterator[Ground]:
    """Give a clinic in a folder that goes afterwards, also when somebody ends the script."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        made = Ground(Path(folder), database, **settings)
        try:
            yield made
        finally:
            made.close()


def report(fault: str, times: int, result: Result) -> bool:
    """Print the row of one fault, what patients were told and what was wrong; True if nothing."""
    print(f"| {fault} | {times} | {result.row} |", flush=True)
    for words, count in result.refusals.most_common():
        print(f"  told {count} times: {words}", file=sys.stderr)
    for words, count in Counter(result.wrong).items():
        print(f"WRONG ({count} times): {words}", file=sys.stderr)
    return not result.wrong
