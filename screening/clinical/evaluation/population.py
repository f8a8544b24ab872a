"""Establish the findings of many screenings at once, one bit a screening.

What `answers` says about one patient is said here about all of them together: the
nth bit of every integer is the nth screening. Only dates and ages are looked at
one by one, because each is counted from its own day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from screening.clinical.definitions.dates import PartialDate, age_on
from screening.clinical.definitions.definitions import Definitions, findings_for
from screening.clinical.definitions.findings import ABSENT, Pair, derive, named_in, usable_date
from screening.clinical.definitions.medicines import MedicineRecord
from screening.clinical.definitions.questionnaire import (
    NOT_KNOWN,
    WITHHELD,
    YES,
    Answer,
    Answers,
    Item,
    ItemType,
    walk,
)
from screening.clinical.evaluation.answers import implausible, parse_answer
from screening.clinical.evaluation.medicines import medicine_states

Said = str | tuple[str, ...]
_Branch = tuple[Pair, int, tuple[Item, ...]]  # the state of what leads there, who is asked, what


@dataclass(frozen=True, slots=True)
class Population:
    """What many patients answered: `said` is question, answer, and who gave it.

    `days` is the day that each screening holds for, `medicines` by screening what was read
    in the list of medicines, and the answers beside it.
    """

    days: list[date]
    said: Mapping[str, Mapping[Said, list[int]]]
    medicines: Mapping[int, tuple[MedicineRecord, Answers]] = field(default_factory=dict)

    @property
    def everyone(self) -> int:
        return (1 << len(self.days)) - 1


@dataclass(frozen=True, slots=True)
class PopulationFindings:
    """The state of every finding, the dates given, and who was never asked about a finding.

    `dates` is finding, nth screening, date.
    """

    states: Mapping[str, Pair]
    dates: Mapping[str, Mapping[int, PartialDate]]
    unasked: Mapping[str, int]


def gather(
    screenings: Iterable[tuple[date, Answers]],
    medicines: Mapping[int, tuple[MedicineRecord, Answers]] | None = None,
) -> Population:
    """Return the screenings, each a day and its answers, turned into columns."""
    days: list[date] = []
    said: dict[str, dict[Said, list[int]]] = defaultdict(lambda: defaultdict(list))
    for nth, (on, answers) in enumerate(screenings):
        days.append(on)
        for link_id, answer in answers.items():
            key = answer if isinstance(answer, str) else tuple(answer)
            said[link_id][key].append(nth)
    return Population(days, said, medicines or {})


def bits(positions: Iterable[int], size: int) -> int:
    """Return an integer of `size` bits with those at `positions` set."""
    row = bytearray(b"0") * size
    for nth in positions:
        row[-1 - nth] = 49  # "1"
    return int(row or b"0", 2)


def positions(those: int) -> Iterator[int]:
    """Yield which bits are set, lowest first."""
    row = f"{those:b}"[::-1]
    nth = row.find("1")
    while nth >= 0:
        yield nth
        nth = row.find("1", nth + 1)


@dataclass(frozen=True, slots=True)
class _Reply:
    """One question's readable answers: who gave which, and the dates among them by screening."""

    given: list[tuple[Answer, list[int]]]
    dates: dict[int, PartialDate]
    answered: int
    size: int

    def pair(self, code: str) -> Pair:
        """Return what the answers say about the choice `code`; a blank is unknown."""
        certain = self.choosing({code})
        return certain, certain | self.choosing(WITHHELD) | ((1 << self.size) - 1 & ~self.answered)

    def choosing(self, codes: set[str]) -> int:
        """Return who ticked any of `codes`."""
        return bits([n for a, who in self.given if codes & _ticks(a) for n in who], self.size)

    @property
    def not_known(self) -> int:
        return bits([n for a, who in self.given if a == NOT_KNOWN for n in who], self.size)


def _ticks(answer: Answer) -> set[str]:
    return {answer} if isinstance(answer, str) else set(answer)


def _reply(item: Item, population: Population) -> _Reply:
    """Read what was said to `item`; what cannot be read is not known."""
    given: list[tuple[Answer, list[int]]] = []
    dates: dict[int, PartialDate] = {}
    said = population.said.get(item.link_id, {})
    for value, who in said.items():
        if item.type.is_date and (day := _day(value)):
            ahead = [n for n in who if implausible(item, day, population.days[n])]
            given.append((NOT_KNOWN, ahead))
            dates |= dict.fromkeys(set(who).difference(ahead), day)
            continue
        raw = value if isinstance(value, str) else list(value)
        answer, fault = parse_answer(item, raw, date.max)
        given.append((NOT_KNOWN if fault else answer or "", who))
    size = len(population.days)
    answered = bits([n for a, who in given if a for n in who], size) | bits(dates, size)
    return _Reply(given, dates, answered, size)


def _day(value: Said) -> PartialDate | None:
    try:
        return PartialDate.parse(value) if isinstance(value, str) else None
    except ValueError:
        return None


@dataclass(slots=True)
class _Told:
    """What questions say about a finding: its state, for whom they say it, who was left out."""

    certain: int = 0
    possible: int = 0
    told: int = 0
    unasked: int = 0

    def add(self, certain: int, possible: int, told: int, unasked: int) -> None:
        self.certain |= certain
        self.possible |= possible
        self.told |= told
        self.unasked |= unasked


class _Hearing:
    """Go through the questions once, for everyone at the same time."""

    def __init__(self, definitions: Definitions, population: Population):
        self.definitions, self.population = definitions, population
        self.everyone = population.everyone
        self.doubtful = findings_for(definitions)  # below a question that is not known
        self.dates: dict[str, dict[int, PartialDate]] = {}

    def hear(self, items: Iterable[Item], asked: int) -> dict[str, _Told]:
        """Return what `items` and their follow-ups say; `asked` is who was led to them."""
        told: dict[str, _Told] = {}
        for item in items:
            reply = _reply(item, self.population)
            blank = self.everyone & ~reply.answered
            if item.type is ItemType.BIRTH_DATE:
                for name, (certain, possible) in self._ages(reply):
                    told.setdefault(name, _Told()).add(certain, possible, self.everyone, blank)
            for code, means in [(YES, item.means), *((o.id, o.means) for o in item.options)]:
                certain, possible = reply.pair(code) if means else ABSENT
                for name in means:
                    told.setdefault(name, _Told()).add(certain, possible, self.everyone, blank)
            self._note_dates(item, reply, asked)
            for branch in _branches(item, reply):
                self._hear_below(told, branch, asked, blank)
        return told

    def _hear_below(self, told: dict[str, _Told], branch: _Branch, asked: int, blank: int) -> None:
        """Add what follow-ups say: their own word where they are asked, else their parent's."""
        (certain, maybe), led, below = branch
        others = self.everyone & ~led
        for name, said in self.hear(below, asked & led).items():
            sure = certain if name in self.doubtful else led
            told.setdefault(name, _Told()).add(
                sure & said.certain, led & said.possible, led & said.told, led & said.unasked
            )
        for name in {name for item in walk(below) for name in _claims(item)}:
            told.setdefault(name, _Told()).add(0, others & maybe, others, others & blank)

    def _ages(self, reply: _Reply) -> Iterator[tuple[str, Pair]]:
        known = bits(reply.dates, reply.size)
        days = self.population.days
        years = {n: age_on(born.first, days[n]) for n, born in reply.dates.items()}
        for finding in self.definitions.findings.values():
            if finding.age is not None:
                holds = {y for y in set(years.values()) if finding.age.holds(y)}
                certain = bits([n for n, y in years.items() if y in holds], reply.size)
                yield finding.id, (certain, certain | (self.everyone & ~known))

    def _note_dates(self, item: Item, reply: _Reply, asked: int) -> None:
        """Keep the dates of those who were led to the question, where they can be true."""
        if item.dates:
            finding, days = self.definitions.findings[item.dates], self.population.days
            counted = set(positions(asked & bits(reply.dates, reply.size)))
            noted = self.dates.setdefault(item.dates, {})
            for nth in counted:
                day = usable_date(finding, reply.dates[nth], days[nth])
                noted.pop(nth, None)
                noted |= {nth: day} if day else {}


def _claims(item: Item) -> set[str]:
    return {*item.means, *(name for option in item.options for name in option.means)}


def _branches(item: Item, reply: _Reply) -> Iterator[_Branch]:
    """Yield each group of follow-ups with the state of what leads to it, and who was asked."""
    if item.if_yes or item.if_not_no:
        yes = reply.pair(YES)
        yield yes, yes[0], item.if_yes
        yield yes, yes[0] | reply.not_known, item.if_not_no
    for option in item.options:
        if option.then:
            chosen = reply.pair(option.id)
            yield chosen, chosen[0], option.then


def establish_all(definitions: Definitions, population: Population) -> PopulationFindings:
    """Return the state of every finding, as `establish_findings` would one at a time."""
    hearing = _Hearing(definitions, population)
    everyone = population.everyone
    items = (item for section in definitions.sections for item in section.items)
    told = hearing.hear(items, everyone)
    states: dict[str, Pair] = {
        name: (t.certain, t.possible | (everyone & ~t.told)) for name, t in told.items()
    }
    for name, finding in definitions.findings.items():
        if finding.when is None:
            states.setdefault(name, (0, everyone))
    for nth, (record, answers) in population.medicines.items():
        for name, (certain, possible) in medicine_states(definitions, record, answers):
            c, p = states[name]
            states[name] = c | certain << nth, p | possible << nth
    known = derive(definitions.findings, states, everyone)
    direct = {n: told[n].unasked if n in told else everyone for n in states}
    unasked = {
        name: possible & ~certain & _any_part(definitions, direct, name)
        for name, (certain, possible) in known.items()
    }
    return PopulationFindings(known, hearing.dates, unasked)


def _any_part(definitions: Definitions, direct: Mapping[str, int], name: str) -> int:
    """Return who was not asked about `name` or about something that it is derived from."""
    when = definitions.findings[name].when
    if name in direct or when is None:
        return direct.get(name, 0)
    unasked = 0
    for part in named_in(when):
        unasked |= _any_part(definitions, direct, part)
    return unasked
