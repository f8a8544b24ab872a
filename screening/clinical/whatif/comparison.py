"""What differs between two sets of definitions, rule by rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from screening.clinical.definitions.definitions import Definitions
from screening.clinical.definitions.eligibility import Contraindication

Sides = tuple[str, str]


@dataclass(frozen=True, slots=True)
class RuleDifference:
    """One rule on both sides: field, and how it reads before and after; "" is not there.

    `kind` is "added", "removed" or "changed".
    """

    procedure: str
    finding: str
    kind: str
    fields: Mapping[str, Sides]


@dataclass(frozen=True, slots=True)
class IdDifference:
    """The ids of one sort that were added, removed, or say something else now."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    rules: tuple[RuleDifference, ...]
    procedures: IdDifference
    questions: IdDifference
    findings: IdDifference

    def __bool__(self) -> bool:
        rest = (self.procedures, self.questions, self.findings)
        return bool(self.rules) or any(d.added or d.removed or d.changed for d in rest)


def compare(before: Definitions, after: Definitions) -> Comparison:
    """Return what `after` says otherwise than `before`."""
    return Comparison(
        tuple(_rules(before, after)),
        _ids(before.procedures, after.procedures),
        _ids({i.link_id: i for i in before.items}, {i.link_id: i for i in after.items}),
        _ids(before.findings, after.findings),
    )


def _rules(before: Definitions, after: Definitions) -> Iterable[RuleDifference]:
    """Yield each rule that differs, once: not again in the lists that take it over."""
    for procedure in dict.fromkeys([*before.procedures, *after.procedures]):
        old, new = _own(before, procedure), _own(after, procedure)
        for finding in dict.fromkeys([*old, *new]):
            a, b = old.get(finding), new.get(finding)
            then, now = _fields(procedure, a), _fields(procedure, b)
            if then != now and not _said_elsewhere(procedure, a, b, before, after):
                kind = "changed" if a and b else "added" if b else "removed"
                fields = {
                    name: (then.get(name, ""), now.get(name, ""))
                    for name in FIELDS
                    if then.get(name, "") != now.get(name, "")
                }
                yield RuleDifference(procedure, finding, kind, fields)


def _own(definitions: Definitions, procedure: str) -> dict[str, Contraindication]:
    found = definitions.procedures.get(procedure)
    return {rule.finding: rule for rule in found.contraindications} if found else {}


def _said_elsewhere(
    procedure: str,
    old: Contraindication | None,
    new: Contraindication | None,
    before: Definitions,
    after: Definitions,
) -> bool:
    """Return whether the list that both rules were taken over from shows the same difference."""
    origins = {rule.listed_by for rule in (old, new) if rule}
    if origins & {procedure, ""} or len(origins) != 1:
        return False
    [origin] = origins
    finding = (old or new).finding  # type: ignore[union-attr]
    return _own(before, origin).get(finding) == old and _own(after, origin).get(finding) == new


FIELDS = (
    "grade", "defer", "ahead", "because", "source", "also", "evidence", "fixed", "recheck", "note",
    "list",
)  # fmt: skip


def _fields(procedure: str, rule: Contraindication | None) -> dict[str, str]:
    """Return the rule's fields as text, in the words of the files."""
    if rule is None:
        return {}
    return {
        "grade": str(rule.grade),
        "defer": str(rule.defer or ""),
        "ahead": str(rule.ahead or ""),
        "because": rule.because,
        "source": rule.source,
        "also": ", ".join(rule.also),
        "evidence": rule.evidence or "",
        "fixed": "true" if rule.fixed else "",
        "recheck": "true" if rule.recheck else "",
        "note": rule.note or "",
        "list": rule.listed_by if rule.listed_by != procedure else "",
    }


def _ids(before: Mapping[str, object], after: Mapping[str, object]) -> IdDifference:
    return IdDifference(
        tuple(name for name in after if name not in before),
        tuple(name for name in before if name not in after),
        tuple(name for name in before if name in after and before[name] != after[name]),
    )
