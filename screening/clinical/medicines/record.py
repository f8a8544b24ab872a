"""What a patient's medicines establish, as far as the patient has not said otherwise when asked.

A name that establishes a finding makes it present; after a reply of "no" it is unknown, since
the list and the reply cannot both be right. A name that only makes a finding possible leaves it
unknown until the patient has looked at the question. No medicine ever makes a finding absent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from screening.clinical.definitions.definitions import Definitions
from screening.clinical.definitions.findings import PRESENT, UNKNOWN, Pair
from screening.clinical.definitions.medicines import (
    Entry,
    Guess,
    MedicineRecord,
    Status,
    claims_of,
)
from screening.clinical.definitions.questionnaire import (
    NO,
    NONE_OF_THESE,
    NOT_KNOWN,
    WITHHELD,
    YES,
    Answers,
    Item,
)

MEDICINES = "medicines"  # where a case keeps what was read
REPLIES = (YES, NO, NOT_KNOWN)
Gate = tuple[Item, str]  # a question, and the answer that leads to the one below it


def medicine_states(
    definitions: Definitions, record: MedicineRecord, answers: Answers
) -> Iterator[tuple[str, Pair]]:
    """Yield (finding, pair) for everything that the medicines of `record` say."""
    claims = list(claims_of(definitions.medicines, record.entries))
    if not claims:
        return
    asking, gates = questions_about(definitions), gates_above(definitions)
    for claim in claims:
        about = asking.get(claim.finding, [])
        chain = {i.link_id for item in about for i in (item, *_above(item, gates))}
        replied = {record.replies.get(key(link, s)) for link in chain for s in claim.substances}
        if claim.certain:
            yield claim.finding, UNKNOWN if replied & {NO, NOT_KNOWN} else PRESENT
        elif NO not in replied and not any(says_something(i, answers) for i in about):
            yield claim.finding, UNKNOWN


def key(link_id: str, substance: str) -> str:
    """Return where a record keeps the reply about one substance to one question."""
    return f"{link_id}:{substance}"


def questions_about(definitions: Definitions) -> dict[str, list[Item]]:
    """Return, by finding, the questions whose answers establish it."""
    found: dict[str, list[Item]] = {}
    for item in definitions.items:
        for name in {*item.means, *(name for option in item.options for name in option.means)}:
            found.setdefault(name, []).append(item)
    return found


def gates_above(definitions: Definitions) -> dict[str, Gate]:
    """Return, by follow-up, the question right above it and the answer that leads there."""
    gates: dict[str, Gate] = {}
    for item in definitions.items:
        gates |= {below.link_id: (item, YES) for below in (*item.if_yes, *item.if_not_no)}
        for option in item.options:
            gates |= {below.link_id: (item, option.id) for below in option.then}
    return gates


def _above(item: Item, gates: Mapping[str, Gate]) -> Iterator[Item]:
    while gate := gates.get(item.link_id):
        item = gate[0]
        yield item


def says_something(item: Item, answers: Answers) -> bool:
    """Return whether the patient has looked at the question and ticked something that is there."""
    return bool(set(ticked(answers.get(item.link_id, ""))) - {"", NO, NONE_OF_THESE, *WITHHELD})


def ticked(answer: str | list[str]) -> list[str]:
    return [answer] if isinstance(answer, str) else answer


def medicines_in(definitions: Definitions, raw: object, answers: Answers) -> MedicineRecord:
    """Return what a report kept (`raw`), so that it is never read anew, or what is read now."""
    return record_from(raw) if raw is not None else definitions.medicines.read(answers)


def read_whole(definitions: Definitions, record: MedicineRecord) -> frozenset[str]:
    """Return the text questions of which no person need read a word: all was recognised."""
    return frozenset(definitions.medicines.reads) if record.is_whole else frozenset()


def record_as_json(record: MedicineRecord) -> dict[str, Any]:
    """Return `record` as a report and a case keep it."""
    entries = [
        {
            "text": entry.text,
            "status": str(entry.status),
            "names": list(entry.names),
            "substances": list(entry.substances),
            "guesses": [{"name": g.name, "substances": list(g.substances)} for g in entry.guesses],
            "left_over": list(entry.left_over),
            "purpose": entry.purpose,
            "local": entry.local,
        }
        for entry in record.entries
    ]
    told = {"dictionary": record.dictionary, "entries": entries}
    return told | ({"replies": dict(record.replies)} if record.replies else {})


def record_from(raw: object) -> MedicineRecord:
    """Return what `record_as_json` wrote. Raises ValueError with what is wrong."""
    if not isinstance(raw, dict) or not raw.keys() <= {"dictionary", "entries", "replies"}:
        raise ValueError("must be an object of dictionary, entries and replies")
    dictionary, entries = raw.get("dictionary"), raw.get("entries")
    replies = raw.get("replies", {})
    if not isinstance(dictionary, str) or not isinstance(entries, list):
        raise ValueError("dictionary must be text and entries a list")
    if not isinstance(replies, dict) or not all(r in REPLIES for r in replies.values()):
        raise ValueError(f"each reply must be one of {', '.join(REPLIES)}")
    return MedicineRecord(dictionary, tuple(map(_entry, entries)), replies)


def _entry(raw: object) -> Entry:
    if not isinstance(raw, dict) or not isinstance(raw.get("text"), str):
        raise ValueError("each entry must be an object with its text")
    if raw.get("status") not in list(Status):
        raise ValueError(f"{raw.get('status')!r} is not one of {', '.join(Status)}")
    purpose, local = raw.get("purpose"), raw.get("local", False)
    if not isinstance(purpose, str | None) or not isinstance(local, bool):
        raise ValueError(f"{raw['text']!r}: purpose must be text, and local true or false")
    guesses = raw.get("guesses", [])
    if not isinstance(guesses, list) or not all(isinstance(g, dict) for g in guesses):
        raise ValueError(f"{raw['text']!r}: guesses must be a list of objects")
    return Entry(
        raw["text"],
        Status(raw["status"]),
        _words(raw, "names"),
        _words(raw, "substances"),
        tuple(Guess(str(g.get("name")), _words(g, "substances")) for g in guesses),
        _words(raw, "left_over"),
        purpose,
        local,
    )


def _words(raw: Mapping[str, Any], name: str) -> tuple[str, ...]:
    words = raw.get(name, [])
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise ValueError(f"{name} must be a list of words")
    return tuple(words)
