"""What a patient still has to be asked about the medicines on the list, in this order.

A name that may have been meant; what nobody recognises; and a medicine that does not go with an
answer. Only the patient's own reply changes an answer, and no reply makes an outcome milder than
the answer itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from screening.clinical.definitions.definitions import Definitions
from screening.clinical.definitions.medicines import (
    Claim,
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
    Answer,
    Answers,
    Item,
    ItemType,
)
from screening.clinical.medicines.record import (
    gates_above,
    key,
    questions_about,
    says_something,
    ticked,
)

GUESS, UNREAD = "guess", "unread"


@dataclass(frozen=True, slots=True)
class DidYouMean:
    """An entry that may be one of its guesses; the reply is a guess's place, "no" or "unknown"."""

    entry: Entry

    @property
    def id(self) -> str:
        return f"{GUESS}:{self.entry.text}"

    def choices(self) -> list[tuple[str, Guess]]:
        return [(str(place), guess) for place, guess in enumerate(self.entry.guesses)]


@dataclass(frozen=True, slots=True)
class NotRecognised:
    """Entries that nobody here knows: the patient looks at their spelling."""

    entries: tuple[Entry, ...]

    @property
    def id(self) -> str:
        return UNREAD

    def keys(self) -> list[str]:
        return [f"{UNREAD}:{entry.text}" for entry in self.entries]


@dataclass(frozen=True, slots=True)
class Reading:
    """A question that was answered as if there were none of these medicines.

    `code` is the answer that the medicines stand for, None where several choices may be right.
    """

    item: Item
    code: str | None
    claims: tuple[Claim, ...]

    @property
    def id(self) -> str:
        return self.item.link_id

    @property
    def texts(self) -> list[str]:
        return list(dict.fromkeys(claim.entry.text for claim in self.claims))

    def keys(self) -> list[str]:
        said = (key(self.item.link_id, s) for claim in self.claims for s in claim.substances)
        return list(dict.fromkeys(said))


Question = DidYouMean | NotRecognised | Reading


def with_replies(record: MedicineRecord, replies: Mapping[str, str]) -> MedicineRecord:
    """Return `record` as the patient explained it."""
    entries = tuple(_explained(entry, replies) for entry in record.entries)
    kept = {k: r for k, r in replies.items() if not k.startswith((f"{GUESS}:", f"{UNREAD}:"))}
    return replace(record, entries=entries, replies=kept)


def _explained(entry: Entry, replies: Mapping[str, str]) -> Entry:
    reply = replies.get(DidYouMean(entry).id) if entry.status is Status.GUESS else None
    if reply is None or reply == NOT_KNOWN:
        return entry
    chosen = [guess for place, guess in DidYouMean(entry).choices() if place == reply]
    if not chosen:
        status = Status.RECOGNISED if entry.substances else Status.NOT_RECOGNISED
        left = (entry.text,) if entry.substances else ()
        return replace(entry, status=status, guesses=(), left_over=left)
    [guess] = chosen
    return replace(
        entry,
        status=Status.RECOGNISED,
        names=(*entry.names, guess.name),
        substances=tuple(dict.fromkeys((*entry.substances, *guess.substances))),
        guesses=(),
    )


def open_questions(
    definitions: Definitions,
    asked: Iterable[Item],
    answers: Answers,
    record: MedicineRecord,
    replies: Mapping[str, str],
    used: Collection[str],
) -> Iterator[Question]:
    """Yield what is still to be asked; `record` is with_replies, `asked` the way so far.

    `used` are the findings that the chosen procedures rest on: no other is asked about.
    """
    for entry in record.entries:
        if entry.status is Status.GUESS and DidYouMean(entry).id not in replies:
            yield DidYouMean(entry)
    unread = tuple(e for e in record.entries if e.status in (Status.NOT_RECOGNISED, Status.PURPOSE))
    if unread and not replies.keys() >= set(NotRecognised(unread).keys()):
        yield NotRecognised(unread)
    for reading in _readings(definitions, asked, answers, record, used):
        if not replies.keys() >= set(reading.keys()):
            yield reading


def _readings(
    definitions: Definitions,
    asked: Iterable[Item],
    answers: Answers,
    record: MedicineRecord,
    used: Collection[str],
) -> Iterable[Reading]:
    found: dict[str, Reading] = {}
    places = _Places(definitions, asked, answers)
    claims = claims_of(definitions.medicines, record.entries)
    for claim in (c for c in claims if c.finding in used):
        for item, code in places.to_ask(claim):
            one = found.get(item.link_id) or Reading(item, code, ())
            code = one.code if one.code == code else None
            found[item.link_id] = Reading(item, code, (*one.claims, claim))
    return found.values()


class _Places:
    """Where a questionnaire on its way asks about what a medicine says."""

    def __init__(self, definitions: Definitions, asked: Iterable[Item], answers: Answers):
        self.answers = answers
        self.asked = {item.link_id: item for item in asked if item.link_id in answers}
        self.about, self.gates = questions_about(definitions), gates_above(definitions)

    def to_ask(self, claim: Claim) -> Iterator[tuple[Item, str | None]]:
        """Yield the question to look at once more, and the answer that would fit."""
        kind = claim.kind
        if kind.question in self.asked and kind.answer not in self._ticked(kind.question):
            yield self.asked[kind.question], kind.answer
            return
        here = [i for i in self.about.get(claim.finding, ()) if i.link_id in self.asked]
        if not here:
            yield from self._gate(claim.finding)
            return
        items = [self.asked[item.link_id] for item in here]  # in the patient's language
        fitting = [(item, _codes_for(item, claim.finding)) for item in items]
        if any(set(codes) & set(self._ticked(item.link_id)) for item, codes in fitting):
            return
        item, codes = fitting[0]
        said = set(self._ticked(item.link_id))
        if said & WITHHELD or (not claim.certain and says_something(item, self.answers)):
            return
        yield item, codes[0] if len(codes) == 1 else None

    def _gate(self, finding: str) -> Iterator[tuple[Item, str | None]]:
        """Yield the nearest question above that was answered so that the way ended there."""
        for item in self.about.get(finding, ()):
            gate: tuple[Item, str] | None = self.gates.get(item.link_id)
            while gate and gate[0].link_id not in self.asked:
                gate = self.gates.get(gate[0].link_id)
            if gate:
                above, code = self.asked[gate[0].link_id], gate[1]
                if not {code, *WITHHELD} & set(self._ticked(above.link_id)):
                    yield above, code
                return

    def _ticked(self, link_id: str | None) -> list[str]:
        return ticked(self.answers.get(link_id or "", ""))


def _codes_for(item: Item, finding: str) -> list[str]:
    chosen = [option.id for option in item.options if finding in option.means]
    return [YES] if finding in item.means else chosen


def changed_answer(reading: Reading, answer: Answer, reply: str) -> Answer:
    """Return the answer to the reading's question after the patient's own `reply` to it.

    "yes" adds what the medicine stands for, or opens the question again where several choices
    may be right; "unknown" says that it is not known; anything else leaves it as it was.
    """
    if reply not in (YES, NOT_KNOWN):
        return answer
    if reply == YES and reading.code is None:
        return ""
    code = reading.code if reply == YES and reading.code else NOT_KNOWN
    if reading.item.type is not ItemType.SOME_OF:
        return code
    kept = [c for c in ticked(answer) if c not in (NONE_OF_THESE, NO)]
    return [c for c in reading.item.codes if c in {*kept, code}]
