"""Let Lighthouse judge the first page of a link, a question, and the tablet's first page.

Usage: PYTHONPATH=. python bench/lighthouse.py     (fetches Lighthouse with npm)

Lighthouse plays a middling phone on a slow mobile network (its own defaults). The scores
are out of 100; each is the median of three runs. Ends with 1 where one is below 100.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.installation import Installation
from tests.visitor import Visitor
from tests.web.conftest import ARGUMENTS, CHROMIUM

FOLDER = Path(__file__).parent / ".lighthouse"
VERSION = "13.5.0"
CATEGORIES = ("performance", "accessibility", "best-practices")
TIMES = {
    "first paint": "first-contentful-paint",
    "largest paint": "largest-contentful-paint",
    "blocked": "total-blocking-time",
}
RUNS = 3


def main() -> None:
    fetch()
    with tempfile.TemporaryDirectory() as folder:
        clinic = Installation(Path(folder)).start()
        try:
            rows = {name: judge(*page) for name, page in pages(clinic).items()}
        finally:
            clinic.stop()
    show(rows)
    if any(score < 100 for row in rows.values() for score in row[: len(CATEGORIES)]):
        sys.exit(1)


def fetch() -> None:
    """Fetch Lighthouse with npm, which checks what it fetches, unless it is there."""
    if shutil.which("npm") is None:
        sys.exit("Lighthouse needs npm (Debian: apt-get install npm); nothing was measured.")
    if not (FOLDER / "node_modules" / "lighthouse").exists():
        FOLDER.mkdir(exist_ok=True)
        quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
        wanted = ["npm", "install", "--prefix", str(FOLDER), *quiet, f"lighthouse@{VERSION}"]
        subprocess.run(wanted, check=True, stdout=subprocess.DEVNULL)


def pages(clinic: Installation) -> dict[str, tuple[str, str]]:
    """Return address and cookie of each page."""
    visitor = Visitor()
    visitor.get(clinic.invite("Lan Nguyen", "soft-lifting", "mesotherapy-face"))
    first = visitor.url
    visitor.post(procedures=["soft-lifting", "mesotherapy-face"])
    visitor.post(date_of_birth=["3", "5", "1986"])
    tablet = Visitor()
    tablet.get(f"{clinic.url}/kiosk/pairing/{clinic.pairing_code}").post(
        f"{clinic.url}/kiosk/pairing", code=clinic.pairing_code
    )
    return {
        "first page of a link": (first, ""),
        "a question": (visitor.url, visitor.cookies),
        "first page of the tablet": (f"{clinic.url}/kiosk", tablet.cookies),
    }


def judge(address: str, cookies: str) -> list[float]:
    """Return the three scores, then the three times in ms: medians."""
    runs = [run(address, cookies) for _ in range(RUNS)]
    return [statistics.median(each) for each in zip(*runs, strict=True)]


def run(address: str, cookies: str) -> list[float]:
    done = subprocess.run(
        [
            FOLDER / "node_modules" / ".bin" / "lighthouse",
            address,
            f"--only-categories={','.join(CATEGORIES)}",
            f"--chrome-flags=--headless=new {' '.join(ARGUMENTS)}",
            f"--extra-headers={json.dumps({'Cookie': cookies} if cookies else {})}",
            "--output=json",
            "--quiet",
        ],
        env=os.environ | {"CHROME_PATH": str(CHROMIUM)},
        capture_output=True,
        check=True,
    )
    told = json.loads(done.stdout)
    assert told["finalDisplayedUrl"] == address, "another page was judged"
    name_what_is_missing(told)
    scores = [100 * told["categories"][name]["score"] for name in CATEGORIES]
    return [*scores, *(told["audits"][audit]["numericValue"] for audit in TIMES.values())]


def name_what_is_missing(told: dict) -> None:
    for name in CATEGORIES:
        for audit in told["categories"][name]["auditRefs"]:
            found = told["audits"][audit["id"]]
            if audit["weight"] and found["score"] is not None and found["score"] < 0.9:
                print(f"{told['finalDisplayedUrl']}: {found['title']}", file=sys.stderr)


def show(rows: dict[str, list[float]]) -> None:
    print(f"Lighthouse {VERSION}, medians of {RUNS} runs; times in ms.\n")
    names = [*CATEGORIES, *TIMES]
    print(f"| | {' | '.join(names)} |\n|---{'|---:' * len(names)}|")
    for name, row in rows.items():
        print(f"| {name} | {' | '.join(f'{value:,.0f}' for value in row)} |")


if __name__ == "__main__":
    main()
