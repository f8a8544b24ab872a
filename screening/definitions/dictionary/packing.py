"""Pack the lists of names into the index that `dictionary.index` opens; at build time only.

What it is packed from stands in medicines/, and the classes in questions/medicines.yaml. The
same lists always have the same hash, on any machine.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import marisa_trie
import yaml

from screening.definitions.dictionary.spelling import is_arabic, keys_alike, plain

LISTS = ("brands.tsv", "registers.tsv", "library.tsv")  # where two differ, the first is asked first
WORDS = "words.tsv"
SHORTEST_GUESS, LONGEST_GUESS = 6, 24  # letters of a name that may be meant by another spelling
MARKS = (
    *("past", "negates", "contrast", "allergy", "other-person", "local", "food", "other"),
    *("nothing-words", "unnamed"),
)
NO_CONSEQUENCE = "no-consequence"
EDIBLE = {NO_CONSEQUENCE, "bleeding-supplement"}  # garlic bread, ginger tea

Kinds = Mapping[str, set[str]]  # the classes of each substance


def pack(lists: Path, classes: Path, folder: Path, named: Sequence[str] = LISTS) -> bool:
    """Write the index into `folder`, unless it was packed from the same; return whether it did."""
    of = hash_of([*(lists / name for name in (*named, WORDS)), classes, Path(__file__)])
    facts = folder / "facts.json"
    if facts.exists() and json.loads(facts.read_text("utf-8"))["hash"] == of:
        return False
    kinds = _kinds(classes)
    words, marks = _words(lists / WORDS)
    names = _names(kinds, words, (row for name in named for row in rows(lists / name)))
    number = {m: n for n, m in enumerate(sorted({m for known in names.values() for m in known}))}
    records = [(name, (number[meaning],)) for name, known in names.items() for meaning in known]
    folder.mkdir(parents=True, exist_ok=True)
    marisa_trie.RecordTrie("<H", records).save(str(folder / "names.marisa"))
    marisa_trie.BytesTrie(_alike(kinds, words, names)).save(str(folder / "alike.marisa"))
    edible = sorted(s for s, of_it in kinds.items() if of_it <= EDIBLE)
    told = {"hash": of, "meanings": list(number), "words": words, "marks": marks}
    told["edible"] = edible
    facts.write_text(json.dumps(told, ensure_ascii=False, sort_keys=True), "utf-8")
    return True


def hash_of(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in files:
        text = path.read_bytes()
        digest.update(f"{path.name} {len(text)}\n".encode() + text)
    return f"sha256:{digest.hexdigest()}"


def rows(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the first two columns of each row of a list, its heading aside."""
    with path.open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        next(lines)
        yield from ((line[0], line[1]) for line in lines)


def _kinds(classes: Path) -> dict[str, set[str]]:
    kinds: dict[str, set[str]] = defaultdict(set)
    for kind in yaml.safe_load(classes.read_text("utf-8"))["medicines"]:
        for substance in kind["substances"]:
            kinds[substance].add(kind["class"])
    return kinds


def _words(path: Path) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Return what is to be done with each word or phrase, and the phrases that mark an entry."""
    words: dict[str, str] = {}
    marks: dict[str, list[str]] = defaultdict(list)
    for text, treatment in rows(path):
        words.setdefault(plain(text), treatment)
        if treatment in MARKS and treatment not in marks[plain(text)]:
            marks[plain(text)].append(treatment)
    return words, {phrase: kinds for phrase, kinds in marks.items() if kinds}


def _names(
    kinds: Kinds, words: Mapping[str, str], listed: Iterable[tuple[str, str]]
) -> dict[str, list[str]]:
    """Return each name and what it may mean: a second meaning counts if it leads elsewhere."""
    names: dict[str, list[str]] = defaultdict(list)
    for name, substances in [*((s, s) for s in kinds), *listed]:
        key = plain(name)
        known, led = names[key], _classes(kinds, substances)
        if not known or (led and all(led.isdisjoint(_classes(kinds, k)) for k in known)):
            known.append(substances)
    return {n: k for n, k in names.items() if len(n) > 2 and words.get(n) != "nothing"}


def _classes(kinds: Kinds, substances: str) -> set[str]:
    return {kind for substance in substances.split("+") for kind in kinds.get(substance, ())}


def _alike(
    kinds: Kinds, words: Mapping[str, str], names: Mapping[str, list[str]]
) -> list[tuple[str, bytes]]:
    """Return what leads from a spelling to the names that may be meant: those that matter."""
    return sorted(
        (key, name.encode())
        for name, known in names.items()
        if SHORTEST_GUESS <= len(name) <= LONGEST_GUESS
        and name not in words
        and not is_arabic(name)
        and any(_classes(kinds, meaning) - {NO_CONSEQUENCE} for meaning in known)
        for key in keys_alike(name)
    )
