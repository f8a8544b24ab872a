"""Remove or change any one rule, and an example of its procedure must fail.

So the examples hold every rule in place: whoever edits a list by mistake is told.
"""

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta

import pytest

from screening.clinical.definitions.dates import Duration
from screening.clinical.definitions.eligibility import UNTIL_RESOLVED, Grade, determine_eligibility
from screening.definitions.examples import describe, difference, failing_examples, wrong_marks


class OneDayMore(Duration):
    def after(self, day):
        return super().after(day) + timedelta(1)

    def before(self, day):
        return super().before(day) - timedelta(1)


class OneDayLess(Duration):
    def after(self, day):
        return super().after(day) - timedelta(1)

    def before(self, day):
        return super().before(day) + timedelta(1)


def mutants_of(rule):
    """Yield (what was done, the changed rule or None) for each way to spoil `rule`."""
    yield "removed", None
    if rule.grade is Grade.PRECAUTION:
        yield "raised to a contraindication", replace(rule, grade=Grade.CONTRAINDICATION)
        temporary = replace(rule, grade=Grade.CONTRAINDICATION, defer=UNTIL_RESOLVED)
        yield "raised to a temporary contraindication", temporary
    else:
        milder = replace(rule, grade=Grade.PRECAUTION, defer=None, ahead=None)
        yield "weakened to a precaution", milder
    if rule.gravity == 2:
        yield "made temporary", replace(rule, defer=UNTIL_RESOLVED)
    if rule.gravity == 1:
        yield "made lasting", replace(rule, defer=None, ahead=None)
    for word in ("defer", "ahead"):
        wait = getattr(rule, word)
        if isinstance(wait, Duration):
            for name, kind in (("longer", OneDayMore), ("shorter", OneDayLess)):
                other = kind(wait.count, wait.unit)
                yield f"{word} one day {name}", replace(rule, **{word: other})
    if isinstance(rule.defer, Duration):
        yield "without its date", replace(rule, defer=UNTIL_RESOLVED, ahead=None)
    if rule.ahead:
        yield "without the time ahead", replace(rule, ahead=None)
    for word in ("fixed", "recheck"):
        changed = replace(rule, **{word: not getattr(rule, word)})
        yield f"{word} turned round", changed


def change(procedure, rule, mutant):
    """Return `procedure` with `mutant` in the place of `rule`, or without it."""
    rules = [mutant if r is rule else r for r in procedure.contraindications]
    return replace(procedure, contraindications=tuple(r for r in rules if r))


@pytest.fixture(scope="module")
def patients(library):
    """Return the described patients by procedure and by what is possible of them."""
    found = defaultdict(list)
    for example in library.examples:
        findings = describe(library, example)
        for name, (_, possible) in findings.states.items():
            if possible:
                found[example.procedure, name].append((example, findings))
    return found


def survivors(library, patients):
    """Yield each change that no patient, and for `fixed` and `recheck` no list of marks, shows."""
    marks = {one.procedure: one for one in library.marks}
    for procedure in library.procedures.values():
        for rule in procedure.contraindications:
            for what, mutant in mutants_of(rule):
                changed = change(procedure, rule, mutant)
                if what.endswith("turned round"):
                    seen = wrong_marks(changed, marks[procedure.id])
                else:
                    seen = any(
                        difference(one, determine_eligibility(changed, findings, one.on))
                        for one, findings in patients[procedure.id, rule.finding]
                    )
                if not seen:
                    yield f"{procedure.id}: {rule.finding} {what}"


def test_no_rule_can_be_changed_unnoticed(library, patients):
    assert list(survivors(library, patients)) == []


def test_a_rule_without_its_example_is_named(library, patients):
    """The run above is worth nothing unless it finds what is not held in place."""
    few = defaultdict(list, patients) | {("chemical-peel", "isotretinoin"): []}
    peel = replace(library, procedures={"chemical-peel": library.procedures["chemical-peel"]})

    assert set(survivors(peel, few)) == {
        "chemical-peel: isotretinoin removed",
        "chemical-peel: isotretinoin weakened to a precaution",
        "chemical-peel: isotretinoin made lasting",
        "chemical-peel: isotretinoin defer one day longer",
        "chemical-peel: isotretinoin defer one day shorter",
        "chemical-peel: isotretinoin without its date",
    }


def test_every_described_patient_comes_out_as_described(library):
    assert len(library.examples) > 600
    assert failing_examples(library) == []


def test_each_procedure_has_at_least_six_described_patients(library):
    for name in library.procedures:
        described = [e for e in library.examples if e.procedure == name and hasattr(e, "case")]
        assert len(described) >= 6, name
