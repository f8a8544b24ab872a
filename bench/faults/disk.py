"""Fill the disk under the database, and let writes to it fail, while patients send.

Usage: python -m bench.faults.disk [TIMES]
The full disk is a small one in memory that root may mount; the failing writes are made by strace,
which answers EIO to a part of the calls that bring data to the disk. What this machine cannot do
is said and left out. Prints a row of Markdown for each and exits 1 if anything was lost.
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
from pathlib import Path

from bench.faults.ground import HEAD, Ground, ground, report

TIMES = 4
PATIENTS = 6
DISK = "24m"
FULL_FOR = 4  # seconds
# Of each thread's calls that bring SQLite's log to the disk, and that write it: which fail.
FAILING = {"fdatasync": "when=4+5", "pwrite64": "when=40+61"}


def main(times: int = TIMES) -> bool:
    print(HEAD)
    return all([full_disk(times), *(failing_calls(name, times) for name in FAILING)])


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


def mend(clinic: Ground) -> None:
    """Go on with a disk that works, after a kill: what was half written is not taken for whole."""
    clinic.machines.clear()
    clinic.machine()


if __name__ == "__main__":
    sys.exit(0 if main(*map(int, sys.argv[1:])) else 1)
