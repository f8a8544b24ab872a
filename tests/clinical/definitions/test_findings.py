"""Three values: what is certain, what is possible, and nothing in between that clears."""

from itertools import product

import pytest

from screening.clinical.definitions.findings import (
    ABSENT,
    PRESENT,
    UNKNOWN,
    All,
    Any,
    Finding,
    Not,
    derive,
    holds,
)

VALUES = {"n": ABSENT, "?": UNKNOWN, "y": PRESENT}


def said(condition, **states):
    return holds(condition, {name: VALUES[value] for name, value in states.items()})


@pytest.mark.parametrize(("a", "not_a"), [("n", "y"), ("?", "?"), ("y", "n")])
def test_not_knowing_of_a_protection_is_not_knowing_that_it_lacks(a, not_a):
    assert said(Not("a"), a=a) == VALUES[not_a]


@pytest.mark.parametrize(
    ("a", "b", "both", "either"),
    [
        ("n", "n", "n", "n"),
        ("n", "?", "n", "?"),
        ("n", "y", "n", "y"),
        ("?", "?", "?", "?"),
        ("?", "y", "?", "y"),
        ("y", "y", "y", "y"),
    ],
)
def test_all_and_any_of_what_is_unknown(a, b, both, either):
    for first, second in ((a, b), (b, a)):
        assert said(All(("a", "b")), a=first, b=second) == VALUES[both]
        assert said(Any(("a", "b")), a=first, b=second) == VALUES[either]


def test_many_patients_at_once_are_each_as_if_alone():
    condition = Any((All(("a", Not("b"))), "c"))
    patients = list(product(VALUES, repeat=3))
    together = {}
    for nth, name in enumerate("abc"):
        pairs = [VALUES[patient[nth]] for patient in patients]
        together[name] = tuple(sum(p[side] << n for n, p in enumerate(pairs)) for side in (0, 1))
    certain, possible = holds(condition, together, (1 << len(patients)) - 1)

    for n, (a, b, c) in enumerate(patients):
        assert (certain >> n & 1, possible >> n & 1) == said(condition, a=a, b=b, c=c)


def test_a_finding_is_worked_out_after_those_that_it_rests_on_whatever_their_order():
    findings = {
        "worst": Finding("worst", "Worst", when=All(("worse", "a"))),
        "worse": Finding("worse", "Worse", when=Any(("a", "b"))),
        "a": Finding("a", "A"),
        "b": Finding("b", "B"),
    }

    known = derive(findings, {"a": PRESENT, "b": UNKNOWN})
    assert (known["worse"], known["worst"]) == (PRESENT, PRESENT)
    known = derive(findings, {"a": UNKNOWN, "b": PRESENT})
    assert (known["worse"], known["worst"]) == (PRESENT, UNKNOWN)
    assert derive(findings, {"a": PRESENT, "b": ABSENT, "worse": ABSENT})["worst"] == ABSENT
