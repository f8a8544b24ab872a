"""What clinicians declared to weigh more, or alike, does so in every list as written.

The product's own evaluator weighs every imagined patient who has the finding; the
mildest of them counts, since another finding may always add to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from screening.clinical.definitions.coverage import SameProduct
from screening.clinical.definitions.definitions import Definitions
from screening.clinical.definitions.eligibility import Contraindication, Procedure
from screening.clinical.definitions.questionnaire import Item
from screening.definitions.checking.enumeration import GRAVITY, Patients, having, parts_of
from screening.definitions.problems import Problem

Places = Mapping[str, tuple[str, int]]
NOTHING = "no rule"


def check_weights(definitions: Definitions, places: Places) -> list[Problem]:
    """Return each pair that weighs the other way round, and each group that does not agree."""
    found = [*_disorder(definitions), *_disagreement(definitions)]
    return [Problem(*places[place], text) for place, text in found]


def _disorder(definitions: Definitions) -> Iterator[tuple[str, str]]:
    """Yield each pair of which the lighter one alone weighs more.

    The heavier one counts with what always comes with it: by the questions, and by
    the list's own word that another finding covers it.
    """
    pairs, findings = definitions.severity_order, definitions.findings
    along = _always_along(definitions) if pairs else {}
    alone = {pair.lighter: having(findings, pair.lighter) for pair in pairs}
    for name, procedure in definitions.procedures.items():
        covered = {f: cell.by for f, cell in definitions.coverage.get(name, {}).items()}
        for i, pair in enumerate(pairs):
            with_it = {
                part: {*along.get(part, ()), *covered.get(part, ()), *covered.get(pair.heavier, ())}
                for part in parts_of(findings, pair.heavier)
            }
            heavy = _mildest(procedure, having(findings, pair.heavier, with_it), pair.heavier)
            light = _mildest(procedure, alone[pair.lighter], pair.lighter)
            if heavy < light:
                yield (
                    f"heavier {i}",
                    f'"{pair.heavier}" ({_word(heavy)}) weighs less than "{pair.lighter}" '
                    f"({_word(light)}) in the list of {name}",
                )


def _always_along(definitions: Definitions) -> dict[str, set[str]]:
    """Return for each finding that is asked about what every answer for it establishes too."""
    along: dict[str, set[str]] = {}
    for section in definitions.sections:
        for means in _ways(section.items, frozenset()):
            for name in means:
                along[name] = along.get(name, set(means)) & means
    return along


def _ways(items: Iterable[Item], above: frozenset[str]) -> Iterator[frozenset[str]]:
    """Yield what each answer that establishes something does, with the answers that lead to it."""
    for item in items:
        here = above.union(item.means)
        yield from [here] if item.means else []
        yield from _ways((*item.if_yes, *item.if_not_no), here)
        for option in item.options:
            chosen = above.union(option.means)
            yield from [chosen] if option.means else []
            yield from _ways(option.then, chosen)


def _mildest(procedure: Procedure, patients: Patients, name: str) -> int:
    """Return the least that a patient with `name` meets: 2, 1, 0, or -1 for nothing at all."""
    those, _ = patients[name]
    for gravity in (2, 1, 0):
        spared = those
        for rule in procedure.contraindications:
            if rule.gravity >= gravity:
                spared &= ~patients[rule.finding][0]
        if not spared:
            return gravity
    return -1


def _word(gravity: int) -> str:
    return GRAVITY[gravity] if gravity >= 0 else NOTHING


def _disagreement(definitions: Definitions) -> Iterator[tuple[str, str]]:
    for group in definitions.same_product:
        place = f"product {group.product}"
        for finding in (*group.findings, *group.differ):
            said = _said(definitions, group, finding)
            if finding in group.findings and finding in group.differ:
                yield place, f'"{finding}" stands in "findings" and in "differ"; keep one'
            elif finding in group.findings and len(set(said.values())) > 1:
                shown = "; ".join(f"{name}: {word}" for name, word in said.items())
                yield place, f"\"{finding}\" does not weigh alike ({shown}); say why in 'differ'"
            elif finding in group.differ and len(set(said.values())) == 1:
                yield place, f"\"{finding}\" weighs alike everywhere; move it to 'findings'"


def _said(definitions: Definitions, group: SameProduct, finding: str) -> dict[str, str]:
    """Return for each procedure of `group` what its list says about `finding`."""
    lists = {n: definitions.procedures[n].contraindications for n in group.procedures}
    return {
        name: next((_kind(rule) for rule in rules if rule.finding == finding), NOTHING)
        for name, rules in lists.items()
    }


def _kind(rule: Contraindication) -> str:
    return f"{rule.grade}, {rule.defer}" if rule.defer else str(rule.grade)
