"""The patients of the alarm budget, and the example policy, are held against the lists."""

import pytest

from screening.definitions.loading import load_definitions
from screening.definitions.problems import DefinitionError
from tests.conftest import OURS, POLICY, SMALL, write_library

PEOPLE = "examples/population.yaml"
POPULATION = """
population: {women: 40, men: 10, age_women: [20, 60], age_men: [20, 60], on: 2026-11-29, seed: 1}
items:
- {id: took_one, women: 50, men: 0, range: [10, 60], answers: {painkiller: "yes",
    painkiller_last_dose: {ago: [1, 3]}}, source: made up, evidence: assumed}
do_not_know: {evidence: assumed, note: made up, rates: {thinner: 10}}
"""
EXAMPLE = POLICY.replace("policy: ours", "policy_example: milder")


def load(tmp_path, **files):
    return load_definitions(write_library(tmp_path / "questions", SMALL | files))


def problems(tmp_path, **files):
    with pytest.raises(DefinitionError) as caught:
        load(tmp_path, **files)
    return [str(problem) for problem in caught.value.problems]


def test_a_population_is_read_with_the_examples_and_is_no_part_of_the_rules(small, tmp_path):
    found = load(tmp_path, **{PEOPLE: POPULATION})

    [trait] = found.people.traits
    assert (trait.id, trait.women, found.people.count) == ("took_one", 50, {"women": 40, "men": 10})
    assert found.hash == small.hash


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("painkiller: ", "painkilla: ", "painkilla"),
        ('painkiller: "yes"', "painkiller: often", "answers.painkiller: 'often' is not one of"),
        ("thinner: 10", "thiner: 10", 'unknown question "thiner", did you mean "thinner"?'),
        ("women: 50", "women: 150", "less than or equal to 100"),
    ],
)
def test_what_no_patient_could_answer_is_named(tmp_path, old, new, told):
    assert old in POPULATION
    found = problems(tmp_path, **{PEOPLE: POPULATION.replace(old, new)})
    assert [one for one in found if one.startswith(f"questions/{PEOPLE}:") and told in one]


def test_an_example_policy_is_proved_like_one_in_force_and_changes_nothing(small, tmp_path):
    found = load(tmp_path, **{"examples/milder.yaml": EXAMPLE})

    assert [change.finding for change in found.policy_examples["milder"]] == [
        "age_under_18",
        "dental_work",
        "anticoagulant",
    ]
    assert found.policies == ()
    assert found.hash == small.hash
    wrong = EXAMPLE.replace("finding: dental_work", "finding: dental")
    [told] = problems(tmp_path, **{"examples/milder.yaml": wrong})
    assert 'unknown finding "dental"' in told


def test_an_example_may_be_copied_but_not_without_the_name_of_a_person(tmp_path):
    nameless = EXAMPLE.replace("Dr Anna Kern", "(name of the doctor)")
    assert load(tmp_path, **{"examples/milder.yaml": nameless}).policies == ()

    copied = POLICY.replace("Dr Anna Kern", "(name of the doctor)", 1)
    assert problems(tmp_path, **{"examples/milder.yaml": nameless, OURS: copied}) == [
        f'questions/{OURS}:3: "(name of the doctor)" is not the name of a person who answers '
        "for the change"
    ]
