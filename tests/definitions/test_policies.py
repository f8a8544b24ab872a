"""A clinic may make the lists its own, within what they allow.

The mistakes that name a line stand in the table of test_loading.
"""

import json
import re
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from screening.cli import main
from screening.definitions.examples import failing_examples
from screening.definitions.loading import load_definitions
from screening.definitions.policies import cleared_unknown
from screening.definitions.problems import DefinitionError
from tests.conftest import OURS, POLICY, QUESTIONS, SMALL, write_library

PEEL, ALL = "procedures/peel.yaml", "sections/01-all.yaml"


def refused(tmp_path, *replaced):
    """Return the problems of the small library with a policy, some texts of both replaced."""
    files = SMALL | {OURS: POLICY}
    for file, old, new in replaced:
        assert old in files[file]
        files[file] = files[file].replace(old, new)
    with pytest.raises(DefinitionError) as caught:
        load_definitions(write_library(tmp_path / "questions", files))
    return [str(problem) for problem in caught.value.problems]


def test_a_wait_that_no_question_reaches_back_to_is_refused_of_a_policy(tmp_path):
    within = (ALL, "means: dental_work\n", "means: dental_work\n  within: 14 days\n")
    longer = (OURS, "defer: 3 days", "defer: 1 month")

    assert refused(tmp_path, within, longer) == [
        'questions/policies/ours.yaml:9: question "dental" asks only 14 days back; '
        "a wait of 1 month would miss who says no"
    ]


def test_a_policy_may_make_a_fixed_rule_stricter(tmp_path):
    fixed = SMALL[PEEL].replace("because: Germs.", "because: Germs.\n  fixed: true")
    longer = POLICY.replace("defer: 3 days", "defer: until resolved")
    files = SMALL | {PEEL: fixed, OURS: longer}

    found = load_definitions(write_library(tmp_path / "stricter", files))

    assert found.policies[1].defer == "until resolved"
    with pytest.raises(DefinitionError, match=r"dental_work. is fixed for peel"):
        load_definitions(write_library(tmp_path / "milder", files | {OURS: POLICY}))


def test_a_change_that_another_rule_always_outweighs_is_refused(tmp_path):
    relaxed = (
        OURS,
        "finding: anticoagulant\n  grade: contraindication",
        "finding: anticoagulant\n  grade: precaution",
    )
    blood = (
        PEEL,
        "finding: blood_thinner\n  grade: precaution",
        "finding: blood_thinner\n  grade: contraindication",
    )

    assert refused(tmp_path, relaxed, blood) == [
        'questions/policies/ours.yaml:16: "anticoagulant" never counts: with it there is always '
        '"blood_thinner" (contraindication)'
    ]


def test_a_policy_may_take_a_rule_of_the_list_under_its_own(tmp_path):
    """The clinic cannot take the list's rule away, so that it is idle is no mistake of hers."""
    files = (
        SMALL
        | {OURS: POLICY}
        | {
            OURS: POLICY.replace("finding: anticoagulant", "finding: blood_thinner").replace(
                "  because: We do not peel then.\n  source: S1\n", ""
            ),
            PEEL: SMALL[PEEL]
            + "- finding: antiplatelet\n  grade: precaution\n  because: B.\n  source: S1\n",
        }
    )

    assert len(load_definitions(write_library(tmp_path / "questions", files)).policies) == 3


def test_a_policy_is_part_of_the_hash_and_leaves_the_lists_as_written(small, tmp_path):
    found = load_definitions(write_library(tmp_path / "questions", SMALL | {OURS: POLICY}))

    assert found.hash != small.hash
    assert found.procedures == small.procedures
    assert [change.finding for change in found.policies] == [
        "age_under_18",
        "dental_work",
        "anticoagulant",
    ]


def test_examples_are_held_against_the_lists_as_written(tmp_path):
    example = (
        "examples_for: peel\non: 2026-12-24\nexamples:\n- example: A boy\n  otherwise: absent\n"
    )
    example += "  findings: {age_under_18: present}\n  expect: {outcome: contraindicated}\n"
    files = SMALL | {OURS: POLICY} | {"examples/peel.yaml": example}

    found = load_definitions(write_library(tmp_path / "questions", files))

    assert failing_examples(found) == []


def test_a_list_that_would_clear_what_is_not_known_is_found_out(small):
    """No change can do this; a fault in how changes are applied could."""
    written = small.procedures["peel"]
    short = replace(written, contraindications=written.contraindications[1:])

    assert list(cleared_unknown(written, written, date(2026, 12, 1))) == []
    assert list(cleared_unknown(written, short, date(2026, 12, 1))) == ["pregnancy"]


def evaluated(folder, case):
    """Return the outcome and reasons that `screening evaluate` gives for `case`."""
    asked = ["evaluate", "-", "--definitions", str(folder)]
    done = CliRunner().invoke(main, asked, input=json.dumps(case))
    assert done.exit_code == 0, done.output
    (procedure,) = json.loads(done.stdout)["procedures"]
    return procedure["outcome"], procedure["reasons"]


def test_the_policy_in_the_guide_works_on_the_real_lists_from_its_day_on(tmp_path):
    guide = (QUESTIONS.parent / "docs" / "clinical-lead.md").read_text()
    (shown,) = re.findall(r"```yaml\n(policy: .*?)```", guide, re.DOTALL)
    folder = Path(shutil.copytree(QUESTIONS, tmp_path / "questions"))
    write_library(folder, {OURS: shown})
    case = {"procedures": ["chemical-peel"], "otherwise": "absent", "on": "2026-11-30"}
    case["findings"] = {"breastfeeding": "present", "recent_botulinum_toxin": "unknown"}

    assert failing_examples(load_definitions(folder)) == []
    before, told = evaluated(folder, case)
    assert (before, [r["finding"] for r in told]) == ("precaution", ["breastfeeding"])
    after, told = evaluated(folder, case | {"on": "2026-12-01"})
    assert after == "deferred"
    assert [(r["finding"], r["policy"]) for r in told] == [
        ("breastfeeding", "ours"),
        ("recent_botulinum_toxin", "ours"),
    ]
