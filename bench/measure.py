"""Measure trying other definitions on stored screenings; started by rescreen.py."""

from __future__ import annotations

import gc
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from machine import machine
from pydantic_core import from_json
from stored import fill, make_patients

from screening.bootstrap import open_context
from screening.clinical.definitions.definitions import Definitions
from screening.clinical.definitions.eligibility import determine_eligibility
from screening.clinical.evaluation.answers import establish_findings
from screening.clinical.evaluation.population import establish_all
from screening.clinical.evaluation.population_eligibility import determine_all
from screening.clinical.evaluation.replies import bits, gather
from screening.clinical.report.verdict_snapshot import Basis
from screening.clinical.whatif.changes import changes_under
from screening.config import read_config
from screening.storage.encryption import new_key, open_bytes, seal_bytes, seal_json
from screening.workflow.clinics.clinics import add_clinic
from screening.workflow.core.actor import PROGRAM
from screening.workflow.core.context import Context
from screening.workflow.rules.rescreen import BLOCK, all_cores, rescreen, sealed_blocks

MILLION = 1_000_000
PATIENTS = 2_000  # different ones; the stored screenings repeat them
RUNS = 3


def main(stored: int, sample: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        context = open_context(read_config({"SCREENING_INSTANCE": folder}))
        patients = make_patients(context.definitions, PATIENTS)
        fill(context, add_clinic(context, "Bench", "", "", "UTC"), patients, range(stored))
        tried = stricter(context.definitions)
        bases = [patients[n % PATIENTS].basis for n in range(BLOCK)]
        print(f"{machine()}; {stored:,} stored, medians of {RUNS} runs.\n")
        show(steps(tried, bases, sample), whole(context, tried, stored))
        context.database.close()


def stricter(definitions: Definitions) -> Definitions:
    """Return `definitions` with one rule of the face taken away: a change as a lead makes it."""
    face = definitions.procedures["mesotherapy-face"]
    rules = tuple(r for r in face.contraindications if r.finding != "nsaid_recent")
    changed = {"mesotherapy-face": replace(face, contraindications=rules)}
    return replace(definitions, procedures=definitions.procedures | changed)


def seconds(act: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """Return the median of how long `act` takes."""
    times = []
    for _ in range(RUNS):
        start = clock()
        act()
        times.append(clock() - start)
    return statistics.median(times)


def busy(act: Callable[[], object]) -> float:
    """Return the median of how long `act` keeps a core busy, as a worker does it: without gc."""
    gc.disable()
    try:
        return seconds(act, time.process_time)
    finally:
        gc.enable()


def steps(tried: Definitions, bases: list[Basis], sample: int) -> dict[str, float]:
    """Return what each step takes for a million, in seconds on one core."""
    clinic, key, n = new_key(), new_key(), len(bases)
    wrapped = seal_bytes(clinic, key, "key")
    sealed = [seal_json(key, basis, "basis") for basis in bases]
    opened = [open_bytes(key, one, "basis") for one in sealed]
    given = [(date.fromisoformat(b["on"]), b["answers"]) for b in bases]
    population = gather(given)
    findings = establish_all(tried, population)
    by_procedure = {
        name: bits([i for i, b in enumerate(bases) if name in b["verdicts"]], n)
        for name in tried.procedures
    }
    alone = sample_alone(tried, bases[:sample])
    return {
        "open the key and the answers": each(
            n, lambda: [open_bytes(open_bytes(clinic, wrapped, "key"), s, "basis") for s in sealed]
        ),
        "parse the answers": each(n, lambda: [from_json(o) for o in opened]),
        "turn them into columns": each(n, lambda: gather(given)),
        "findings, all at once": each(n, lambda: establish_all(tried, population)),
        "outcomes, all at once": each(
            n,
            lambda: [
                determine_all(tried.procedures[name], findings, population.days, those)
                for name, those in by_procedure.items()
            ],
        ),
        "columns, findings, outcomes, compared: all at once": each(
            n, lambda: changes_under(tried, bases)
        ),
        "findings, one at a time": alone[0],
        "outcomes, one at a time": alone[1],
    }


def each(n: int, act: Callable[[], object]) -> float:
    return busy(act) / n * MILLION


def sample_alone(tried: Definitions, bases: list[Basis]) -> tuple[float, float]:
    """Return what findings and outcomes take for a million, one at a time, from a sample."""
    given = [(date.fromisoformat(b["on"]), b) for b in bases]
    found = [(on, b, establish_findings(tried, b["answers"], on)) for on, b in given]
    establishing = busy(lambda: [establish_findings(tried, b["answers"], on) for on, b in given])
    determining = busy(
        lambda: [
            determine_eligibility(tried.procedures[name], one, on)
            for on, b, one in found
            for name in b["verdicts"]
        ]
    )
    return establishing / len(bases) * MILLION, determining / len(bases) * MILLION


def whole(context: Context, tried: Definitions, stored: int) -> dict[str, float]:
    """Return what the whole command takes for a million, in seconds, database included."""
    scale = MILLION / stored
    with context.database.read() as session:
        reading = seconds(lambda: sum(len(b) for b in sealed_blocks(session, None, None)))
    return {
        "read the rows": reading * scale,
        "all of it, one program": scale * seconds(lambda: rescreen(context, tried, PROGRAM)),
        f"all of it, {all_cores()} programs beside": scale
        * seconds(lambda: rescreen(context, tried, PROGRAM, workers=all_cores())),
    }


def show(step: dict[str, float], end: dict[str, float]) -> None:
    for title, rows in (("by the clock", end), ("each step, one core busy", step)):
        print(f"| a million screenings, {title} | seconds |\n|---|---:|")
        for name, took in rows.items():
            print(f"| {name} | {took:,.1f} |")
        print()
    alone = step["findings, one at a time"] + step["outcomes, one at a time"]
    at_once = step["columns, findings, outcomes, compared: all at once"]
    outcomes = step["outcomes, one at a time"] / step["outcomes, all at once"]
    print(
        f"From answers to compared outcomes {alone / at_once:,.0f} times as fast as one at a time,"
    )
    print(f"from findings to outcomes {outcomes:,.0f} times.")
