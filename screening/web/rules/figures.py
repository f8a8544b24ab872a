"""The clinical lead's figures as bars and tables; both show the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from screening.clinical.definitions.definitions import Definitions
from screening.clinical.whatif.insight import (
    FEW,
    Insight,
    Named,
    Rule,
    Spent,
    in_steps,
    most_often,
    spent,
)
from screening.web.core.formatting import shown_date, shown_duration
from screening.web.core.outcomes import LOOKS, WORDS

MOST_ROWS = 10


@dataclass(frozen=True)
class Row:
    """One row of a table and one bar: `parts` are looks and sizes, none where it has no bar."""

    label: str
    cells: Sequence[str | int]
    figure: str | int = ""
    parts: Sequence[tuple[str, int]] = ()


@dataclass(frozen=True)
class Chart:
    """`columns` name what stands in a row, its label first; `legend` says what a part is."""

    id: str
    title: str
    note: str
    columns: Sequence[str]
    rows: Sequence[Row]
    legend: Sequence[tuple[str, str]] = ()


def charts(found: Insight, procedure: str, known: Definitions) -> list[Chart]:
    """Return all that the page shows; `procedure` narrows the outcomes by month, "" does not."""
    names = Names(known)
    return [
        _outcomes(
            ("treatments", _("Outcomes by treatment"), _("Treatment")),
            {names.procedure(id): c for id, c in sorted(found.by_procedure().items())},
        ),
        _outcomes(
            ("months", _("Outcomes by month"), _("Month")),
            {shown_date(m): c for m, c in sorted(found.by_month(procedure or None).items())},
            names.procedure(procedure) if procedure else _("All treatments together."),
        ),
        _met(found, names),
        _overridden(found, names),
        _unknown(found, names),
        _times(found),
        *_ways(found, names),
    ]


class Names:
    """What procedures, rules and questions are called; one that is gone keeps its id."""

    def __init__(self, known: Definitions):
        self.known = known
        self.questions = {item.link_id: item.text for item in known.items}

    def procedure(self, id: str) -> str:
        return self.known.procedures[id].name if id in self.known.procedures else id

    def rule(self, rule: Rule) -> str:
        procedure, id = rule
        finding = self.known.findings[id].name if id in self.known.findings else id
        return f"{finding} ({self.procedure(procedure)})"

    def question(self, id: str) -> str:
        return self.questions.get(id, id)


def _outcomes(
    named: tuple[str, str, str], groups: Mapping[str, Counter[str]], note: str = ""
) -> Chart:
    id, title, first = named
    rows = []
    for label, counted in groups.items():
        cells = [_at_least(counted[o]) for o in LOOKS]
        shown = _at_least(counted.total())
        parts = [(look, size) for o, look in LOOKS.items() if (size := in_steps(counted[o]))]
        rows.append(Row(label, [*cells, shown], shown, parts))
    legend = [(look, str(WORDS[o])) for o, look in LOOKS.items()]
    columns = [first, *map(str, WORDS.values()), _("All")]
    return Chart(id, title, note, columns, rows, legend)


def _at_least(times: int | None) -> str | int:
    """Return the figure in steps, or words where it may point at one person."""
    shown = None if times is None else in_steps(times)
    return _("fewer than %(few)s", few=FEW) if shown is None else shown


def _commonest(counted: Counter[Named], most: int) -> list[tuple[Named, int | None]]:
    """Return the commonest by steps, and within a step by name: their order would tell more."""
    stepped = Counter({name: in_steps(times) or 1 for name, times in counted.items()})
    return most_often(stepped, most)


def _bar(label: str, times: int | None, look: str, *more: int) -> Row:
    """Return a row whose bar is as long as `times`, and without a bar where that is hidden."""
    shown = _at_least(times)
    cells = [shown, *map(_at_least, more)]
    return Row(label, cells, shown, [(look, times)] if times is not None else [])


def _met(found: Insight, names: Names) -> Chart:
    return Chart(
        "met",
        _("Rules most often met"),
        _("A rule counts where it is a reason of an outcome: what it names holds, or may hold."),
        [_("Rule"), _("Times")],
        [_bar(names.rule(r), n, "stop") for r, n in _commonest(found.met, MOST_ROWS)],
    )


def _overridden(found: Insight, names: Names) -> Chart:
    return Chart(
        "overridden",
        _("Rules most often overridden"),
        _("A doctor decided to proceed against the rule’s advice; the last decision counts."),
        [_("Rule"), _("Overridden"), _("Of so many decided")],
        [
            _bar(names.rule(rule), times, "wait", found.decided[rule])
            for rule, times in _commonest(found.overridden, MOST_ROWS)
        ],
    )


def _unknown(found: Insight, names: Names) -> Chart:
    return Chart(
        "unknown",
        _("Questions most often answered “I do not know”"),
        _("A question that many cannot answer may need other words, or help beside it."),
        [_("Question"), _("“I do not know”"), _("Of so many answers")],
        [
            _bar(names.question(question), times, "ask", found.asked[question])
            for question, times in _commonest(found.unknown, MOST_ROWS)
        ],
    )


def _times(found: Insight) -> Chart:
    rows = [_time(shown_date(month), taken) for month, taken in found.times().items()]
    if len(rows) > 1:
        rows.append(_time(_("All"), spent(_flat(found.seconds.values()))))
    return Chart(
        "times",
        _("Time to complete"),
        _(
            "From the first answer to sending, breaks included. "
            "Who was asked again is not counted here."
        ),
        [_("Month"), _("Screenings"), _("Half took at most"), _("9 of 10 took at most")],
        rows,
        [("stop", _("Half took at most")), ("clear", _("9 of 10 took at most"))],
    )


def _ways(found: Insight, names: Names) -> list[Chart]:
    """Return what shared pages and one question a page make of the same questions, if both are."""
    questions = found.compared(MOST_ROWS)
    if not questions:
        return []
    ways = (found.shared, found.single)
    rows = [
        Row(
            names.question(question),
            [
                *(_share(way.yes[question], way.asked[question]) for way in ways),
                *(_share(way.unknown[question], way.asked[question]) for way in ways),
            ],
        )
        for question in questions
    ]
    halves = [spent(way.seconds) for way in ways]
    took = [shown_duration(half.median) if half else "–" for half in halves]
    rows.append(Row(_("Half took at most"), [*took, "–", "–"]))
    columns = [_("Question"), _("Yes, shared page"), _("Yes, one a page")]
    columns += [_("Not sure, shared page"), _("Not sure, one a page")]
    note = _("Fewer “yes” on shared pages would mean that some are lost there.")
    return [Chart("ways", _("Shared pages and one question a page"), note, columns, rows)]


def _share(times: int, of: int) -> str | int:
    return f"{round(100 * times / of)} %" if times >= FEW else _at_least(None)


def _flat(lists: Iterable[Sequence[int]]) -> list[int]:
    return [one for some in lists for one in some]


def _time(label: str, taken: Spent | None) -> Row:
    if taken is None:
        return Row(label, [_at_least(None), "–", "–"])
    median, most = shown_duration(taken.median), shown_duration(taken.most)
    parts = [("stop", taken.median), ("clear", taken.most - taken.median)]
    return Row(label, [_at_least(taken.count), median, most], f"{median} / {most}", parts)
