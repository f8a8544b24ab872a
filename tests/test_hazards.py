"""Every test and every break that a page of documentation names exists; nothing is left open."""

import re
from pathlib import Path

import pytest

from tests.breaks.rows import read_rows

ROOT = Path(__file__).parents[1]
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
BREAKS = {row.id for row in read_rows()}


def rows(document):
    """Return the cells of each row of all tables of a page in docs, without their heads."""
    lines = (ROOT / "docs" / document).read_text().splitlines()
    heads = [i for i, line in enumerate(lines) if re.match(r"\|[-|: ]+\|$", line)]
    return [
        line.strip("| ").split(" | ")
        for i, line in enumerate(lines)
        if line.startswith("|") and i not in heads and i + 1 not in heads
    ]


NAMING = [path for path in sorted(ROOT.glob("docs/**/*.md")) if NAMED.search(path.read_text())]
REQUIREMENTS = [row for row in rows("security.md") if re.fullmatch(r"\d+\.\d+\.\d+", row[0])]


@pytest.mark.parametrize("path", NAMING, ids=lambda path: path.name)
def test_every_named_test_exists(path):
    for file, test in NAMED.findall(path.read_text()):
        assert re.search(rf"^def {test}\(", (ROOT / file).read_text(), re.MULTILINE), test


@pytest.mark.parametrize(("page", "least"), [("hazards.md", 9), ("accessibility.md", 40)])
def test_every_row_names_its_test(page, least):
    found = rows(page)

    assert len(found) >= least
    assert [row for row in found if not any(map(NAMED.search, row))] == []


def breaks_in(cell):
    return set(re.findall(r"`([a-z0-9-]+)`", cell))


def test_every_hazard_names_the_breaks_that_its_tests_notice():
    for row in rows("hazards.md"):
        assert breaks_in(row[-1]) and breaks_in(row[-1]) <= BREAKS, row


def test_every_requirement_is_shown_or_says_that_it_is_not():
    open_ = ("not met: ", "only read", "not in the suite: ")
    assert len(REQUIREMENTS) >= 150
    for row in REQUIREMENTS:
        assert len(row) == 5, row
        assert NAMED.fullmatch(row[3]) or row[3].startswith(open_), row


def test_what_is_shown_by_a_test_names_a_break_and_nothing_else_does():
    for row in REQUIREMENTS:
        if NAMED.fullmatch(row[3]):
            assert breaks_in(row[4]) and breaks_in(row[4]) <= BREAKS, row
        else:
            assert row[4] == "–", row


def test_the_requirements_stand_once_and_in_order():
    numbers = [tuple(map(int, row[0].split("."))) for row in REQUIREMENTS]

    assert numbers == sorted(set(numbers))
