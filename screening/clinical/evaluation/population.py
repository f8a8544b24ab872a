"""Establish the findings of many screenings at once, one bit a screening.

What `answers` says about one patient is said here about all of them together: the
nth bit of every integer is the nth screening. Only dates and ages are looked at
one by one, because each is counted from its own day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from screening.clinical.definitions.dates import PartialDate, age_on
from screening.clinical.definitions.definitions import Definitions, findings_for
from screening.clinical.definitions.findings import ABSENT, Pair, derive, named_in, usable_date
from screening.clinical.definitions.questionnaire import (
    STILL,
    WITHHELD,
    YES,
    Item,
    ItemType,
    Life,
    walk,
)
from screening.clinical.evaluation.branching import claims
from screening.clinical.evaluation.contradictions import askers_of
from screening.clinical.evaluation.dating import dated_twice, latest
from screening.clinical.evaluation.replies import Population, Reply, bits, positions, read_reply
from screening.clinical.medicines.record import medicine_states

_Branch = tuple[Pair, int, tuple[Item, ...]]  # the state of what leads there, who is asked, what


@dataclass(frozen=True, slots=True)
class PopulationFindings:
    """The state of every finding, the dates given, and who was never asked about a finding.

    `dates` is finding, nth screening, date.
    """

    states: Mapping[str, Pair]
    dates: Mapping[str, Mapping[int, PartialDate]]
    unasked: Mapping[str, int]
    still: Mapping[str, int] = field(default_factory=dict)


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
        self.twice, self.undated = dated_twice(definitions)
        self.dated: dict[str, _Days] = {}
        self.outlived: dict[str, int] = {}
        self.replies: dict[str, Reply] = {}

    def reply(self, item: Item) -> Reply:
        if item.link_id not in self.replies:
            self.replies[item.link_id] = read_reply(item, self.population)
        return self.replies[item.link_id]

    def hear(self, items: Iterable[Item], asked: int) -> dict[str, _Told]:
        """Return what `items` and their follow-ups say; `asked` is who was led to them."""
        told: dict[str, _Told] = {}
        for item in items:
            reply = self.reply(item)
            blank = self.everyone & ~reply.answered
            if item.dates and item.still:
                certain = reply.choosing({STILL})
                told.setdefault(item.dates, _Told()).add(certain, certain, certain, 0)
            if item.type is ItemType.BIRTH_DATE:
                for name, (certain, possible) in self._ages(reply):
                    told.setdefault(name, _Told()).add(certain, possible, self.everyone, blank)
            for code, means in [(YES, item.means), *((o.id, o.means) for o in item.options)]:
                certain, possible = reply.pair(code) if means else ABSENT
                for name in means:
                    told.setdefault(name, _Told()).add(certain, possible, self.everyone, blank)
            self._note_dates(item, reply, asked)
            if item.link_id in self.population.earlier:
                self._age(item, reply, asked)
            for means, branch in _branches(item, reply):
                self._hear_below(told, branch, asked, blank)
                if self.definitions.hears_all:
                    self._hear_anyway(told, means, branch)
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
        for name in {name for item in walk(below) for name in claims(item)}:
            told.setdefault(name, _Told()).add(0, others & maybe, others, others & blank)

    def _hear_anyway(self, told: dict[str, _Told], means: tuple[str, ...], branch: _Branch) -> None:
        """Add what was answered below though nothing led there; see heard_anyway."""
        _, led, below = branch
        answered = [i for i in walk(below) if i.link_id in self.population.said]
        loud = {i.link_id: self.reply(i).loud & ~led for i in answered}
        anyone = 0
        for those in loud.values():
            anyone |= those
        if not anyone:
            return
        for name in {*means, *(n for i in walk(below) for n in claims(i))} - self.doubtful:
            told.setdefault(name, _Told()).add(0, anyone, anyone, 0)
        for item in answered:
            for code, names in [(YES, item.means), *((o.id, o.means) for o in item.options)]:
                certain = self.reply(item).choosing({code}) & loud[item.link_id]
                for name in set(names) - self.doubtful if certain else ():
                    told[name].add(certain, certain, certain, 0)

    def _age(self, item: Item, reply: Reply, asked: int) -> None:
        """Note about what an old answer is not believed any more; see ageing.outlived_on."""
        over_no, over_yes = (self._over(item, life) for life in (item.holds.no, item.holds.yes))
        told = asked & reply.answered & ~reply.choosing(WITHHELD)
        for name in claims(item):
            over = over_yes if name in self.doubtful else over_no
            self.outlived[name] = self.outlived.get(name, 0) | (told & over)
        for _, (_, led, below) in _branches(item, reply):
            for name in {n for i in walk(below) for n in claims(i)} - self.doubtful:
                self.outlived[name] = self.outlived.get(name, 0) | (asked & ~led & over_no)

    def _over(self, item: Item, life: Life) -> int:
        days, earlier = self.population.days, self.population.earlier[item.link_id]
        return bits([n for n, day in earlier.items() if life.is_over(day, days[n])], len(days))

    def age(self, states: dict[str, Pair]) -> None:
        """Change `states` to what a later day knows; see ageing.age."""
        for name, those in self.outlived.items():
            certain, possible = states[name]
            if name not in self.doubtful:
                states[name] = (certain, possible | those)
            else:
                states[name] = (certain & ~those, possible)

    def _ages(self, reply: Reply) -> Iterator[tuple[str, Pair]]:
        known = bits(reply.dates, reply.size)
        days = self.population.days
        years = {n: age_on(born.first, days[n]) for n, born in reply.dates.items()}
        for finding in self.definitions.findings.values():
            if finding.age is not None:
                holds = {y for y in set(years.values()) if finding.age.holds(y)}
                certain = bits([n for n, y in years.items() if y in holds], reply.size)
                yield finding.id, (certain, certain | (self.everyone & ~known))

    def _note_dates(self, item: Item, reply: Reply, asked: int) -> None:
        """Keep the days of those who were led to the question, and whose day is not known."""
        if item.dates:
            noted = self.dated.setdefault(item.dates, _Days())
            noted.still |= asked & reply.choosing({STILL})
            for nth in positions(asked & bits(reply.dates, reply.size)):
                noted.given.setdefault(nth, []).append(reply.dates[nth])
            noted.open |= asked & ~bits(reply.dates, reply.size)
        if self.twice:
            self._note_undated(item, reply, asked)

    def _note_undated(self, item: Item, reply: Reply, asked: int) -> None:
        """Note for whom something happened on a day that was not asked for."""
        for code, name in self.undated.get(item.link_id, ()):
            self.dated.setdefault(name, _Days()).open |= asked & reply.pair(code)[1]
        for _, ((_, maybe), led, below) in _branches(item, reply):
            for name in self.twice & {i.dates for i in walk(below)}:
                self.dated.setdefault(name, _Days()).open |= asked & maybe & ~led

    def leave_open(self, states: dict[str, Pair]) -> None:
        """Change `states` by the declared contradictions; see contradictions.leave_open."""
        known = derive(self.definitions.findings, states, self.everyone)
        items = {item.link_id: item for item in self.definitions.items}
        for one in self.definitions.contradictions:
            those = self.everyone
            for side in (one.one, one.other):
                if side.finding is not None:
                    certain, possible = known[side.finding]
                    asked = 0
                    for item in askers_of(self.definitions, side.finding):
                        asked |= self.reply(item).answered
                    those &= certain | (possible & asked)
                elif side.question is not None:
                    reply = self.reply(items[side.question])
                    those &= reply.choosing({*side.codes, *WITHHELD})
            for name in one.unknown if those else ():
                certain, possible = states[name]
                if name in self.doubtful:
                    states[name] = (certain & ~those, possible)
                else:
                    states[name] = (certain, possible | those)

    def days(self) -> tuple[dict[str, dict[int, PartialDate]], dict[str, int]]:
        """Return the date of each finding, and who still has it."""
        dates: dict[str, dict[int, PartialDate]] = {}
        for name, noted in self.dated.items():
            finding, found = self.definitions.findings[name], dates.setdefault(name, {})
            for nth, given in noted.given.items():
                on = self.population.days[nth]
                is_open = name in self.twice and bool(noted.open >> nth & 1)
                day = latest(given, is_open, finding.booked, on)
                usable = usable_date(finding, day, on) if day else None
                if usable and not noted.still >> nth & 1:
                    found[nth] = usable
        return dates, {name: noted.still for name, noted in self.dated.items()}


@dataclass(slots=True)
class _Days:
    """What was said about the days of one finding: by screening, not known, still going on."""

    given: dict[int, list[PartialDate]] = field(default_factory=dict)
    open: int = 0
    still: int = 0


def _branches(item: Item, reply: Reply) -> Iterator[tuple[tuple[str, ...], _Branch]]:
    """Yield each group of follow-ups with the state of what leads to it, and who was asked."""
    if item.if_yes or item.if_not_no:
        yes = reply.pair(YES)
        yield item.means, (yes, yes[0], item.if_yes)
        yield item.means, (yes, yes[0] | reply.not_known, item.if_not_no)
    for option in item.options:
        if option.then:
            chosen = reply.pair(option.id)
            yield option.means, (chosen, chosen[0], option.then)


def establish_all(definitions: Definitions, population: Population) -> PopulationFindings:
    """Return the state of every finding, as `establish_findings` would one at a time."""
    hearing = _Hearing(definitions, population)
    everyone = population.everyone
    items = (item for section in definitions.sections for item in section.items)
    told = hearing.hear(items, everyone)
    states: dict[str, Pair] = {
        name: (t.certain, t.possible | (everyone & ~t.told)) for name, t in told.items()
    }
    hearing.age(states)
    for name, finding in definitions.findings.items():
        if finding.when is None:
            states.setdefault(name, (0, everyone))
    for nth, (record, answers) in population.medicines.items():
        for name, (certain, possible) in medicine_states(definitions, record, answers):
            c, p = states[name]
            states[name] = c | certain << nth, p | possible << nth
    if definitions.contradictions:
        hearing.leave_open(states)
    known = derive(definitions.findings, states, everyone)
    direct = {n: told[n].unasked if n in told else everyone for n in states}
    unasked = {
        name: possible & ~certain & _any_part(definitions, direct, name)
        for name, (certain, possible) in known.items()
    }
    dates, still = hearing.days()
    return PopulationFindings(known, dates, unasked, still)


def _any_part(definitions: Definitions, direct: Mapping[str, int], name: str) -> int:
    """Return who was not asked about `name` or about something that it is derived from."""
    when = definitions.findings[name].when
    if name in direct or when is None:
        return direct.get(name, 0)
    unasked = 0
    for part in named_in(when):
        unasked |= _any_part(definitions, direct, part)
    return unasked
