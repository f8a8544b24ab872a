"""Make each break in a copy of the checkout and see whether the tests that it names notice."""

import argparse
import itertools
import json
import os
import queue
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from tests.breaks.rows import ROOMS, ROOT, Break, read_rows

T = TypeVar("T")
R = TypeVar("R")
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


class Copy:
    """A copy of the checkout, and a process in it that runs pytest; see warm.py."""

    def __init__(self, folder: Path):
        self.folder = Path(shutil.copytree(ROOT, folder, ignore=LEFT_OUT))
        self._process = subprocess.Popen(
            [sys.executable, "tests/breaks/warm.py"],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(folder), "COLUMNS": "150"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def pytest(self, tests: Sequence[str], seconds: int, bytecode: bool) -> tuple[int | None, str]:
        """Return how pytest ended, None after so many `seconds`, and what it said.

        No `bytecode` is kept of what is broken: a file broken and mended within a second would
        be taken for the same.
        """
        first = [] if bytecode else ["-x"]
        options = [*first, "-n", "0", "-rfE", "--tb=short", "-p", "no:cacheprovider"]
        options += ["--hypothesis-profile", "breaks", *tests]
        order = {"arguments": options, "seconds": seconds, "bytecode": bytecode}
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        return answer["code"], answer["text"]

    def close(self) -> None:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()


def run(rows: list[Break], processes: int) -> int:
    """Print what came of every row and return 1 where one survived, else 0."""
    began = time.monotonic()
    free: queue.SimpleQueue[Copy] = queue.SimpleQueue()

    def lend(act: Callable[[Copy, T], R]) -> Callable[[T], R]:
        def acted(about: T) -> R:
            copy = free.get()
            try:
                return act(copy, about)
            finally:
                free.put(copy)

        return acted

    with tempfile.TemporaryDirectory(prefix="breaks-") as folder:
        copies = [Copy(Path(folder) / str(nth)) for nth in range(processes)]
        for copy in copies:
            free.put(copy)
        with ThreadPoolExecutor(processes) as pool:
            print(f"{len(rows)} breaks; first their tests as the program stands", flush=True)
            hands = pool.map(lend(unbroken), dealt(rows, processes))
            failing = list(itertools.chain.from_iterable(hands))
            sound = [row for row in rows if not any(row.names(test) for test in failing)]
            alive = list(pool.map(lend(broken), sound))
        for copy in copies:
            copy.close()
    survivors = list(itertools.compress(sound, alive))
    took = time.monotonic() - began
    print(f"{len(sound) - len(survivors)} of {len(rows)} noticed, in {took:.0f} s")
    for row in survivors:
        print(f"survived: {row.id} ({row.file}): {row.breaks}")
    for test in failing:
        print(f"fails without any break: {test}")
    return 1 if survivors or failing else 0


def dealt(rows: list[Break], processes: int) -> list[list[str]]:
    """Return every named test once, handed out to the processes by file."""
    tests = sorted({test for row in rows for test in row.tests})
    files = sorted({test.split("::")[0] for test in tests})
    hands = [files[nth::processes] for nth in range(processes)]
    return [[t for t in tests if t.split("::")[0] in hand] for hand in hands if hand]


def unbroken(copy: Copy, tests: list[str]) -> list[str]:
    """Return which of these tests do not pass; all of them where pytest did not get that far."""
    code, text = copy.pytest(tests, LONGEST * 10, bytecode=True)
    failing = re.findall(r"^(?:FAILED|ERROR) (\S+)", text, re.MULTILINE)
    if code and not failing:
        print(text)
    return failing or ([] if code == 0 else tests)


def broken(copy: Copy, row: Break) -> bool:
    """Break the copy, run the row's tests and print what came; return whether nothing noticed."""
    began, path = time.monotonic(), copy.folder / row.file
    whole, was = path.read_text(), path.stat()
    try:
        path.write_text(row.applied(whole))
        noticed, words = noticed_by(copy, row)
    finally:
        path.write_text(whole)
        os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))
    mark, took = "noticed " if noticed else "SURVIVED", time.monotonic() - began
    print(f"{mark} {took:4.0f} s  {row.room}: {row.id}\n    {words}", flush=True)
    return not noticed


def noticed_by(copy: Copy, row: Break) -> tuple[bool, str]:
    """Return whether a test failed, and which one and why; or what came instead."""
    code, text = copy.pytest(row.tests, LONGEST, bytecode=False)
    if code is None:
        return False, f"the tests did not end within {LONGEST} s"
    failed = re.findall(r"^FAILED (.*)", text, re.MULTILINE)
    if code == 1 and failed and not SLIP.search(failed[0].partition(" - ")[2]):
        return True, failed[0]
    return False, f"pytest ended with {code}: {text[-800:]}"


if __name__ == "__main__":
    sys.exit(main())
