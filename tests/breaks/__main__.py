"""Make each break in a copy of the checkout and see whether the tests that it names notice."""

import argparse
import itertools
import os
import queue
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.breaks.rows import ROOMS, ROOT, Break, read_rows

Copies = queue.SimpleQueue  # of Path: the copies that nobody works on

LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", "instance", ".hypothesis", ".*_cache", ".bench", ".lighthouse", "pictures"
)
LONGEST = 600  # seconds, for the tests of one row
# What a slip in the row gives, or a machine that is busy: nothing of the break was noticed.
SLIP = re.compile(
    r"\b(NameError|ImportError|ModuleNotFoundError|SyntaxError|IndentationError"
    r"|FailedHealthCheck|DeadlineExceeded|Flaky)\b"
)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.breaks", description=__doc__)
    parser.add_argument("rows", nargs="*", help=f"ids of rows, or rooms: {', '.join(ROOMS)}")
    parser.add_argument("--processes", type=int, default=2, help="how many breaks at a time (2)")
    parser.add_argument("--list", action="store_true", help="name the rows and run nothing")
    given = parser.parse_args(arguments)
    rows = read_rows()
    if unknown := set(given.rows) - {r.id for r in rows} - set(ROOMS):
        parser.error(f"no row and no room: {', '.join(sorted(unknown))}")
    chosen = [r for r in rows if not given.rows or {r.id, r.room} & set(given.rows)]
    if given.list:
        print(*(f"{r.room:12}{r.id}" for r in chosen), sep="\n")
        return 0
    return run(chosen, given.processes)


def run(rows: list[Break], processes: int) -> int:
    """Print what came of every row and return 1 where one survived, else 0."""
    began, copies = time.monotonic(), Copies()
    with tempfile.TemporaryDirectory(prefix="breaks-") as folder:
        for nth in range(processes):
            copies.put(shutil.copytree(ROOT, Path(folder) / str(nth), ignore=LEFT_OUT))
        with ThreadPoolExecutor(processes) as pool:
            print(f"{len(rows)} breaks; first their tests as the program stands", flush=True)
            said = pool.map(lambda tests: unbroken(copies, tests), dealt(rows, processes))
            if failing := "".join(said):
                print(failing)
                return 1
            alive = list(pool.map(lambda row: broken(copies, row), rows))
    survivors = list(itertools.compress(rows, alive))
    took = time.monotonic() - began
    print(f"{len(rows) - len(survivors)} of {len(rows)} noticed, in {took:.0f} s")
    for row in survivors:
        print(f"survived: {row.id} ({row.file}): {row.breaks}")
    return 1 if survivors else 0


def dealt(rows: list[Break], processes: int) -> list[list[str]]:
    """Return every named test once, handed out to the processes by file."""
    tests = sorted({test for row in rows for test in row.tests})
    files = sorted({test.split("::")[0] for test in tests})
    hands = [files[nth::processes] for nth in range(processes)]
    return [[t for t in tests if t.split("::")[0] in hand] for hand in hands if hand]


def unbroken(copies: Copies, tests: list[str]) -> str:
    """Return what pytest says where these tests do not all pass, else nothing."""
    copy = copies.get()
    try:
        done = pytest(copy, tests, LONGEST * 10)
    finally:
        copies.put(copy)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def broken(copies: Copies, row: Break) -> bool:
    """Break a copy, run the row's tests and print what came; return whether nothing noticed."""
    began, copy = time.monotonic(), copies.get()
    path = copy / row.file
    whole, was = path.read_text(), path.stat()
    try:
        path.write_text(row.applied(whole))
        noticed, words = noticed_by(copy, row)
    finally:
        path.write_text(whole)
        os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))
        copies.put(copy)
    mark, took = "noticed " if noticed else "SURVIVED", time.monotonic() - began
    print(f"{mark} {took:4.0f} s  {row.room}: {row.id}\n    {words}", flush=True)
    return not noticed


def noticed_by(copy: Path, row: Break) -> tuple[bool, str]:
    """Return whether a test failed, and which one and why; or what came instead."""
    try:
        done = pytest(copy, row.tests, LONGEST)
    except subprocess.TimeoutExpired:
        return False, f"the tests did not end within {LONGEST} s"
    failed = re.findall(r"^FAILED (.*)", done.stdout, re.MULTILINE)
    if done.returncode == 1 and failed and not SLIP.search(failed[0].partition(" - ")[2]):
        return True, failed[0]
    return False, f"pytest ended with {done.returncode}: {done.stdout[-600:]}{done.stderr[-600:]}"


def pytest(copy: Path, tests: Sequence[str], seconds: int) -> subprocess.CompletedProcess[str]:
    # No bytecode: a file broken and mended within a second would be taken for the same.
    own = {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "150"}
    options = ("-x", "-n", "0", "-rf", "--tb=short", "-p", "no:cacheprovider")
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, *tests],
        cwd=copy,
        env=os.environ | own,
        capture_output=True,
        text=True,
        timeout=seconds,
    )


if __name__ == "__main__":
    sys.exit(main())
