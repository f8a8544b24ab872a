"""The matrix of findings and procedures is written from the files, and is current."""

from pathlib import Path

from click.testing import CliRunner

from screening.cli import main
from screening.definitions.checking.matrix import LEAD, OFTEN, matrix
from screening.definitions.loading import load_definitions
from tests.conftest import SMALL, write_library


def test_the_matrix_is_the_one_that_the_files_give():
    printed = CliRunner().invoke(main, ["matrix", "questions"]).output

    assert Path("docs/matrix.md").read_text("utf-8") == printed


def test_every_cell_says_what_is_decided(tmp_path):
    cells = {
        "anticoagulant": "covered by blood_thinner",
        "antiplatelet": "does not matter because of a | in a test",
    }
    files = SMALL | {"coverage/peel.yaml": f"coverage: peel\ncells: {cells}\n"}
    shown = matrix(load_definitions(write_library(tmp_path, files)))

    assert shown.startswith(LEAD)
    for line in (
        "| pregnancy | do not |",
        "| nsaid_recent | wait 7 days |",
        "| blood_thinner | weigh |",
        "| anticoagulant | → blood_thinner |",
        "| antiplatelet | 1 |",
        "| 1 | 1 | of a / in a test |",
    ):
        assert line in shown
    assert "?" not in shown.removeprefix(LEAD)


def test_a_blank_cell_is_seen(small):
    assert "| anticoagulant | **?** |" in matrix(small)


def test_a_reason_that_stands_everywhere_is_listed_first(tmp_path):
    names = [f"finding_{n}" for n in range(OFTEN + 1)]
    findings = "".join(f"- {{id: {n}, is: {n}, record: true}}\n" for n in names)
    asked = "".join(f"- {{id: q_{n}, ask: So?, answer: yes-no, means: {n}}}\n" for n in names)
    cells = dict.fromkeys(names, "does not matter because of a test")
    cells |= {"anticoagulant": "does not matter because it is rare"}
    files = {
        "findings.yaml": SMALL["findings.yaml"] + findings,
        "sections/01-all.yaml": SMALL["sections/01-all.yaml"] + asked,
        "coverage/peel.yaml": f"coverage: peel\ncells: {cells}\n",
    }
    shown = matrix(load_definitions(write_library(tmp_path, SMALL | files)))
    often, others = shown.split("## The other reasons")

    assert f"| 1 | {OFTEN + 1} | of a test |" in often
    assert "| 2 | 1 | it is rare |" in others
