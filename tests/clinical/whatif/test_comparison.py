from dataclasses import replace

from screening.clinical.definitions.eligibility import Grade, Procedure
from screening.clinical.whatif.comparison import IdDifference, compare
from tests.clinical.whatif.test_changes import with_rule

NOTHING = IdDifference((), (), ())


def test_the_same_definitions_differ_in_nothing(small):
    found = compare(small, small)

    assert not found
    assert (found.rules, found.procedures, found.questions, found.findings) == (
        (),
        *[NOTHING] * 3,
    )


def test_a_changed_rule_shows_both_sides_of_what_changed_only(small):
    changed = with_rule(small, "nsaid_recent", grade=Grade.PRECAUTION, defer=None, fixed=True)
    found = compare(small, changed)
    [rule] = found.rules

    assert (rule.procedure, rule.finding, rule.kind) == ("peel", "nsaid_recent", "changed")
    assert rule.fields == {
        "grade": ("contraindication", "precaution"),
        "defer": ("7 days", ""),
        "fixed": ("", "true"),
    }
    assert found.procedures.changed == ("peel",)


def test_a_rule_is_taken_away_one_way_and_new_the_other(small):
    without = with_rule(small, "pregnancy")
    [gone], [new] = compare(small, without).rules, compare(without, small).rules

    assert (gone.kind, new.kind) == ("removed", "added")
    assert gone.fields["because"] == ("Nobody has studied it.", "")
    assert new.fields["because"] == ("", "Nobody has studied it.")


def including(definitions):
    """Return `definitions` with a second procedure that takes over the peel's list."""
    peel = definitions.procedures["peel"]
    both = Procedure("both", "Both", "Both.", peel.contraindications, includes=("peel",))
    return replace(definitions, procedures={"peel": peel, "both": both})


def test_a_list_taken_over_does_not_repeat_the_difference(small):
    found = compare(including(small), including(with_rule(small, "pregnancy", note="New.")))

    assert [(r.procedure, r.finding) for r in found.rules] == [("peel", "pregnancy")]
    assert found.procedures.changed == ("peel", "both")


def test_taking_over_a_list_shows_every_rule_that_it_brings(small):
    two = including(small)
    alone = replace(two.procedures["both"], contraindications=(), includes=())
    before = replace(two, procedures=two.procedures | {"both": alone})
    found = compare(before, two)

    assert {(r.procedure, r.kind) for r in found.rules} == {("both", "added")}
    assert len(found.rules) == 5
    assert found.rules[0].fields["list"] == ("", "peel")


def test_questions_and_findings_are_told_by_id(small):
    [section] = small.sections
    first, *rest = section.items
    items = (replace(first, text="Born when?"), replace(first, link_id="new"), *rest[1:])
    findings = {n: f for n, f in small.findings.items() if n != "dental_work"}
    tried = replace(small, sections=(replace(section, items=items),), findings=findings)
    found = compare(small, tried)

    assert found.questions == IdDifference(
        ("new",), ("can_be_pregnant", "pregnant"), ("date_of_birth",)
    )
    assert found.findings == IdDifference((), ("dental_work",), ())
    assert found
