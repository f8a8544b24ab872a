"""Verify hostile files by the thousand, out of our own sealed ones, and show what they reach.

Usage: python -m bench.hostile [ROUNDS]
Prints a row of Markdown for each kind (files, the slowest in seconds of the processor, what was
said), and which lines of the reader ran. A file that passes, or takes longer than it may, is kept
in the folder hostile-found, and the exit is 1.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from screening.documents.verifying.verify import verify_pdf
from tests.documents.sealing import LATER, authority, signed
from tests.documents.verifying.hostile import KINDS

ROOT = Path(__file__).parent.parent / "screening" / "documents"
READER = {str(p) for room in ("cms", "verifying") for p in (ROOT / room).glob("*.py")}
LEFT_OUT = {"verify_process.py", "record.py", "__init__.py"}  # read after; tests of their own
MOST_SECONDS = 2.0
TRACED = 8  # of each kind; being watched takes several times as long
FOUND = Path("hostile-found")


class Lines:
    """The lines of the reader that ran."""

    def __init__(self) -> None:
        self.ran: set[tuple[str, int]] = set()

    def __call__(self, frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code.co_filename not in READER:
            return None
        if event == "line":
            self.ran.add((frame.f_code.co_filename, frame.f_lineno))
        return self


def lines_of(code: CodeType) -> set[int]:
    """Return the lines inside the functions of `code`: those of the module run at its start."""
    inner = [each for each in code.co_consts if isinstance(each, CodeType)]
    own = {line for _, _, line in code.co_lines() if line and line != code.co_firstlineno}
    below = set[int]().union(*map(lines_of, inner))
    return below if code.co_name == "<module>" else own | below


def main(rounds: int) -> bool:
    trust, lines, fine = [authority().certificate], Lines(), True
    verify_pdf(signed(), trust, LATER)  # what starting costs
    print("| kind | files | slowest | said |\n|---|---:|---:|---|")
    for kind, make in KINDS.items():
        slowest, said = 0.0, Counter[str]()
        for number in range(rounds):
            pdf = make(random.Random(f"bench {kind} {number}"))
            begin = time.process_time()
            sys.settrace(lines if number < TRACED else None)
            found = verify_pdf(pdf, trust, LATER)
            sys.settrace(None)
            took = time.process_time() - begin
            slowest = max(slowest, took)
            said[" ".join((found.status, *map(str, found.reasons[:1])))[:60]] += 1
            if found.status == "PASSED" or took > MOST_SECONDS:
                FOUND.mkdir(exist_ok=True)
                (FOUND / f"{kind}-{number}.pdf").write_bytes(pdf)
                fine = False
        told = "; ".join(f"{count} {what}" for what, count in said.most_common(4))
        print(f"| {kind} | {rounds} | {slowest:.2f} | {told} |", flush=True)
    show(lines)
    return fine


def show(lines: Lines) -> None:
    print("\n| file of the reader | lines | reached | not |\n|---|---:|---:|---|")
    every = hit = 0
    for path in sorted(READER):
        if Path(path).name in LEFT_OUT:
            continue
        known = lines_of(compile(Path(path).read_text(), path, "exec"))
        ran = {line for file, line in lines.ran if file == path} & known
        every, hit = every + len(known), hit + len(ran)
        missing = ", ".join(map(str, sorted(known - ran)))
        print(f"| {Path(path).relative_to(ROOT)} | {len(known)} | {len(ran)} | {missing} |")
    print(f"\n{hit} of {every} lines, {hit / every:.0%}")


if __name__ == "__main__":
    sys.exit(0 if main(int(sys.argv[1]) if len(sys.argv) > 1 else 40) else 1)
