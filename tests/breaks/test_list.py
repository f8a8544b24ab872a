"""Each break of the list can still be made, and what it names exists. `make breaks` makes them."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.breaks.rows import ROOT, Break, read_rows

ROWS = read_rows()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_break_stands_once_differs_and_compiles(row):
    text = (ROOT / row.file).read_text()

    broken = row.applied(text)

    assert broken != text
    if row.file.endswith(".py"):
        compile(broken, row.file, "exec")


def test_a_break_uses_no_name_that_does_not_exist(tmp_path):
    for row in ROWS:
        if row.file.endswith(".py"):
            broken = row.applied((ROOT / row.file).read_text())
            (tmp_path / f"{row.id}.py").write_text(broken)
    command = (Path(sys.executable).with_name("ruff"), "check", "--isolated", "--select", "F821")
    done = subprocess.run([*command, tmp_path], capture_output=True, text=True)

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_the_tests_that_must_notice_exist(row):
    assert row.tests
    for named in row.tests:
        file, _, test = named.partition("::")
        text = (ROOT / file).read_text()
        assert not test or re.search(rf"^def {test}\(", text, re.MULTILINE), named


def test_every_break_has_a_name_of_its_own_and_says_what_it_breaks():
    assert len({row.id for row in ROWS}) == len(ROWS)
    for row in ROWS:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", row.id)
        assert row.breaks


def applied(text, before, after):
    row = {"room": "web", "id": "x", "breaks": "x", "file": "x.py", "tests": ("x",)}
    return Break(before=before, after=after, **row).applied(text)


def test_several_lines_are_found_at_any_depth_and_stay_there():
    text = "def act():\n    if late:\n        refuse()\n\n    go_on()\n"

    assert applied(text, "if late:\n    refuse()\n\ngo_on()\n", "refuse()\ngo_on()\n") == (
        "def act():\n    refuse()\n    go_on()\n"
    )
    assert applied(text, "go_on(", "stop(") == text.replace("go_on", "stop")


@pytest.mark.parametrize("before", ["nowhere", "act", "if a:\n  b"])
def test_what_does_not_stand_exactly_once_is_refused(before):
    with pytest.raises(ValueError, match="times in"):
        applied("act()\nact()\nif a:\n    b\n", before, "")
