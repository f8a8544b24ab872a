"""Measure all documents of one screening, also of another checkout of this project, in turn.

Used by report.py, which says how. Everything that a screening costs is in it: the doctor's document
sealed, the patient's copy sealed, the decided report sealed and signed, and what the patient
gets after it, sealed.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).parents[1]
TURNS, RUNS = 2, 3
SHOWN = ("screening report", "patient's copy", "decided report", "patient's sheet")


def documents(against: Path | None) -> dict[str, tuple[float, ...]]:
    """Return for each document the ms of one core and its pages: before, now, and the ratio."""
    folders = [*([against] if against else []), HERE]
    found: dict[Path, list[dict[str, list[float]]]] = {folder: [] for folder in folders}
    for _ in range(TURNS):
        for folder in folders:
            found[folder].append(_apart(folder))
    rows: dict[str, tuple[float, ...]] = {}
    for name in SHOWN:
        each = [_median(found[folder], name) for folder in folders]
        rows[name] = _row([ms for ms, _ in each], [pages for _, pages in each])
    sums = [sum(_median(found[folder], name)[0] for name in SHOWN) for folder in folders]
    counts = [sum(_median(found[folder], name)[1] for name in SHOWN) for folder in folders]
    return rows | {"all of one screening": _row(sums, counts)}


def heads(against: Path | None) -> tuple[str, ...]:
    return (
        ("ms before", "ms now", "ratio", "pages before", "pages now")
        if against
        else ("ms", "pages")
    )


def _row(times: list[float], pages: list[float]) -> tuple[float, ...]:
    ratio = [times[-1] / times[0]] if len(times) > 1 else []
    return (*times, *ratio, *pages)


def _median(turns: list[dict[str, list[float]]], name: str) -> tuple[float, float]:
    took = [turn[name] for turn in turns]
    return statistics.median(ms for ms, _ in took), took[0][1]


def _apart(folder: Path) -> dict[str, list[float]]:
    """Measure the checkout in a process of its own, with its own bench/example.py."""
    for script in ("typefaces", "medicines"):  # what they write no checkout has by itself
        subprocess.run([sys.executable, folder / "bin" / script], check=True)
    path = os.pathsep.join(map(str, (folder, folder / "bench")))
    done = subprocess.run(
        [sys.executable, __file__],
        env={**os.environ, "PYTHONPATH": path, "PYTHONSAFEPATH": "1"},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    measured: dict[str, list[float]] = json.loads(done.stdout.splitlines()[-1])
    return measured


def measure() -> dict[str, list[float]]:
    """Return the median ms and the pages of each document, of the checkout that is imported."""
    import io

    import pikepdf
    from example import decision, example

    from screening.documents.certificates.authority import create_authority, issue_certificate
    from screening.documents.rendering.render import Reader, render_pdf
    from screening.documents.signing.seal import seal_pdf, sign_pdf

    now = datetime.now(UTC)
    home = create_authority("Aurelia Clinic", now)
    seal = issue_certificate(home, "Seal of Aurelia Clinic", "seal", now)
    doctor = issue_certificate(home, "Dr Mai Trần", "doctor", now)
    report = example()
    decided = decision(report)
    made: dict[str, bytes] = {}

    def screening() -> bytes:
        return seal_pdf(render_pdf(report), seal, now, "Sealed")

    def copy() -> bytes:
        return seal_pdf(render_pdf(report, reader=Reader.PATIENT), seal, now, "Sealed")

    def signed() -> bytes:
        pdf = render_pdf(report, decided, {"screening.pdf": made[SHOWN[0]]})
        sealed = seal_pdf(pdf, seal, now, "Sealed", doctor.certificate)
        return sign_pdf(sealed, doctor, now, "Decided")

    def sheet() -> bytes:
        return seal_pdf(render_pdf(report, decided, reader=Reader.PATIENT), seal, now, "Sealed")

    acts: dict[str, Callable[[], bytes]] = dict(
        zip(SHOWN, (screening, copy, signed, sheet), strict=True)
    )
    times: dict[str, list[float]] = {name: [] for name in acts}
    for run in range(RUNS + 1):
        for name, act in acts.items():
            started = time.process_time()
            made[name] = act()
            times[name] += [(time.process_time() - started) * 1000] if run else []
    return {
        name: [statistics.median(took), float(len(pikepdf.open(io.BytesIO(made[name])).pages))]
        for name, took in times.items()
    }


if __name__ == "__main__":
    print(json.dumps(measure()))
