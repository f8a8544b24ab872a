"""Each break of the list can still be made, and what it names exists. `make breaks` makes them."""

import re

import pytest

from tests.breaks.rows import ROOT, read_rows

ROWS = read_rows()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_break_stands_once_differs_and_compiles(row):
    text = (ROOT / row.file).read_text()

    broken = row.applied(text)

    assert broken != text
    if row.file.endswith(".py"):
        compile(broken, row.file, "exec")


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
