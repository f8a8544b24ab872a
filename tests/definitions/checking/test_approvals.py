"""An approval names a person and the list as it read; a change of the list ends it."""

import pytest

from screening.definitions.checking.approvals import is_placeholder, reading
from screening.definitions.loading import load_definitions
from screening.definitions.problems import DefinitionError
from tests.conftest import SMALL, write_library

APPROVED = """
approvals:
- procedure: {0}
  by: {1}
  on: 2026-12-01
  reads: {2}
"""


def load(tmp_path, *approval, **changed):
    files = SMALL | {"approvals.yaml": APPROVED.format(*approval)} | changed
    return load_definitions(write_library(tmp_path / "questions", files))


def problems(*given, **changed):
    with pytest.raises(DefinitionError) as caught:
        load(*given, **changed)
    return [str(problem) for problem in caught.value.problems]


def test_a_list_is_approved_as_it_reads(small, tmp_path):
    reads = reading(small.procedures["peel"])
    approval = load(tmp_path, "peel", "Dr Anna Kern", reads).approvals["peel"]

    assert (approval.by, str(approval.on), approval.reads) == ("Dr Anna Kern", "2026-12-01", reads)
    assert small.approvals == {}


def test_one_changed_word_of_a_rule_ends_the_approval(small, tmp_path):
    reads = reading(small.procedures["peel"])
    changed = {"procedures/peel.yaml": SMALL["procedures/peel.yaml"].replace("Germs.", "Germ.")}

    [told] = problems(tmp_path, "peel", "Dr Anna Kern", reads, **changed)
    assert told.startswith('questions/approvals.yaml:2: the list of peel reads "')
    assert "not as it was approved" in told


def test_an_approval_of_no_list_and_by_nobody_is_refused(small, tmp_path):
    reads = reading(small.procedures["peel"])

    assert problems(tmp_path, "peal", "Dr Anna Kern", reads) == [
        'questions/approvals.yaml:2: unknown procedure "peal", did you mean "peel"?'
    ]
    assert problems(tmp_path, "peel", "(name of the doctor)", reads) == [
        'questions/approvals.yaml:2: "(name of the doctor)" is not the name of a person who '
        "answers for the list"
    ]


@pytest.mark.parametrize(
    ("name", "placeholder"),
    [
        ("(name of the doctor)", True),
        ("[doctor]", True),
        ("<name>", True),
        ("Dr.", True),
        ("The doctor", True),
        ("Your name here", True),
        ("TODO", True),
        ("N. N.", True),
        ("Dr Anna Kern", False),
        ("Nguyễn Thị Hoa", False),
        ("Анна Керн", False),
        ("Lee", False),
    ],
)
def test_a_placeholder_is_no_name(name, placeholder):
    assert is_placeholder(name) is placeholder
