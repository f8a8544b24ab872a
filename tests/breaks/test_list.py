"""Each break of the list can still be made, and what it names exists. `make breaks` makes them."""

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from tests.breaks.rows import ROOT, Break, read_rows

ROWS = read_rows()


@cache
def text_of(file):
    return (ROOT / file).read_text()


def why_not(row):
    """Return what keeps a break from being made, None where nothing does."""
    try:
        broken = row.applied(text_of(row.file))
        if row.file.endswith(".py"):
            compile(broken, row.file, "exec")
    except (ValueError, SyntaxError) as error:
        return str(error)
    return "changes nothing" if broken == text_of(row.file) else None


def test_a_break_stands_once_differs_and_compiles():
    assert {row.id: why for row in ROWS if (why := why_not(row))} == {}


def test_a_break_uses_no_name_that_does_not_exist(tmp_path):
    for row in ROWS:
        if row.file.endswith(".py"):
            broken = row.applied(text_of(row.file))
            (tmp_path / f"{row.id}.py").write_text(broken)
    command = (Path(sys.executable).with_name("ruff"), "check", "--isolated", "--select", "F821")
    done = subprocess.run([*command, tmp_path], capture_output=True, text=True)

    assert done.returncode == 0, done.stdout


def is_there(named):
    """Tell whether a test exists, "file::function", or a whole file of them."""
    file, _, test = named.partition("::")
    if not (ROOT / file).exists():
        return False
    return not test or re.search(rf"^def {test}\(", text_of(file), re.MULTILINE) is not None


def test_the_tests_that_must_notice_exist():
    assert [row.id for row in ROWS if not row.tests] == []
    assert [(row.id, test) for row in ROWS for test in row.tests if not is_there(test)] == []


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
