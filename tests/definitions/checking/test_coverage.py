"""A cell may be written with its list or its finding, and goes with a list that is taken over."""

import pytest

from screening.definitions.loading import load_definitions
from screening.definitions.problems import DefinitionError
from tests.conftest import SMALL, write_library

AGAIN = """
procedure: again
name: Again
summary: A second procedure for tests.
includes: [peel]
contraindications:
- finding: antiplatelet
  grade: precaution
  because: A reason.
  source: S1
"""
PEEL = """
coverage: peel
cells:
  anticoagulant: covered by blood_thinner because it is worked out from it
  antiplatelet: does not matter because this is a test
"""
OF = """
coverage_of: anticoagulant
cells:
  peel: does not matter because it is said from the other side
"""


def load(tmp_path, **files):
    return load_definitions(write_library(tmp_path / "questions", SMALL | files))


def test_a_list_that_takes_over_another_takes_over_what_was_decided_but_for_its_own_rules(tmp_path):
    files = {"procedures/again.yaml": AGAIN, "coverage/peel.yaml": PEEL}
    coverage = load(tmp_path, **files).coverage

    assert coverage["peel"].keys() == {"anticoagulant", "antiplatelet"}
    assert coverage["again"].keys() == {"anticoagulant"}


def test_a_new_finding_is_decided_for_every_list_in_one_file(tmp_path):
    found = load(tmp_path, **{"coverage/anticoagulant.yaml": OF})

    assert found.coverage["peel"]["anticoagulant"].reason == "it is said from the other side"


def test_one_cell_is_decided_once(tmp_path):
    with pytest.raises(DefinitionError) as caught:
        load(tmp_path, **{"coverage/anticoagulant.yaml": OF, "coverage/peel.yaml": PEEL})

    assert [str(problem) for problem in caught.value.problems] == [
        'questions/coverage/peel.yaml:3: cell peel "anticoagulant" is already defined in '
        "questions/coverage/anticoagulant.yaml:3"
    ]
