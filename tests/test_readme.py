"""What the README says is what the code does."""

import re
from pathlib import Path

import pytest

from screening.cli import main
from screening.clinical.definitions.eligibility import Outcome
from screening.workflow.core.states import ALLOWED, State

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
DOCS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_the_table_of_states_is_the_one_in_force():
    rows = [line.split("|")[1:-1] for line in README.splitlines() if line.startswith("|")]
    start = next(i for i, row in enumerate(rows) if row[0].strip() == "act")
    states = [State(cell.strip()) for cell in rows[start][1:]]
    shown = {
        row[0].strip(): {
            s for s, cell in zip(states, row[1:], strict=True) if cell.strip() == "yes"
        }
        for row in rows[start + 2 : start + 2 + len(ALLOWED)]
    }

    assert states == list(State)
    assert shown == ALLOWED


def test_the_outcomes_stand_in_their_order():
    shown = re.findall(r"^\| `([a-z-]+)` \| [a-z]", README, re.MULTILINE)

    assert shown == list(Outcome)


@pytest.mark.parametrize("path", DOCS, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_file_and_command_that_a_page_names_exists(path):
    text = path.read_text()
    for name in re.findall(r"`((?:questions|screening|tests|templates|docs|bin)/[\w./-]+)`", text):
        assert (ROOT / name).exists() or "NAME" in name, name
    for link in re.findall(r"\]\(((?!http)[^)#]+)\)", text):
        assert (path.parent / link).exists(), link
    for command in re.findall(r"screening ([a-z-]+)\b(?= |`|$)", text):
        if f"bin/screening {command}" in text or f"`screening {command}" in text:
            assert command in main.commands, command
