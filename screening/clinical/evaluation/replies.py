"""What many patients answered, question by question: a column of bits for each answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from screening.clinical.definitions.dates import PartialDate
from screening.clinical.definitions.findings import Pair
from screening.clinical.definitions.medicines import MedicineRecord
from screening.clinical.definitions.questionnaire import (
    NO,
    NONE_OF_THESE,
    NOT_KNOWN,
    WITHHELD,
    Answer,
    Answers,
    Item,
)
from screening.clinical.evaluation.answers import implausible, parse_answer

Said = str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Population:
    """What many patients answered: `said` is question, answer, and who gave it.

    `days` is the day that each screening holds for, `earlier` question, nth screening
    and the day of the answer, where it was given before. `medicines` is nth screening,
    what was read in its list of medicines, and the answers beside it.
    """

    days: list[date]
    said: Mapping[str, Mapping[Said, list[int]]]
    earlier: Mapping[str, Mapping[int, date]] = field(default_factory=dict)
    medicines: Mapping[int, tuple[MedicineRecord, Answers]] = field(default_factory=dict)

    @property
    def everyone(self) -> int:
        return (1 << len(self.days)) - 1


def gather(
    screenings: Iterable[tuple[date, Answers]],
    answered_on: Sequence[Mapping[str, date]] = (),
    medicines: Mapping[int, tuple[MedicineRecord, Answers]] | None = None,
) -> Population:
    """Return the screenings, each a day and its answers, turned into columns.

    `answered_on` is for each screening question and day; what it does not name was
    answered on the screening's day.
    """
    days: list[date] = []
    said: dict[str, dict[Said, list[int]]] = defaultdict(lambda: defaultdict(list))
    for nth, (on, answers) in enumerate(screenings):
        days.append(on)
        for link_id, answer in answers.items():
            key = answer if isinstance(answer, str) else tuple(answer)
            said[link_id][key].append(nth)
    earlier: dict[str, dict[int, date]] = defaultdict(dict)
    for nth, given in enumerate(answered_on):
        for link_id, day in given.items():
            if day < days[nth]:
                earlier[link_id][nth] = day
    return Population(days, said, earlier, medicines or {})


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
class Reply:
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
    def loud(self) -> int:
        """Who said more than "no"; see contradictions.is_loud."""
        return self.answered & ~self.choosing({NO}) & ~self.choosing({NONE_OF_THESE})

    @property
    def not_known(self) -> int:
        return bits([n for a, who in self.given if a == NOT_KNOWN for n in who], self.size)


def _ticks(answer: Answer) -> set[str]:
    return {answer} if isinstance(answer, str) else set(answer)


def read_reply(item: Item, population: Population) -> Reply:
    """Read what was said to `item`; what cannot be read is not known."""
    given: list[tuple[Answer, list[int]]] = []
    dates: dict[int, PartialDate] = {}
    said = population.said.get(item.link_id, {})
    for value, who in said.items():
        if item.type.is_date and (day := _day(value)):
            told = population.earlier.get(item.link_id, {})
            ahead = [n for n in who if implausible(item, day, told.get(n, population.days[n]))]
            given.append((NOT_KNOWN, ahead))
            dates |= dict.fromkeys(set(who).difference(ahead), day)
            for n in set(told).intersection(who).difference(ahead) if not item.booked else ():
                dates[n] = day.until(told[n]) or day
            continue
        raw = value if isinstance(value, str) else list(value)
        answer, fault = parse_answer(item, raw, date.max)
        given.append((NOT_KNOWN if fault else answer or "", who))
    size = len(population.days)
    answered = bits([n for a, who in given if a for n in who], size) | bits(dates, size)
    return Reply(given, dates, answered, size)


def _day(value: Said) -> PartialDate | None:
    try:
        return PartialDate.parse(value) if isinstance(value, str) else None
    except ValueError:
        return None
