"""Every mistake in aftercare and in the list of facts is named where it stands."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from screening.cli import main
from screening.clinical.definitions.aftercare import Act
from screening.definitions.checking.tracing import trace
from screening.definitions.loading import load_definitions
from screening.definitions.problems import DefinitionError
from tests.conftest import SMALL, write_library

PEEL, FACTS = "procedures/peel.yaml", "facts.yaml"
CARE = SMALL | {
    PEEL: SMALL[PEEL]
    + """\
preparation:
- do: Come without make-up.
  source: S1
  facts: [S0-001]
aftercare:
- do: Use the healing cream.
  from: 0 days
  for: 48 hours
  source: S1
  facts: [S0-002]
  unless: [pregnancy]
- avoid: Sun.
  from: 1 day
  for: 2 weeks
  source: S1
  also: [S1]
warning_signs:
- sign: Blisters.
  act: call
  from: 1 day
  to: 14 days
  source: S1
  facts: [S0-003]
expect:
- what: Redness.
  for: 3 days
  source: S1
follow_up:
- visit: Check-up.
  after: 7 days
  obligatory: true
  source: S1
course:
- what: Three sessions.
  source: S1
  facts: [S0-004]
""",
    FACTS: """
facts:
- id: S0-001
  procedure: peel
  kind: pre-procedure
  says: No make-up
- id: S0-002
  procedure: peel
  kind: aftercare-recommendation
  says: A cream | helps
- id: S0-003
  procedure: peel
  kind: warning-sign
  says: Blisters
- id: S0-004
  procedure: peel
  kind: course/interval
  says: Three sessions
- id: S0-005
  procedure: peel
  kind: indication
  says: For spots
  not_used: it says what the treatment is for
""",
}


def problems(folder):
    with pytest.raises(DefinitionError) as caught:
        load_definitions(folder)
    return [str(problem) for problem in caught.value.problems]


MISTAKES = [
    (PEEL, "to: 14 days", "to: 1 day", "'to' must be a later day than 'from'"),
    (
        PEEL,
        "for: 48 hours",
        "for: two days",
        'peel.yaml:36: "two days" is not a length of time; write for example "7 days"',
    ),
    (
        PEEL,
        "from: 1 day",
        "from: tomorrow",
        'peel.yaml:41: "tomorrow" is not a length of time; write for example "7 days"',
    ),
    (PEEL, "from: 1 day", "from: 12 hours", 'peel.yaml:41: "12 hours" is not a length of time'),
    (PEEL, "after: 7 days", "after: soon", 'peel.yaml:58: "soon" is not a length of time'),
    (
        PEEL,
        "- avoid: Sun.",
        "- avoid: Sun.\n  do: Shade.",
        "peel.yaml:40: write either 'do' or 'avoid', one of them",
    ),
    (
        PEEL,
        "- avoid: Sun.\n  from: 1 day",
        "- from: 1 day",
        "peel.yaml:40: write either 'do' or 'avoid', one of them",
    ),
    (
        PEEL,
        "- avoid: Sun.",
        "- avoyd: Sun.",
        "peel.yaml:40: 'avoyd' is not a word used here, did you mean \"avoid\"?",
    ),
    (
        PEEL,
        "act: call",
        "act: cal",
        'peel.yaml:47: act "cal" is not one of call, emergency, did you mean "call"?',
    ),
    (PEEL, "  act: call\n", "", "peel.yaml:46: 'act' is missing"),
    (
        PEEL,
        "unless: [pregnancy]",
        "unless: [pregnent]",
        'peel.yaml:34: unknown finding "pregnent", did you mean "pregnancy"?',
    ),
    (PEEL, "also: [S1]", "also: [S9]", 'peel.yaml:40: unknown source "S9"'),
    (
        PEEL,
        "make-up.\n  source: S1",
        "make-up.\n  source: S9",
        'peel.yaml:30: unknown source "S9"',
    ),
    (
        PEEL,
        "what: Three sessions.\n  source: S1",
        "what: Three sessions.\n  source: S9",
        'peel.yaml:62: unknown source "S9"',
    ),
    (
        PEEL,
        "facts: [S0-003]",
        "facts: [S0-003, S0-999]",
        'peel.yaml:46: unknown fact "S0-999"',
    ),
    (PEEL, "facts: [S0-003]", "facts: [S0-3]", 'peel.yaml:51: "S0-3" cannot be an id here'),
    (
        PEEL,
        "  source: S1\n  fixed: true",
        "  source: S1\n  fixed: true\n  facts: [S0-998]",
        'peel.yaml:5: unknown fact "S0-998"',
    ),
    (
        PEEL,
        "  facts: [S0-004]\n",
        "",
        "facts.yaml:14: fact \"S0-004\" is used nowhere; use it, or say why not with 'not_used'",
    ),
    (
        PEEL,
        "facts: [S0-003]",
        "facts: [S0-003, S0-005]",
        "facts.yaml:18: fact \"S0-005\" is used; take away its 'not_used'",
    ),
    (
        FACTS,
        "id: S0-002",
        "id: S0-001",
        'facts.yaml:6: fact "S0-001" is already defined in questions/facts.yaml:2',
    ),
    (
        FACTS,
        "procedure: peel\n  kind: warning-sign",
        "procedure: piel\n  kind: warning-sign",
        'facts.yaml:10: unknown procedure "piel", did you mean "peel"?',
    ),
    (FACTS, "  says: For spots\n", "", "facts.yaml:18: 'says' is missing"),
]


@pytest.mark.parametrize(("file", "old", "new", "message"), MISTAKES, ids=lambda v: str(v)[:40])
def test_each_mistake_is_named_where_it_stands(tmp_path, file, old, new, message):
    assert old in CARE[file]
    broken = CARE | {file: CARE[file].replace(old, new, 1)}

    found = problems(write_library(tmp_path / "questions", broken))

    assert any(message in problem for problem in found), found


def test_a_list_of_facts_that_is_missing_leaves_every_use_unknown(tmp_path):
    files = {name: text for name, text in CARE.items() if name != FACTS}

    found = problems(write_library(tmp_path / "questions", files))

    assert [problem.split(": ", 1)[1] for problem in found] == [
        f'unknown fact "S0-00{n}"' for n in (1, 2, 3, 4)
    ]


def test_aftercare_is_read_as_it_is_written(tmp_path):
    definitions = load_definitions(write_library(tmp_path / "questions", CARE))
    care = definitions.procedures["peel"].aftercare

    cream, sun = care.advice
    assert (cream.avoid, cream.starts, str(cream.lasts)) == (False, None, "48 hours")
    assert cream.unless == ("pregnancy",)
    assert (sun.avoid, str(sun.starts), str(sun.lasts), sun.also) == (
        True,
        "1 day",
        "2 weeks",
        ("S1",),
    )
    [sign] = care.warning_signs
    assert (sign.text, sign.act, sign.listed_by) == ("Blisters.", Act.CALL, "peel")
    assert (str(sign.starts), str(sign.ends)) == ("1 day", "14 days")
    assert str(care.expectations[0].lasts) == "3 days"
    assert (str(care.visits[0].after), care.visits[0].obligatory) == ("7 days", True)
    assert [one.text for one in care.course] == ["Three sessions."]


def test_a_fact_belongs_to_the_rules_in_force(tmp_path):
    before = load_definitions(write_library(tmp_path / "questions", CARE)).hash
    changed = CARE | {FACTS: CARE[FACTS].replace("For spots", "For marks")}

    assert load_definitions(write_library(tmp_path / "questions", changed)).hash != before


def test_the_table_says_where_each_fact_is_used_or_why_not(tmp_path):
    folder = write_library(tmp_path / "questions", CARE)
    table = trace(load_definitions(folder))
    rows = [line for line in table.splitlines() if line.startswith("| S")]

    assert rows == [
        "| S0-001 | peel | pre-procedure | No make-up "
        "| preparation of peel: “Come without make-up.” |",
        "| S0-002 | peel | aftercare-recommendation | A cream / helps "
        "| aftercare of peel: “Use the healing cream.” |",
        "| S0-003 | peel | warning-sign | Blisters | warning sign of peel: “Blisters.” |",
        "| S0-004 | peel | course/interval | Three sessions | course of peel: “Three sessions.” |",
        "| S0-005 | peel | indication | For spots "
        "| not used, because it says what the treatment is for |",
    ]


def test_a_rule_that_carries_a_fact_names_the_questions_behind_it(library):
    [row] = [line for line in trace(library).splitlines() if line.startswith("| S2-064 ")]

    assert "contraindication `clotting_medicine` of mesotherapy-face" in row
    assert "(question `blood_thinner`, `which_thinner`)" in row


def test_the_table_in_the_docs_is_what_the_command_prints_with_all_305_facts():
    printed = CliRunner().invoke(main, ["trace", "questions"], catch_exceptions=False).output
    rows = [line for line in printed.splitlines() if line.startswith("| S")]

    assert Path("docs/traceability.md").read_text("utf-8") == printed
    assert len(rows) == len({row.split("|")[1] for row in rows}) == 305
    assert all(row.count(" | ") == 4 and not row.endswith("|  |") for row in rows)
