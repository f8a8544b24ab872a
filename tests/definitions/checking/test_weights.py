"""What clinicians declared to weigh more, or alike, is held against every list."""

import pytest

from screening.definitions.loading import load_definitions
from screening.definitions.problems import DefinitionError
from tests.conftest import SMALL, write_library

ORDER = """
severity_order:
- heavier: {0}
  lighter: {1}
  because: made up for a test
"""
PRODUCT = """
same_product:
- product: acid
  is: An acid
  procedures: [peel, again]
"""
AGAIN = """
procedure: again
name: Again
summary: A second procedure for tests.
contraindications:
- finding: nsaid_recent
  grade: precaution
  because: A reason.
  source: S1
"""


def load(tmp_path, findings="", more=None):
    files = SMALL | {"findings.yaml": SMALL["findings.yaml"] + findings} | (more or {})
    return load_definitions(write_library(tmp_path, files))


def problems(*given):
    with pytest.raises(DefinitionError) as caught:
        load(*given)
    return [str(problem) for problem in caught.value.problems]


def test_a_heavier_finding_may_not_weigh_less(tmp_path):
    [told] = problems(tmp_path, ORDER.format("nsaid_recent", "pregnancy"))

    assert told.endswith(
        '"nsaid_recent" (temporary contraindication) weighs less than "pregnancy" '
        "(contraindication) in the list of peel"
    )
    assert "findings.yaml:23: " in told


@pytest.mark.parametrize(
    ("heavier", "lighter"),
    [
        ("pregnancy", "nsaid_recent"),
        ("pregnancy", "blood_thinner"),
        ("anticoagulant", "blood_thinner"),  # worked out from it
        ("nsaid_recent", "dental_work"),  # alike
    ],
)
def test_a_finding_that_weighs_more_or_the_same_is_in_order(tmp_path, heavier, lighter):
    assert load(tmp_path, ORDER.format(heavier, lighter)).severity_order


def test_what_the_list_says_covers_it_counts(tmp_path):
    """Without the line of coverage nothing speaks for the heavier finding."""
    order = ORDER.format("rash", "nsaid_recent") + "- {heavier: rash, lighter: rash, because: x}\n"
    rash = "- id: rash\n  is: A rash\n  record: true\n" + order
    asked = (
        SMALL["sections/01-all.yaml"] + "- {id: rash, ask: A rash?, answer: yes-no, means: rash}\n"
    )
    more = {"sections/01-all.yaml": asked}
    assert "(no rule) weighs less" in problems(tmp_path / "a", rash, more)[0]

    cells = "coverage: peel\ncells: {rash: covered by pregnancy}\n"

    assert load(tmp_path / "b", rash, more | {"coverage/peel.yaml": cells})


def test_what_always_comes_with_a_finding_counts(tmp_path):
    """Nobody can name the illness without the question above it being yes."""
    named = "- id: named\n  is: The illness has a name\n  record: true\n"
    below = "    means: pregnancy\n    if_yes:\n    - {id: which, ask: Named?, answer: yes-no, means: named}\n"
    more = {
        "sections/01-all.yaml": SMALL["sections/01-all.yaml"].replace(
            "    means: pregnancy\n", below
        )
    }

    assert load(tmp_path, named + ORDER.format("named", "pregnancy"), more)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            "  findings: [nsaid_recent]\n",
            '"nsaid_recent" does not weigh alike (peel: contraindication, 7 days; again: precaution)',
        ),
        (
            "  findings: [pregnancy]\n",
            '"pregnancy" does not weigh alike (peel: contraindication; again: no rule)',
        ),
        ("  differ: {anticoagulant: a reason}\n", '"anticoagulant" weighs alike everywhere'),
        (
            "  findings: [nsaid_recent]\n  differ: {nsaid_recent: a reason}\n",
            'stands in "findings" and in "differ"',
        ),
        ("  findings: [nsaid]\n", 'unknown finding "nsaid"'),
    ],
)
def test_a_group_that_does_not_agree_says_why(tmp_path, lines, said):
    told = problems(tmp_path, PRODUCT + lines, {"procedures/again.yaml": AGAIN})

    assert any(said in one for one in told), told


def test_a_group_that_agrees_or_says_why_is_in_order(tmp_path):
    lines = "  findings: [anticoagulant]\n  differ: {nsaid_recent: a reason}\n"
    [group] = load(tmp_path, PRODUCT + lines, {"procedures/again.yaml": AGAIN}).same_product

    assert group.procedures == ("peel", "again")
