"""What a folder's format demands, and what is wrong with what is written: each has its line."""

import re

import pytest

from screening.clinical.definitions.questionnaire import THE_DAY, UNTIL_ITS_DATE, Holds
from screening.definitions.checking.matrix import blank_cells, matrix
from screening.definitions.loading import load_definitions
from screening.definitions.problems import DefinitionError
from tests.conftest import SMALL, write_library

PEEL, ALL, FINDINGS = "procedures/peel.yaml", "sections/01-all.yaml", "findings.yaml"
COVERAGE, CLASH = "coverage/peel.yaml", "contradictions.yaml"


def holding(text):
    """Return the questions of SMALL, each saying how long its answers hold."""
    return re.sub(r"( *)(answer: .*\n)", r"\1\2\1holds: for life\n", text)


LASTING = SMALL | {ALL: holding(SMALL[ALL]), "format.yaml": "format: 2\n"}
DECIDED = LASTING | {
    "format.yaml": "format: 3\n",
    ALL: LASTING[ALL]
    .replace(
        "get pregnant?\n  answer: yes-no\n",
        "get pregnant?\n  answer: yes-no\n  no_consequence: because it opens the next question\n",
    )
    .replace("      answer: text\n", "      answer: text\n      doctor_reads: true\n"),
    COVERAGE: """
coverage: peel
cells:
  anticoagulant: covered by blood_thinner because it is worked out from it
  antiplatelet: covered by blood_thinner, nsaid_recent and pregnancy
""",
    CLASH: """
contradictions:
- one: {can_be_pregnant: no}
  other: {painkiller: [yes, unknown]}
  because: Made up for a test.
  unknown: pregnancy
- one: anticoagulant
  other: antiplatelet
  because: Made up for a test too.
  ask: Do you take both?
""",
}


def problems(folder):
    with pytest.raises(DefinitionError) as caught:
        load_definitions(folder)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(("files", "number"), [(SMALL, 1), (LASTING, 2), (DECIDED, 3)])
def test_a_folder_is_read_in_the_format_that_it_declares(tmp_path, files, number):
    assert load_definitions(write_library(tmp_path, files)).format == number


def test_decisions_are_read(tmp_path):
    library = load_definitions(write_library(tmp_path, DECIDED))

    assert library.coverage["peel"]["antiplatelet"].by == (
        "blood_thinner",
        "nsaid_recent",
        "pregnancy",
    )
    assert list(blank_cells(library)) == []
    first, second = library.contradictions
    assert (first.other.question, first.other.codes) == ("painkiller", ("yes", "unknown"))
    assert (second.one.finding, second.unknown, second.ask) == (
        "anticoagulant",
        (),
        "Do you take both?",
    )
    assert "| anticoagulant | → blood_thinner (1) |" in matrix(library)


MISTAKES = [
    (
        "lasting",
        ALL,
        "no\n    holds: for life\n",
        "no\n",
        "01-all.yaml:14: does not say how long an answer lasts",
    ),
    ("lasting", "format.yaml", "2", "5", 'format.yaml:1: format "5" is not one of 1, 2, 3, 4'),
    ("lasting", "format.yaml", "2", "0", "format.yaml:1: format"),
    (
        "decided",
        ALL,
        "  no_consequence: because it opens the next question\n",
        "",
        "01-all.yaml:9: an answer leads to nothing",
    ),
    ("decided", ALL, "because it opens", "it opens", '01-all.yaml:12: say why after "because"'),
    (
        "decided",
        ALL,
        "      doctor_reads: true\n",
        "",
        "01-all.yaml:43: an answer leads to nothing",
    ),
    (
        "decided",
        ALL,
        "  - id: aspirin\n",
        "  - {id: other, text: Other}\n  - id: aspirin\n",
        '01-all.yaml:39: "other" leads to nothing',
    ),
    (
        "decided",
        ALL,
        "    means: anticoagulant\n",
        "    means: anticoagulant\n    no_consequence: because\n",
        '01-all.yaml:39: say why after "because"',
    ),
    (
        "decided",
        ALL,
        "    means: antiplatelet\n",
        "    means: antiplatelet\n    no_consequence: because of nothing\n",
        "01-all.yaml:39: has a consequence",
    ),
    (
        "decided",
        ALL,
        "answer: some-of\n",
        "answer: some-of\n  doctor_reads: true\n",
        "01-all.yaml:31: say at each option",
    ),
    (
        "decided",
        COVERAGE,
        "  antiplatelet: covered by blood_thinner, nsaid_recent and pregnancy\n",
        "",
        'peel.yaml:1: peel has neither a rule nor a decision for "antiplatelet"',
    ),
    (
        "decided",
        COVERAGE,
        "covered by blood_thinner because",
        "see blood_thinner because",
        'peel.yaml:3: "see blood_thinner because',
    ),
    (
        "decided",
        COVERAGE,
        "covered by blood_thinner because",
        "covered by antiplatelet because",
        'peel.yaml:3: the list of peel has no rule for "antiplatelet"',
    ),
    (
        "decided",
        COVERAGE,
        "covered by blood_thinner because",
        "covered by thinner because",
        'peel.yaml:3: unknown finding "thinner"',
    ),
    (
        "decided",
        COVERAGE,
        "  anticoagulant",
        "  nsaid_recent: does not matter because of a test\n  anticoagulant",
        'peel.yaml:3: the list of peel has a rule for "nsaid_recent"',
    ),
    (
        "decided",
        COVERAGE,
        "coverage: peel",
        "coverage: piel",
        'peel.yaml:1: unknown procedure "piel"',
    ),
    (
        "decided",
        CLASH,
        "{can_be_pregnant: no}",
        "{can_be_pregnent: no}",
        'contradictions.yaml:2: unknown question "can_be_pregnent"',
    ),
    (
        "decided",
        CLASH,
        "[yes, unknown]",
        "[yes, perhaps]",
        'contradictions.yaml:2: unknown answer to "painkiller", "perhaps"',
    ),
    (
        "decided",
        CLASH,
        "unknown: pregnancy",
        "unknown: blood_thinner",
        'contradictions.yaml:2: "blood_thinner" is worked out',
    ),
    (
        "decided",
        CLASH,
        "unknown: pregnancy",
        "unknown: pregnency",
        'contradictions.yaml:2: unknown finding "pregnency"',
    ),
    (
        "decided",
        CLASH,
        "one: anticoagulant",
        "one: anticoagulent",
        'contradictions.yaml:6: unknown finding "anticoagulent"',
    ),
    (
        "decided",
        CLASH,
        "one: anticoagulant",
        "one: {a: b, c: d}",
        "contradictions.yaml:6: must be a finding, or one question",
    ),
]


@pytest.mark.parametrize(("files", "name", "right", "wrong", "said"), MISTAKES)
def test_a_mistake_is_named_where_it_stands(tmp_path, files, name, right, wrong, said):
    files = {"lasting": LASTING, "decided": DECIDED}[files]
    assert right in files[name]
    folder = write_library(tmp_path, files | {name: files[name].replace(right, wrong, 1)})

    assert any(said in problem for problem in problems(folder)), problems(folder)


def test_what_says_itself_that_it_is_passing_needs_no_life(tmp_path):
    """A date, a question that reaches back a while, and what only ever waits."""
    files = LASTING | {
        ALL: SMALL[ALL].replace("  means: nsaid_recent", "  within: 7 days\n  means: nsaid_recent")
    }
    folder = write_library(tmp_path, files)
    told = problems(folder)
    lines = files[ALL].splitlines()
    named = {lines[int(p.split(":")[1])].strip() for p in told}

    assert not {"- id: painkiller", "- id: dental_date"} & named
    assert "- id: thinner" in named


def test_an_answer_holds_as_short_as_may_be_where_nothing_is_written(small):
    lives = {item.link_id: item.holds for item in small.items}

    assert lives["dental_date"] == Holds(UNTIL_ITS_DATE, THE_DAY)
    assert lives["pregnant"] == lives["painkiller_last_dose"] == Holds(THE_DAY, THE_DAY)
