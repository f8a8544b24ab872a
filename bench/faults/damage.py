"""Damage what is stored, take away what sealing needs: it is said, and nothing sealed wrongly.

Usage: python -m bench.faults.damage
A byte flipped in stored rows, reports cut short, a wrong secret, a damaged database file, a
timestamp authority that does not answer. Prints a row of Markdown for each and exits 1 if
something damaged passed, or if what was said did not tell.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
import urllib.error
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import select, update

from bench.faults.ground import HEAD as COUNTS
from bench.faults.ground import Ground, ground, report
from screening.documents.verifying.verify_process import check
from screening.storage.tables import ReportRow, Screening
from screening.workflow.reports import verification
from tests.documents.outside import outside_authorities
from tests.installation import Installation
from tests.office import PASSWORD
from tests.test_crash import wait_for_reports
from tests.visitor import Visitor

LUCK = random.Random(7263)
HEAD = "| damage | tried | said clearly | taken for good |\n|---|---:|---:|---:|"
FLIPS, CUTS = 30, 60
DAMAGED = "This record cannot be opened"


def main() -> bool:
    print(HEAD)
    with ground() as clinic:
        clinic.machine()
        with clinic.sending([clinic.invite() for _ in range(4)]):
            pass
        fine = [wait_for_reports(clinic.office, 120) != [], flipped(clinic), cut_short(clinic)]
        clinic.machines[0].stop()
        fine += [wrong_secret(clinic), damaged_file(clinic)]
    print(f"\n{COUNTS}")
    return all([*fine, dead_authority()])


def show(what: str, tried: int, said: int, good: int) -> bool:
    print(f"| {what} | {tried} | {said} | {good} |", flush=True)
    return said == tried and not good


def flipped(clinic: Ground) -> bool:
    """Flip a byte of a stored row; the doctor is told, and the queue of the others stays.

    The queue reads of the answers only what it shows, which is sealed apart (`basis`).
    """
    visitor, url = Visitor(), clinic.machines[0].url
    clinic.office.now = datetime.now(UTC)
    visitor.get(f"{url}/sign-in").post(username="doctor", password=PASSWORD)
    visitor.post(code=clinic.office.code("doctor"))
    said = good = 0
    for _ in range(FLIPS):
        column = LUCK.choice([Screening.submission, Screening.basis, Screening.wrapped_key])
        one = LUCK.choice(clinic.patients)
        put_back = flip(clinic, column, one.id)
        queue = visitor.get(f"{url}/doctor").html
        told = column is Screening.submission or DAMAGED in queue
        told &= all(p.id in queue for p in clinic.patients)
        try:
            visitor.get(f"{url}/doctor/screenings/{one.id}")
            good += column is not Screening.basis or DAMAGED not in queue
        except urllib.error.HTTPError as error:
            told &= error.code == 500 and DAMAGED in error.read().decode()
        said += told
        put_back()
    return show(
        "a byte flipped in a row (answers, what the queue reads, or key)", FLIPS, said, good
    )


def flip(clinic: Ground, column: object, id: str) -> Callable[[], None]:
    """Flip one byte of the screening's `column` and return what puts it back."""
    where = Screening.id == id
    with clinic.office.context.database.read() as session:
        whole = session.scalars(select(column).where(where)).one()
    spot = LUCK.randrange(len(whole))
    wrong = bytearray(whole)
    wrong[spot] ^= 1 << LUCK.randrange(8)

    def write(blob: bytes) -> None:
        with clinic.office.context.database.write() as session:
            session.execute(update(Screening).where(where).values({column.key: blob}))

    write(bytes(wrong))
    return lambda: write(whole)


def cut_short(clinic: Ground) -> bool:
    """Cut sealed reports anywhere: none passes, as a file or as an upload."""
    context = clinic.office.context
    with context.database.read() as session:
        row = session.scalars(select(ReportRow).where(ReportRow.state == "sealed")).first()
    pdf, said, good = clinic.pdf_of(row), 0, 0
    roots = verification.trusted_roots(context)
    for _ in range(CUTS):
        found = check(pdf[: LUCK.randrange(len(pdf))], roots, context.now())
        checked = verification.compare(context, found)
        said += checked.status == "FAILED" and bool(checked.reasons)
        good += checked.status != "FAILED"
    return show("a report cut short", CUTS, said, good)


def wrong_secret(clinic: Ground) -> bool:
    """Start with other secrets: each is refused in one sentence; the database stays as it is."""
    secret = clinic.folder / "secret"
    clinic.office.context.database.scrub()  # into the file, what stands in its log
    right, before = secret.read_text(), (clinic.folder / "screening.db").read_bytes()
    wrong = ["ab" * 32, right.strip()[:-2], "not a secret", "", right.strip()[:-1] + "g"]
    said = good = 0
    for content in wrong:
        secret.write_text(content)
        said_, good_ = refused(clinic.machines[0], "secret")
        said, good = said + said_, good + good_
    secret.write_text(right)
    good += (clinic.folder / "screening.db").read_bytes() != before
    return show("a wrong secret", len(wrong), said, good)


def damaged_file(clinic: Ground) -> bool:
    """Start with a database file that is none any more."""
    clinic.office.close()
    file = clinic.folder / "screening.db"
    whole = file.read_bytes()
    for log in clinic.folder.glob("screening.db-*"):
        log.unlink()
    said = good = 0
    broken = [whole[: len(whole) // 2], b"x" * 100 + whole[100:], bytes(4096) + whole[4096:]]
    for content in broken:
        file.write_bytes(content)
        said_, good_ = refused(clinic.machines[0], "database")
        said, good = said + said_, good + good_
    file.write_bytes(whole)
    return show("a database file cut or written over", len(broken), said, good)


def refused(machine: Installation, word: str) -> tuple[bool, bool]:
    """Return whether a start was refused in one sentence that holds `word`, and whether it ran."""
    done = machine.command("clinic", "Borealis")
    lines = done.stderr.decode().splitlines()
    if done.returncode == 0 or len(lines) != 1 or word not in lines[0]:
        print(f"said: {lines[-1:]}", file=sys.stderr)
    return len(lines) == 1 and word in lines[0], done.returncode == 0


def dead_authority() -> bool:
    """Send while the timestamp authority is down: every report waits, and says why."""
    with outside_authorities() as outside, tempfile.TemporaryDirectory() as folder:
        roots = Path(folder) / "roots.pem"
        roots.write_bytes(outside.certificate("root").public_bytes(Encoding.PEM))
        settings = {
            "SCREENING_TIMESTAMP_URL": outside.clock().url,
            "SCREENING_TIMESTAMP_TRUST": str(roots),
        }
        outside.broken = True
        with ground(**settings) as clinic:
            clinic.machine()
            with clinic.sending([clinic.invite() for _ in range(4)]):
                pass
            time.sleep(10)
            with clinic.office.context.database.read() as session:
                rows = session.execute(select(ReportRow.state, ReportRow.error)).all()
            waiting = [error for state, error in rows if state == "pending"]
            told = [error for error in waiting if error and "timestamp authority" in error]
            outside.broken = False
            result = clinic.result()
            if len(waiting) != len(rows):
                result.wrong.append("a report was sealed without the time that was asked for")
            print(f"{len(told)} of {len(rows)} reports said why they waited", file=sys.stderr)
            return report("timestamp authority dead, then back", 1, result) and bool(told)


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
