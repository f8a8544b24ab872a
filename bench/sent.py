"""Measure how long a patient waits for the sealed copy after sending, and what the worker keeps.

Usage: python bench/sent.py [TIMES]
Serves the pages and the worker as the product does, answers the questions over HTTP and looks
at the receipt as its script does (receipt.js), TIMES (10) one after another; then the memory of
each process of the worker. Prints Markdown.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from machine import machine
from pages import ROOT, Served, family, questions, screening, show
from sqlalchemy import select
from walking import Visitor

from screening.bootstrap import open_context
from screening.config import read_config
from screening.storage.tables import ReportRow, Screening

WAITS = "data-waits"
PAUSE, LONGER = 0.3, 1.3  # receipt.js looks less and less often
START = 15  # seconds in which the worker proves that it can render
PRESS = b"screening.documents.rendering.render_process"


def main(times: int = 10) -> None:
    print(f"{machine()}; sent {times} times.")
    answers: dict[str, object] = {item.link_id: answer for item, answer in questions()}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "ours"
        with screening(folder, answers) as ours:
            environment = {"SCREENING_INSTANCE": str(folder), "PYTHONPATH": str(ROOT)}
            line = [sys.executable, "-m", "screening", "worker"]
            silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            worker = subprocess.Popen(
                line, env=os.environ | environment, start_new_session=True, **silent
            )
            try:
                time.sleep(START)
                seen = [offered(ours) for _ in range(times)]
                time.sleep(START / 5)  # for the doctor's document, which follows the copy
                kept = {
                    f"{number}: {what}": figures
                    for number, (what, figures) in enumerate(map(memory, family(worker.pid)), 1)
                }
            finally:
                worker.terminate()
                worker.wait(30)
            waits = {"the copy is sealed": row(sealed(folder)), "the page offers it": row(seen)}
    show("seconds after sending", waits)
    show(f"the worker after {2 * times} reports, MB", kept)


def offered(ours: Served) -> float:
    """Return after how many seconds the receipt offers the copy, the sending itself included."""
    visitor = Visitor(ours.host)
    assert ours.walk
    ours.walk(visitor)
    sent = time.perf_counter() - sum(visitor.took[-2:]) / 1000
    pause = PAUSE
    while WAITS in visitor.html:
        time.sleep(pause)
        pause *= LONGER
        visitor.get(visitor.at)
    visitor.line.close()
    time.sleep(1)  # an idle machine: the doctor's document is being made
    return time.perf_counter() - sent - 1


def sealed(folder: Path) -> list[float]:
    """Return for each copy how many seconds after sending it was sealed."""
    context = open_context(read_config({"SCREENING_INSTANCE": str(folder)}))
    query = (
        select(ReportRow.sealed_at, Screening.submitted_at)
        .join(Screening, Screening.id == ReportRow.screening_id)
        .where(ReportRow.kind == "copy")
    )
    with context.database.read() as session:
        found = [
            (done - sent).total_seconds() for done, sent in session.execute(query) if done and sent
        ]
    context.database.close()
    return found


def row(seconds: Sequence[float]) -> dict[str, float]:
    return {"median": statistics.median(seconds), "longest": max(seconds)}


def memory(pid: int) -> tuple[str, dict[str, float]]:
    """Return what a process does, and what it keeps: all of it, and its share of what is shared."""
    renders = PRESS in Path(f"/proc/{pid}/cmdline").read_bytes()
    told = Path(f"/proc/{pid}/smaps_rollup").read_text()
    rss, pss = (int(told.partition(f"\n{key}:")[2].split()[0]) / 1024 for key in ("Rss", "Pss"))
    return "renders" if renders else "works", {"resident": rss, "its share (PSS)": pss}


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
