"""Fill the disk under the database, and let writes to it fail, while patients send.

Usage: python -m bench.faults.disk [TIMES]
The full disk is a small one in memory that root may mount; the failing writes are made by strace,
which answers EIO to a part of the calls that bring data to the disk. What this machine cannot do
is said and left out. Then a disk that turns read-only, and a damaged log of the database. Prints
a row of Markdown for each and exits 1 if anything was lost.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sqlalchemy import select

from bench.faults.ground import HEAD, Ground, ground, report
from bench.faults.kill import children
from screening.storage.database import Database
from screening.storage.tables import Screening
from screening.workflow.core.context import Context
from screening.workflow.records import audit_log

TIMES = 4
PATIENTS = 6
DISK = "24m"
FULL_FOR = 4  # seconds
# Of each thread's calls that bring SQLite's log to the disk, and that write it: which fail. To send
# a questionnaire takes 80 writes in one transaction: more must lie between two that fail.
FAILING = {"fdatasync": "when=4+5", "pwrite64": "when=40+211"}


def main(times: int = TIMES) -> bool:
    print(HEAD)
    tried = [full_disk(times), *(failing_calls(name, times) for name in FAILING)]
    return all([*tried, read_only(times), cut_log(times)])


def full_disk(times: int) -> bool:
    if os.getuid():
        print("a full disk: left out, only root may mount a small one", file=sys.stderr)
        return True
    with small_disk() as disk, tempfile.TemporaryDirectory() as elsewhere:
        clinic = Ground(disk / "clinic", log=Path(elsewhere) / "log.txt")
        try:
            clinic.machine()
            for _ in range(times):
                patients = [clinic.invite() for _ in range(PATIENTS)]
                clinic.office.context.database.scrub()  # else the log has room from before
                filler = fill(disk)
                with clinic.sending(patients):
                    time.sleep(FULL_FOR)
                    filler.unlink()
            result = clinic.result()
        finally:
            clinic.close()
    return report(f"disk full for {FULL_FOR} s, SQLite", times, result)


@contextmanager
def small_disk() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="faults-disk-") as folder:
        mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", folder]
        subprocess.run(mount, check=True)
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


def fill(disk: Path) -> Path:
    """Write a file until nothing more fits, not a byte."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (65_536, 512, 1):
            try:
                while file.write(bytes(size)) == size:
                    pass
            except OSError:
                continue
    return filler


def failing_calls(name: str, times: int) -> bool:
    if not shutil.which("strace"):
        print(f"I/O errors of {name}: left out, strace is not installed", file=sys.stderr)
        return True
    inject = f"inject={name}:error=EIO:{FAILING[name]}"
    watched = ("strace", "-D", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={name}", "-e", inject)
    with ground() as clinic:
        broken = clinic.machine(before=watched)
        for _ in range(times):
            with clinic.sending([clinic.invite() for _ in range(PATIENTS)]):
                pass
        broken.kill()
        mend(clinic)
        result = clinic.result()
    return report(f"I/O errors ({name}: EIO), SQLite", times, result)


def read_only(times: int) -> bool:
    """Let every write of the running pages and worker be refused for a while, as EROFS does."""
    if not shutil.which("strace"):
        print("a read-only disk: left out, strace is not installed", file=sys.stderr)
        return True
    calls = "pwrite64,fdatasync,ftruncate"
    with ground() as clinic:
        machine = clinic.machine()
        for _ in range(times):
            patients = [clinic.invite() for _ in range(PATIENTS)]
            refuse = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"inject={calls}:error=EROFS"]
            pids = [f"-p{pid}" for pid in everything_below(machine.process.pid)]
            watcher = subprocess.Popen([*refuse, "-e", f"trace={calls}", *pids])
            with clinic.sending(patients):
                time.sleep(FULL_FOR)
                watcher.terminate()
                watcher.wait()
        result = clinic.result()
    return report(f"disk read-only for {FULL_FOR} s (EROFS), SQLite", times, result)


def everything_below(pid: int) -> list[int]:
    found = children(pid)
    return [*found, *(below for child in found for below in everything_below(child))]


def cut_log(times: int) -> bool:
    """Kill everything, then damage the database's log (WAL): what lies behind that place is gone.

    SQLite takes the log up to the first block whose checksum does not fit. That is a loss, which
    no restart can mend; it has to be said, and what is left has to be whole.
    """
    said = lost = whole = 0
    for nth in range(times):
        with ground() as clinic:
            machine = clinic.machine()
            with clinic.sending([clinic.invite() for _ in range(PATIENTS)]):
                pass
            clinic.office.context.database.scrub()
            with clinic.sending(late := [clinic.invite() for _ in range(PATIENTS)]):
                pass
            noted, _ = audit_log.verify(clinic.office.context)
            machine.kill()
            context = damaged_copy(clinic, nth)
            with context.database.read() as session:
                states = dict(session.execute(select(Screening.id, Screening.state)).all())
            lost += sum(one.acknowledged and states.get(one.id) != "submitted" for one in late)
            said += audit_log.verify(context, noted)[1] == "cut"
            whole += audit_log.verify(context)[1] is None
            context.database.close()
    print(
        f"\n| log (WAL) damaged after SIGKILL | times {times} | sent and acknowledged behind the "
        f"damage, and lost {lost} | said by the head noted before {said} | rest whole {whole} |"
    )
    return said == times and whole == times


def damaged_copy(clinic: Ground, nth: int) -> Context:
    """Return the installation over the files as a restart finds them, the log cut or changed."""
    there = clinic.folder / "damaged"
    there.mkdir()
    for name in ("screening.db", "screening.db-wal"):
        shutil.copy(clinic.folder / name, there / name)
    log = there / "screening.db-wal"
    content = bytearray(log.read_bytes())
    middle = len(content) // 2
    content[middle] ^= 1
    log.write_bytes(content if nth % 2 else content[:middle])
    return replace(clinic.office.context, database=Database(f"sqlite:///{there / 'screening.db'}"))


def mend(clinic: Ground) -> None:
    """Go on with a disk that works, after a kill: what was half written is not taken for whole."""
    clinic.machines.clear()
    clinic.machine()


if __name__ == "__main__":
    sys.exit(0 if main(*map(int, sys.argv[1:])) else 1)
