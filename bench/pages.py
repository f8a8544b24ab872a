"""Measure our pages beside a wizard of Django and beside a bare page of Flask.

Usage: python bench/pages.py [SECONDS]
All under gunicorn with the product's settings (one process, eight threads), on this
machine, in turn, driven by the same visitors: the time of one page and of one answer alone, then so
many whole questionnaires as four visitors manage in SECONDS (20). Then ours again while
its worker makes the reports. Prints Markdown. Needs requirements-bench.txt, which goes
into an environment of its own (.bench).
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from example import quiet
from machine import machine
from sqlalchemy import func, select
from walking import Visitor, filled_screen, filled_step, walk_screening, walk_wizard

from screening.bootstrap import open_context
from screening.clinical.definitions.definitions import assemble_questionnaire
from screening.clinical.definitions.questionnaire import Answer, Item, first_unanswered, journey
from screening.config import read_config
from screening.definitions.loading import load_definitions
from screening.gunicorn_server import settings
from screening.storage.tables import ReportRow
from screening.supervisor import MEMORY
from screening.workflow.clinics.clinics import add_clinic
from screening.workflow.core.actor import program
from screening.workflow.reception import invitations

ROOT = Path(__file__).parents[1]
PEERS = Path(__file__).parent / "peers"
OTHERS = ROOT / ".bench"
PROCEDURE = "mesotherapy-face"
VISITORS, ALONE, ROUNDS = 4, 100, 12
BORN = ["3", "5", "1986"]
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Served:
    """A program that answers at `host`.

    How to ask for one page, how to answer the next one (it stays there), how to walk through all.
    """

    name: str
    host: str
    process: subprocess.Popen[bytes]
    page: Callable[[Visitor], object]
    send: Callable[[Visitor], object] | None = None
    walk: Callable[[Visitor], None] | None = None


def main(lasting: float = 20) -> None:
    asked = questions()
    answers: dict[str, object] = {item.link_id: answer for item, answer in asked}
    print(f"{machine()}; {len(asked)} questions, {VISITORS} visitors at a time.")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        ours = stack.enter_context(screening(folder / "ours", answers))
        django = stack.enter_context(wizard(folder / "wizard", asked, answers))
        floor = stack.enter_context(bare())
        everyone = (ours, django, floor)
        pages = {s.name: (s, s.page) for s in everyone}
        show("one page, nobody else there", alone(pages))
        answers_alone = {s.name: (s, s.send) for s in everyone if s.send}
        show("one answer, nobody else there", alone(answers_alone))
        show("whole questionnaires", {s.name: whole(s, lasting) for s in everyone if s.walk})
        show("memory", {s.name: memory(s.process.pid) for s in everyone})
        show("ours, with its worker", {"both at work": beside(ours, folder / "ours", lasting)})


def questions() -> list[tuple[Item, object]]:
    """Return what somebody with nothing to report is asked, and what goes into the form."""
    definitions = load_definitions(ROOT / "questions")
    questionnaire, answers = assemble_questionnaire(definitions, [PROCEDURE]), dict[str, Answer]()
    found: list[tuple[Item, object]] = []
    while item := first_unanswered(journey(questionnaire, answers), answers):
        answers[item.link_id] = "1986-05-03" if item.type == "birth-date" else quiet(item)
        date = "date" in item.type
        given = str(answers[item.link_id]).split("-")[::-1] if date else answers[item.link_id]
        found.append((item, given))
    return found


@contextmanager
def screening(folder: Path, answers: dict[str, object]) -> Iterator[Served]:
    """Serve our pages, with the settings of gunicorn that `screening serve` gives it."""
    port = free_port()
    environment = {
        "SCREENING_INSTANCE": str(folder),
        "SCREENING_ADDRESS": f"127.0.0.1:{port}",
        "SCREENING_PROXIES": "1",  # visitors come from addresses of their own
        **MEMORY,
    }
    context = open_context(read_config(environment))
    clinic = add_clinic(context, "Bench", "", "", "UTC")

    def link() -> str:
        made = invitations.invite(context, program(clinic), "Lan Nguyen", [PROCEDURE])
        return f"/s/{made.link}"

    def page(visitor: Visitor) -> object:
        if not visitor.cookies:
            visitor.get(link()).post(procedures=PROCEDURE)
        return visitor.get(f"/screening/questions/{next(iter(answers))}")

    def send(visitor: Visitor) -> None:
        if not visitor.cookies:
            page(visitor)
            visitor.post(**filled_screen(visitor.html, answers))
        visitor.send(**filled_screen(visitor.html, answers))

    def walk(visitor: Visitor) -> None:
        visitor.address = f"10.0.{secrets.randbelow(256)}.{secrets.randbelow(256)}"
        walk_screening(visitor, link(), answers, PROCEDURE)

    line = [sys.executable, "-P", "-m", "screening.gunicorn_server"]
    try:
        with running(line, environment, port) as process:
            yield Served("ours", f"127.0.0.1:{port}", process, page, send, walk)
    finally:
        context.database.close()


@contextmanager
def wizard(
    folder: Path, asked: list[tuple[Item, object]], answers: dict[str, object]
) -> Iterator[Served]:
    """Serve the same questions as a wizard of django-formtools."""
    folder.mkdir()
    told = [
        {
            "link_id": item.link_id,
            "text": item.text,
            "help": item.help or "",
            "type": item.type,
            "choices": choices(item),
        }
        for item, _ in asked
    ]
    (folder / "questions.json").write_text(json.dumps(told))

    def send(visitor: Visitor) -> None:
        if not visitor.cookies:
            visitor.get(f"/{next(iter(answers))}/").post(**filled_step(visitor.step, answers))
        visitor.send(**filled_step(visitor.step, answers))

    port, python = free_port(), other_python()
    environment = {"WIZARD_FOLDER": str(folder), "WIZARD_SECRET": secrets.token_hex(32)}
    subprocess.run([python, "wizard.py"], cwd=PEERS, env=os.environ | environment, check=True)
    with running(gunicorn(python, "wizard:app", port), environment, port) as process:
        yield Served(
            "Django, formtools",
            f"127.0.0.1:{port}",
            process,
            lambda visitor: visitor.get(f"/{next(iter(answers))}/"),
            send,
            lambda visitor: walk_wizard(visitor, answers),
        )


def choices(item: Item) -> list[tuple[str, str]]:
    """Return what the form offers, words for codes where the question has no own ones."""
    own = {option.id: option.text for option in item.options}
    return [(code, own.get(code, code)) for code in (*item.codes, "none")]


@contextmanager
def bare() -> Iterator[Served]:
    port = free_port()
    with running(gunicorn(other_python(), "bare:app", port), {}, port) as process:
        host = f"127.0.0.1:{port}"
        yield Served("bare Flask page", host, process, lambda v: v.get("/"))


def gunicorn(python: str, app: str, port: int) -> list[str]:
    """Return the command with what matters of our own settings."""
    ours = settings(read_config())
    return [
        *(python, "-m", "gunicorn", app, "--chdir", str(PEERS), "--bind", f"127.0.0.1:{port}"),
        *("--worker-class", ours["worker_class"], "--workers", str(ours["workers"])),
        *("--threads", str(ours["threads"]), "--keep-alive", str(ours["keepalive"])),
    ]


def other_python() -> str:
    """Return the Python that has what we are compared with; install it where it is missing."""
    python = OTHERS / "bin" / "python"
    stamp, wanted = OTHERS / "installed", ROOT / "requirements-bench.txt"
    if not stamp.exists() or stamp.read_text() != wanted.read_text():
        print("Installing Django and django-formtools into .bench", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", OTHERS], check=True)
        install = [python, "-m", "pip", "install", "-q", "--require-hashes", "-r", wanted]
        subprocess.run(install, check=True)
        shutil.copy(wanted, stamp)
    return str(python)


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@contextmanager
def running(
    line: list[str], environment: dict[str, str], port: int
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server until the block ends; what it logs is thrown away."""
    quiet_log = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    path = {"PYTHONPATH": str(ROOT)} if "screening" in " ".join(line) else {"PYTHONPATH": ""}
    process = subprocess.Popen(line, env=os.environ | path | environment, **quiet_log)
    try:
        for _ in range(300):
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield process
    finally:
        process.terminate()
        process.wait(40)


def alone(
    asked: dict[str, tuple[Served, Callable[[Visitor], object]]],
) -> dict[str, dict[str, float]]:
    """Return what one request takes each program, all asked in turn so that they meet one load.

    The processor's time is that of the middle one of ROUNDS: one that met other work counts as one.
    """
    visitors = {name: Visitor(served.host) for name, (served, _) in asked.items()}
    for name, (_, ask) in asked.items():
        for _ in range(10):
            ask(visitors[name])
    times: dict[str, list[float]] = {name: [] for name in asked}
    spent: dict[str, list[float]] = {name: [] for name in asked}
    for _ in range(ROUNDS):
        for name, (served, ask) in asked.items():
            visitor, before = visitors[name], cpu(served.process.pid)
            visitor.took.clear()
            for _ in range(ALONE):
                ask(visitor)
            spent[name].append((cpu(served.process.pid) - before) * 1000 / ALONE)
            times[name] += visitor.took
    return {
        name: {**percentiles(took), "CPU ms": statistics.median(spent[name])}
        for name, took in times.items()
    }


def percentiles(took: list[float]) -> dict[str, float]:
    ordered = sorted(took)
    return {"median ms": statistics.median(took), "p99 ms": ordered[int(len(ordered) * 0.99)]}


def whole(served: Served, lasting: float) -> dict[str, float]:
    """Return how many questionnaires VISITORS complete a minute, and what their pages take."""
    done: list[list[float]] = []
    failed: list[BaseException] = []
    started, before = time.monotonic(), cpu(served.process.pid)

    def go() -> None:
        assert served.walk
        try:
            while time.monotonic() < started + lasting:
                visitor = Visitor(served.host)
                served.walk(visitor)
                visitor.line.close()
                done.append(visitor.took)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=go) for _ in range(VISITORS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    passed = time.monotonic() - started
    took = [one for each in done for one in each]
    return {
        "a minute": len(done) / passed * 60,
        "requests a second": len(took) / passed,
        **percentiles(took),
        "CPU ms each": (cpu(served.process.pid) - before) * 1000 / len(done),
    }


def beside(ours: Served, folder: Path, lasting: float) -> dict[str, float]:
    """Return the same for ours while its worker makes the reports that wait already."""
    context = open_context(read_config({"SCREENING_INSTANCE": str(folder)}))

    def sealed() -> int:
        with context.database.read() as session:
            made = select(func.count()).where(ReportRow.state == "sealed")
            return session.scalar(made) or 0

    environment = os.environ | {"SCREENING_INSTANCE": str(folder), "PYTHONPATH": str(ROOT)}
    line = [sys.executable, "-m", "screening", "worker"]
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    worker = subprocess.Popen(line, env=environment, start_new_session=True, **silent)
    try:
        until = time.monotonic() + 60
        while not sealed() and time.monotonic() < until:
            time.sleep(0.2)
        before, started = sealed(), time.monotonic()
        time.sleep(lasting)
        quiet = (sealed() - before) / (time.monotonic() - started) * 60
        before, started = sealed(), time.monotonic()
        walked = whole(ours, lasting)
        loud = (sealed() - before) / (time.monotonic() - started) * 60
        biggest = max(resident(pid) for pid in family(worker.pid))
    finally:
        worker.terminate()
        worker.wait(30)
        context.database.close()
    return {
        "reports a minute, no visitors": quiet,
        "reports a minute": loud,
        "questionnaires a minute": walked["a minute"],
        "median ms": walked["median ms"],
        "p99 ms": walked["p99 ms"],
        "MB of the largest worker": biggest,
    }


def family(pid: int) -> list[int]:
    """Return a process and all below it."""
    below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(p for child in below for p in family(int(child)))]


def cpu(pid: int) -> float:
    """Return how long a process and those below it have kept a core busy, in seconds."""
    spent = 0
    for one in family(pid):
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        spent += int(fields[11]) + int(fields[12])
    return spent / TICKS


def memory(pid: int) -> dict[str, float]:
    """Return what the process that answers keeps in memory, in MB, and its share of that.

    What several processes have in common counts in the share of each by its part.
    """
    answers = max(family(pid), key=resident)
    return {"MB a process": resident(answers), "its share": resident(answers, "Pss")}


def resident(pid: int, what: str = "Rss") -> float:
    held = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(held.partition(f"{what}:")[2].split()[0]) / 1024


def show(title: str, rows: dict[str, dict[str, float]]) -> None:
    heads = next(iter(rows.values()))
    print(f"\n| {title} | {' | '.join(heads)} |\n|---|{'---:|' * len(heads)}")
    for name, figures in rows.items():
        print(f"| {name} | {' | '.join(f'{n:,.1f}' for n in figures.values())} |", flush=True)


if __name__ == "__main__":
    main(*map(float, sys.argv[1:]))
