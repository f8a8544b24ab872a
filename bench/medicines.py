"""Measure how well names of medicines are recognised, how much they take, and how fast.

Usage: python bench/medicines.py [NAMES.tsv ...]        more lists, a text and its substances a line
Right: every substance that was meant, and no other that weighs. Asked: a question with the right
one among its guesses, or one about what it is for. In part: a substance of several lacks. Misled:
asked, and no guess was meant. Wrong: another substance taken for it. Said: shown to patient and
doctor as not recognised. Silent: nothing of these. Beside it the list of names that the product had
before, and the library that most names come from, where that is installed (it takes 375 MB: pip
install drug-named-entity-recognition==2.0.9).
"""

from __future__ import annotations

import csv
import difflib
import re
import statistics
import subprocess
import sys
import tempfile
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import Any

import yaml

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.machine import machine
from screening.clinical.definitions.medicines import Entry, Status
from screening.definitions.dictionary.index import PACKED, Index
from screening.definitions.dictionary.packing import pack
from screening.definitions.dictionary.reading import NameReader
from screening.definitions.loading import load_definitions

ROOT = Path(__file__).parents[1]
HERE = ROOT / "bench" / "medicines"
KINDS = ("right", "asked", "in part", "misled", "wrong", "said", "silent")
Judge = Callable[[str, set[str]], str]


def main(more: list[Path]) -> None:
    print(f"{machine()}\n")
    known = load_definitions(ROOT / "questions").medicines
    weighty = {s for k in known.classes for s in k.substances if k.id != "no-consequence"}
    reader = NameReader(Index())
    systems: dict[str, Judge] = {
        "the former list": Former().judge,
        "this dictionary": lambda text, meant: judged(reader.read(text), meant, weighty),
    }
    if find_spec("drug_named_entity_recognition"):
        systems["the library alone, exact"] = library(False)
        systems["the library alone, its fuzzy search"] = library(True)
    print(f"| list | system | {' | '.join(KINDS)} | recall | precision |")
    print(f"|---|---|{'---:|' * (len(KINDS) + 2)}")
    for path in (HERE / "names.tsv", *more):
        texts = [(text, set(meant.split("+"))) for text, meant, *_ in rows(path)]
        for name, judge in systems.items():
            found = Counter(judge(text, meant) for text, meant in texts)
            told = " | ".join(str(found[kind]) for kind in KINDS)
            heard, taken = found["right"] + found["asked"], found["right"] + found["wrong"]
            recall = f"{heard / len(texts):.0%}"
            precision = f"{1 - found['wrong'] / taken:.1%}" if taken else "–"
            print(f"| {path.name}, {len(texts)} | {name} | {told} | {recall} | {precision} |")
    for row in left_out(weighty):
        print(row)
    print(f"\n{harmless(reader, weighty)}\n")
    print(speed(reader))


def left_out(weighty: set[str]) -> Iterator[str]:
    """Yield how names of a register come out where none was read in: as a stranger's do."""
    with tempfile.TemporaryDirectory() as folder:
        lists = (ROOT / "medicines", ROOT / "questions" / "medicines.yaml", Path(folder))
        pack(*lists, named=("brands.tsv", "library.tsv"))
        reader = NameReader(Index(Path(folder)))
        names: dict[str, list[tuple[str, set[str]]]] = {}
        for name, meant, register in rows(ROOT / "medicines" / "registers.tsv"):
            if set(meant.split("+")) & weighty:
                names.setdefault(register, []).append((name, set(meant.split("+"))))
        for register, listed in names.items():
            drawn = Random(register).sample(listed, 400)
            found = Counter(judged(reader.read(name), meant, weighty) for name, meant in drawn)
            told = " | ".join(str(found[kind]) for kind in KINDS)
            heard, taken = found["right"] + found["asked"], found["right"] + found["wrong"]
            precision = f"{1 - found['wrong'] / taken:.1%}"
            yield (
                f"| {register}, 400 of {len(listed)} drawn | this, without any register | {told} "
                f"| {heard / len(drawn):.0%} | {precision} |"
            )


def rows(path: Path) -> Iterator[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        next(lines)
        yield from lines


def judged(entries: tuple[Entry, ...], meant: set[str], weighty: set[str]) -> str:
    """Return how `entries` answer what was meant."""
    taken = {s for entry in entries for s in entry.substances}
    guessed = {s for entry in entries for guess in entry.guesses for s in guess.substances}
    if (taken - meant) & weighty - generic(meant):
        return "wrong"
    if meant <= taken:
        return "right"
    if meant <= taken | guessed or any(e.status is Status.PURPOSE for e in entries):
        return "asked"
    if taken:
        return "in part"
    if guessed:
        return "misled"
    return "silent" if all(e.status is Status.NOTHING for e in entries) else "said"


def generic(meant: set[str]) -> set[str]:
    """Return the words that a substance's name begins with: insulin, of insulin aspart."""
    return {substance.split()[0] for substance in meant}


class Former:
    """The list of names that the product had, and how it looked them up."""

    def __init__(self) -> None:
        listed = yaml.safe_load((HERE / "former-names.yaml").read_text("utf-8"))
        self.names = {_plain(n) for kind in listed["medicines"] for n in kind["names"]}

    def judge(self, text: str, meant: set[str]) -> str:
        """It knew no substances: it could only ask, and what it did not know it passed over."""
        words = _plain(text).split()[:400]
        spans = (" ".join(words[a : a + n]) for n in (3, 2, 1) for a in range(len(words) - n + 1))
        return "asked" if any(self._knows(span) for span in spans) else "silent"

    def _knows(self, wrote: str) -> bool:
        if wrote in self.names:
            return True
        alike = len(wrote) >= 6 and " " not in wrote
        return bool(alike and difflib.get_close_matches(wrote, self.names, 1, 0.86))


def _plain(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(c for c in parts if not unicodedata.combining(c))
    return " ".join(re.findall(r"[^\W_]+", bare.replace("'", "").replace("’", "")))


def library(fuzzy: bool) -> Judge:
    from drug_named_entity_recognition.drugs_finder import find_drugs

    reader = NameReader(Index())  # for its words: the library calls substances as Americans do

    def judge(text: str, meant: set[str]) -> str:
        tokens = re.findall(r"[\w'’-]+", text)
        try:
            found: list[Any] = find_drugs(tokens, is_fuzzy_match=fuzzy, is_ignore_case=True)
        except Exception:  # its fuzzy search falls over some words
            return "silent"
        names = [str(one[0].get("name", "")) for one in found]
        called = {n.casefold() for n in names}
        called |= {s for n in names for entry in reader.read(n) for s in entry.substances}
        if meant & called:
            return "right"
        return "wrong" if called else "silent"

    return judge


def harmless(reader: NameReader, weighty: set[str]) -> str:
    """Return how texts are treated that name nothing which is taken."""
    counted: Counter[str] = Counter()
    for text, expected, *_ in rows(HERE / "harmless.tsv"):
        entries = reader.read(text)
        taken = [e for e in entries if e.status is Status.RECOGNISED and not e.local]
        if any(set(e.substances) & weighty for e in taken) and expected in ("nothing", "topical"):
            counted["a class raised wrongly"] += 1
        elif any(e.guesses for e in entries):
            counted["a needless “Did you mean”"] += 1
        elif expected == "nothing" and any(e.status is Status.NOT_RECOGNISED for e in entries):
            counted["shown as not recognised"] += 1
        else:
            counted["as wanted"] += 1
    told = ", ".join(f"{number} {kind}" for kind, number in counted.most_common())
    return f"{counted.total()} harmless texts: {told}."


def speed(reader: NameReader) -> str:
    lines = [text for text, *_ in rows(HERE / "names.tsv")][:20]
    read = [timed(lambda: reader.read("\n".join(lines))) for _ in range(200)]
    opened = [timed(Index) for _ in range(50)]
    nonsense = " ".join(f"qzx{n}wvb{n * 7919 % 997}kl" for n in range(170))[:2_000]
    worst = [timed(lambda: reader.read(nonsense)) for _ in range(20)]
    size = sum(path.stat().st_size for path in PACKED.iterdir())
    table = [
        ("on disk", f"{size / 1e6:.2f} MB"),
        ("memory, libraries and index", f"{memory():.1f} MB"),
        ("open", f"{statistics.median(opened):.1f} ms (longest {max(opened):.1f})"),
        ("20 lines", f"{statistics.median(read):.2f} ms (longest {max(read):.1f})"),
        ("2,000 characters of nonsense", f"{statistics.median(worst):.1f} ms"),
    ]
    return "| | |\n|---|---:|\n" + "\n".join(f"| {what} | {value} |" for what, value in table)


def timed(act: Callable[[], object]) -> float:
    before = time.perf_counter()
    act()
    return (time.perf_counter() - before) * 1_000


def memory() -> float:
    """Return how much a process grows by the libraries and the opened index, used once (Linux)."""
    code = (
        "import csv, dataclasses, enum, json, re, typing, unicodedata;"
        "rss = lambda: int(open('/proc/self/statm').read().split()[1]); before = rss();"
        "from screening.definitions.dictionary.index import Index;"
        "from screening.definitions.dictionary.reading import NameReader;"
        "NameReader(Index()).read('xaralto, warfarin'); print(rss() - before)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return int(done.stdout) * 4_096 / 1e6


if __name__ == "__main__":
    main([Path(path) for path in sys.argv[1:]])
