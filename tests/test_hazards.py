"""Every test that the hazard log and the security table name exists, and nothing is left open."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def rows(document, heading):
    """Return the cells of each row of the table below the line that begins with `heading`."""
    text = (ROOT / "docs" / document).read_text().partition(f"\n{heading}")[2]
    table = text.partition("\n\n")[0]
    return [line.strip("| ").split(" | ") for line in table.splitlines()[2:]]


HAZARDS = rows("hazards.md", "| promise")
REQUIREMENTS = rows("security.md", "| number")


@pytest.mark.parametrize("row", [*HAZARDS, *REQUIREMENTS], ids=lambda row: row[0])
def test_a_row_names_a_test_that_exists(row):
    for file, test in NAMED.findall(row[-1]):
        assert re.search(rf"^def {test}\(", (ROOT / file).read_text(), re.MULTILINE), test


def test_every_hazard_is_guarded():
    assert len(HAZARDS) >= 9
    assert [row for row in HAZARDS if not NAMED.search(row[-1])] == []


def test_every_requirement_is_shown_or_says_that_it_is_not():
    open_ = ("not met: ", "only read", "not in the suite: ")
    assert len(REQUIREMENTS) >= 150
    for row in REQUIREMENTS:
        assert len(row) == 4, row
        assert NAMED.fullmatch(row[-1]) or row[-1].startswith(open_), row


def test_the_requirements_stand_once_and_in_order():
    numbers = [tuple(map(int, row[0].split("."))) for row in REQUIREMENTS]

    assert numbers == sorted(set(numbers))
    assert {len(number) for number in numbers} == {3}
