"""Measure making and checking a report, beside a plain WeasyPrint call and Typst.

Usage: python bench/report.py [REPORTS] [documents|parts|peers|memory|pages] [--against FOLDER]
The content is nearly the same for all (example.py, plainly.py). REPORTS is how many one
worker makes to see whether its memory grows (1,000); one part alone may be asked for.
FOLDER is another checkout of this project, such as `git worktree add FOLDER TAG` makes one:
all documents of a screening are then measured in both, in turn.
Prints Markdown; times are those of the processor, so that other work beside counts little.
"""

from __future__ import annotations

import argparse
import gc
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from documents import documents, heads
from example import example
from machine import machine
from sqlalchemy import func, select, update
from stored import fill, make_patients

from screening.app import create_app
from screening.bootstrap import open_context
from screening.config import read_config
from screening.documents.certificates.authority import create_authority, issue_certificate
from screening.documents.rendering.fonts import FOLDERS, use_own_fonts
from screening.documents.rendering.render import render_pdf
from screening.documents.signing.seal import seal_pdf, sign_pdf
from screening.documents.verifying.verify import verify_pdf
from screening.storage.tables import ReportRow
from screening.worker import STEP_BACK
from screening.workflow.clinics.clinics import add_clinic
from screening.workflow.core.context import Context

RUNS = 7
PAGES = 300  # asked for, with and without workers beside


def main(reports: int, only: str, against: Path | None) -> None:
    print(f"{machine()}; medians of {RUNS}.")
    if only in ("", "documents"):
        show("one screening, ms of one core", heads(against), documents(against))
    if only in ("", "parts"):
        show("one report, ms of one core", ("cold", "warm"), parts())
    if only in ("", "peers"):
        show("the same content, ms of one core", ("median", "ratio"), peers())
    if only in ("", "memory"):
        show("one worker, MB", ("renders", "orders and seals"), memory(reports))
    if only in ("", "pages"):
        show(f"a page, ms ({PAGES} asked for)", ("median", "p99"), pages())


def show(title: str, heads: tuple[str, ...], rows: dict[str, tuple[float, ...]]) -> None:
    print(f"\n| {title} | {' | '.join(heads)} |\n|---|{'---:|' * len(heads)}")
    for name, numbers in rows.items():
        print(f"| {name} | {' | '.join(f'{n:,.2f}' if n < 10 else f'{n:,.0f}' for n in numbers)} |")


def busy(act: Callable[[], object]) -> float:
    """Return how many ms `act` keeps a core busy."""
    started = time.process_time()
    act()
    return (time.process_time() - started) * 1000


def parts() -> dict[str, tuple[float, ...]]:
    """Return the first time in a new process and the median of those after, for each part."""
    now, made = datetime.now(UTC), {}
    home = create_authority("Aurelia Clinic", now)
    seal = issue_certificate(home, "Seal of Aurelia Clinic", "seal", now)
    doctor = issue_certificate(home, "Dr Mai Trần", "doctor", now)
    report = example()
    acts: dict[str, Callable[[], object]] = {
        "render": lambda: made.update(plain=render_pdf(report)),
        "seal": lambda: made.update(sealed=seal_pdf(made["plain"], seal, now, "Sealed", True)),
        "sign": lambda: made.update(signed=sign_pdf(made["sealed"], doctor, now, "Decided")),
        "verify two signatures": lambda: verify_pdf(made["signed"], [home.certificate], now),
    }
    times = {name: [busy(act)] for name, act in acts.items()}
    for _ in range(RUNS):
        for name, act in acts.items():
            times[name].append(busy(act))
    assert verify_pdf(made["signed"], [home.certificate], now).status == "PASSED"
    return {name: (took[0], statistics.median(took[1:])) for name, took in times.items()}


def peers() -> dict[str, tuple[float, ...]]:
    """Return medians and ratios to the plain call; each in turn, so that all meet the same load."""
    from plainly import as_html, as_typst
    from weasyprint import HTML

    use_own_fonts()
    report = example()
    page, source = as_html(report), as_typst(report)
    acts: dict[str, Callable[[], object]] = {
        "WeasyPrint plain, a row a fact, untagged": lambda: HTML(string=page).write_pdf(),
        "WeasyPrint plain, the same tagged as PDF/A-3a": lambda: HTML(string=page).write_pdf(
            pdf_variant="pdf/a-3a"
        ),
        "this report, PDF/A-3a and PDF/UA-1": lambda: render_pdf(report),
    }
    try:
        import typst
    except ImportError:
        print("\nTypst is not installed (extra dev) and was left out.")
    else:
        fonts = [str(folder) for folder in FOLDERS]
        file = Path(tempfile.mkdtemp()) / "report.typ"
        file.write_bytes(source)
        compiler = typst.Compiler(str(file), font_paths=fonts, ignore_system_fonts=True)
        acts["Typst, a row a fact, PDF/A-3a, compiler used again"] = lambda: compiler.compile(
            format="pdf", pdf_standards=["a-3a"]
        )
    times: dict[str, list[float]] = {name: [] for name in acts}
    for run in range(RUNS + 1):
        for name, act in acts.items():
            gc.collect()
            took = busy(act)
            times[name] += [took] if run else []
    first = statistics.median(times[next(iter(times))])
    return {n: (statistics.median(t), statistics.median(t) / first) for n, t in times.items()}


def memory(reports: int) -> dict[str, tuple[float, ...]]:
    """Return the most memory that a real worker took until so many reports, in MB.

    Two processes: one takes the orders and seals, one renders (render_process.py).
    """
    marks, rows = sorted({max(1, reports // 10), reports // 2, reports}), {}
    with tempfile.TemporaryDirectory() as folder:
        env = {"SCREENING_INSTANCE": folder}
        context = open_context(read_config(env))
        clinic = add_clinic(context, "Bench", "", "", "UTC")
        fill(context, clinic, make_patients(context.definitions, 50), range(reports // 2))
        with context.database.write() as session:
            session.execute(update(ReportRow).values(state="pending", sealed_at=None))
        command = [sys.executable, "-m", "screening", "worker"]
        with subprocess.Popen(command, env=os.environ | env) as worker:
            for mark in marks:
                while sealed(context) < mark:
                    time.sleep(1)
                rows[f"after {mark:,} reports"] = peaks(worker.pid)
            for each in processes(worker.pid):
                os.kill(each, signal.SIGKILL)
        context.database.close()
    return rows


def sealed(context: Context) -> int:
    with context.database.read() as session:
        query = select(func.count()).where(ReportRow.state == "sealed")
        return session.scalars(query).one()


def processes(pid: int) -> list[int]:
    """Return `pid` and all below it."""
    below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(each for child in below for each in processes(int(child)))]


def peaks(pid: int) -> tuple[float, float]:
    """Return the most memory of the process that renders, and of the largest other one, in MB."""
    most = {True: 0.0, False: 0.0}
    for each in processes(pid):
        renders = (
            b"screening.documents.rendering.render_process"
            in Path(f"/proc/{each}/cmdline").read_bytes()
        )
        kept = int(Path(f"/proc/{each}/status").read_text().split("VmHWM:")[1].split()[0])
        most[renders] = max(most[renders], kept / 1024)
    return most[True], most[False]


def pages() -> dict[str, tuple[float, ...]]:
    """Return how long a page takes by the clock, alone and beside two workers that render."""
    with tempfile.TemporaryDirectory() as folder:
        context = open_context(read_config({"SCREENING_INSTANCE": folder}))
        client = create_app(read_config({"SCREENING_INSTANCE": folder}), context).test_client()
        quiet = _ask(client)
        workers = [
            subprocess.Popen(
                [sys.executable, __file__, "render"],
                cwd=Path(__file__).parents[1],
            )
            for _ in range(2)
        ]
        try:
            time.sleep(8)
            loud = _ask(client)
        finally:
            for worker in workers:
                worker.kill()
                worker.wait()
        context.database.close()
    return {"alone": quiet, "beside two workers": loud}


def _ask(client: object) -> tuple[float, float]:
    times = []
    for _ in range(PAGES):
        started = time.perf_counter()
        assert client.get("/verify").status_code == 200  # type: ignore[attr-defined]
        times.append((time.perf_counter() - started) * 1000)
        time.sleep(0.005)
    return statistics.median(times), sorted(times)[int(PAGES * 0.99)]


if __name__ == "__main__":
    given = sys.argv[1:]
    if given == ["render"]:
        os.nice(STEP_BACK)
        lan = example()
        while True:
            render_pdf(lan)
    asked = argparse.ArgumentParser()
    asked.add_argument("reports", type=int, nargs="?", default=1_000)
    asked.add_argument("only", nargs="?", default="")
    asked.add_argument("--against", type=Path)
    told = asked.parse_args(given)
    main(told.reports, told.only, told.against and told.against.resolve())
