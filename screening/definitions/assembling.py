"""Put sections and procedures together: each procedure with what it takes over from others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from screening.clinical.definitions.aftercare import (
    Advice,
    Aftercare,
    Expectation,
    Statement,
    Visit,
    WarningSign,
)
from screening.clinical.definitions.coverage import Cell
from screening.clinical.definitions.eligibility import Contraindication, Preparation, Procedure
from screening.clinical.definitions.folder import BEFORE_BINDINGS, Bindings
from screening.clinical.definitions.people import People, Trait
from screening.clinical.definitions.questionnaire import (
    THE_DAY,
    UNTIL_ITS_DATE,
    Holds,
    Item,
    Option,
    Section,
)
from screening.definitions.kinds import (
    PopulationFile,
    ProcedureFile,
    SectionFile,
    SettingsFile,
)
from screening.definitions.problems import Problem, unknown
from screening.definitions.reading import Document, Key
from screening.definitions.shapes import (
    ContraindicationShape,
    PreparationShape,
    QuestionShape,
    StatementShape,
    same_fields,
)

Places = Mapping[str, tuple[str, int]]
Noted = Callable[[Item, QuestionShape, Document, Key], None]
LISTS = ("preparation", "aftercare", "warning_signs", "expect", "follow_up", "course")


def settings_in(file: SettingsFile | None) -> dict[str, Any]:
    """Return what a folder says of itself, under the names that Definitions has for it."""
    if file is None:
        return {"format": 1}
    bound, bindings = file.bindings, BEFORE_BINDINGS
    if bound is not None:
        arrival = {row: frozenset(names) for row, names in bound.arrival.items()}
        bindings = Bindings(bound.birth_date or "", arrival, bound.medicines)
    return {
        "format": file.format,
        "title": file.title,
        "bindings": bindings,
        "words": {language: tuple(words.items()) for language, words in file.words.items()},
        "demo_patients": file.demo_patients,
    }


def people_in(file: PopulationFile) -> People:
    """Return the ordinary patients that `file` describes."""
    traits = tuple(
        Trait(
            one.id,
            one.women,
            one.men,
            one.answers,
            tuple((more.percent, more.answers) for more in one.of_these),
        )
        for one in file.items
    )
    who = file.population
    return People(
        on=who.on,
        seed=who.seed,
        count={"women": who.women, "men": who.men},
        ages={"women": who.age_women, "men": who.age_men},
        traits=traits,
        not_known=file.do_not_know.rates,
        everyone={
            "women": {**who.all_answer, **who.women_answer},
            "men": {**who.all_answer, **who.men_answer},
        },
    )


def statements_of(
    file: ProcedureFile,
) -> Iterator[tuple[str, int, StatementShape | PreparationShape]]:
    """Yield every statement beside the rules, with the list that holds it and its place there."""
    for name in LISTS:
        for i, one in enumerate(getattr(file, name)):
            yield name, i, one


def assemble_coverage(
    files: Mapping[str, ProcedureFile],
    written: Mapping[str, Mapping[str, Cell]],
    procedures: Mapping[str, Procedure],
) -> dict[str, dict[str, Cell]]:
    """Return what is decided for each list: a list that takes over another takes this over too."""

    def taken(name: str, *above: str) -> dict[str, Cell]:
        cells: dict[str, Cell] = {}
        for included in files[name].includes if name in files and name not in above else ():
            cells = taken(included, name, *above) | cells
        return cells | dict(written.get(name, {}))

    decided = {}
    for name in dict.fromkeys((*written, *procedures)):
        rules = procedures[name].contraindications if name in procedures else ()
        ruled = {rule.finding for rule in rules}
        own = written.get(name, {})
        decided[name] = {f: c for f, c in taken(name).items() if f in own or f not in ruled}
    return {name: cells for name, cells in decided.items() if cells}


def assemble_procedures(
    files: Mapping[str, ProcedureFile], places: Places, problems: list[Problem]
) -> dict[str, Procedure]:
    """Return every procedure with what it takes over merged in, and add to `problems`.

    Its own rule for a finding wins; among lists taken over the graver one does.
    Warning signs are taken over too, after its own.
    """
    merged: dict[str, Procedure] = {}
    for name, file in files.items():
        rules = _merged_rules(name, (name,), files, places, problems)
        preparation = tuple(Preparation(p.do, p.source, p.facts) for p in file.preparation)
        merged[name] = Procedure(
            name,
            file.name,
            file.summary,
            tuple(rules.values()),
            preparation,
            file.includes,
            _aftercare(name, files),
        )
    return merged


def _merged_rules(
    name: str,
    path: tuple[str, ...],
    files: Mapping[str, ProcedureFile],
    places: Places,
    problems: list[Problem],
) -> dict[str, Contraindication]:
    rules: dict[str, Contraindication] = {}
    for other in files[name].includes:
        if other not in files:
            text = unknown("procedure", other, files)
            problems.append(Problem(*places[f"procedure {name}"], text))
        elif other in path:
            text = f"includes goes round in a circle: {' -> '.join((*path, other))}"
            problems.append(Problem(*places[f"procedure {name}"], text))
        else:
            for rule in _merged_rules(other, (*path, other), files, places, problems).values():
                known = rules.get(rule.finding)
                if known is None or _stricter(rule, known):
                    rules[rule.finding] = rule
    own: dict[str, Contraindication] = {}
    for shape in files[name].contraindications:
        if shape.finding in own:
            text = f'"{shape.finding}" stands twice in this list'
            problems.append(Problem(*places[f"rule {name} {shape.finding}"], text))
        own[shape.finding] = _rule(shape, name)
    return rules | own


def _rule(shape: ContraindicationShape, procedure: str) -> Contraindication:
    return Contraindication(**same_fields(shape, Contraindication), listed_by=procedure)


def _stricter(rule: Contraindication, known: Contraindication) -> bool:
    return (rule.gravity, rule.fixed) > (known.gravity, known.fixed)


def _aftercare(name: str, files: Mapping[str, ProcedureFile]) -> Aftercare:
    file = files[name]
    return Aftercare(
        tuple(
            Advice(**same_fields(a, Advice) | {"text": a.do or a.avoid, "avoid": a.do is None})
            for a in file.aftercare
        ),
        tuple(_signs(name, files)),
        tuple(Expectation(text=n.what, **same_fields(n, Expectation)) for n in file.expect),
        tuple(Visit(text=v.visit, **same_fields(v, Visit)) for v in file.follow_up),
        tuple(Statement(text=c.what, **same_fields(c, Statement)) for c in file.course),
    )


def _signs(name: str, files: Mapping[str, ProcedureFile]) -> list[WarningSign]:
    """Return the warning signs of `name`, then those of the procedures that it takes over."""
    signs: list[WarningSign] = []
    pending, seen = [name], set()
    while pending:
        one = pending.pop(0)
        if one not in seen and one in files:
            seen.add(one)
            pending += files[one].includes
            said = {sign.text for sign in signs}
            signs += [
                WarningSign(text=s.sign, listed_by=one, **same_fields(s, WarningSign))
                for s in files[one].warning_signs
                if s.sign not in said
            ]
    return signs


def assemble_section(file: SectionFile, at: Document, note: Noted) -> Section:
    """Return the section in `file`; `note` is told each question and where it stands."""
    items = (_item(shape, at, ("questions", i), note) for i, shape in enumerate(file.questions))
    return Section(file.section, file.title, tuple(items))


def _item(shape: QuestionShape, at: Document, where: Key, note: Noted) -> Item:
    def below(shapes: tuple[QuestionShape, ...], *key: str | int) -> tuple[Item, ...]:
        return tuple(_item(s, at, (*where, *key, i), note) for i, s in enumerate(shapes))

    options = (
        Option(**same_fields(o, Option) | {"then": below(o.then, "options", i, "then")})
        for i, o in enumerate(shape.options)
    )
    named_otherwise = {
        "link_id": shape.id,
        "text": shape.ask,
        "type": shape.answer,
        "options": tuple(options),
        "if_yes": below(shape.if_yes, "if_yes"),
        "if_not_no": below(shape.if_not_no, "if_not_no"),
        "may_not_know": shape.unknown,
        "holds": shape.holds or _passing(shape),
    }
    item = Item(**same_fields(shape, Item) | named_otherwise)
    note(item, shape, at, where)
    return item


def _passing(shape: QuestionShape) -> Holds:
    """Return how long an answer holds where nothing is written: the strictest that can be."""
    return Holds(UNTIL_ITS_DATE, THE_DAY) if shape.booked else Holds()
