"""Every test that the hazard log names exists, and every promise is guarded."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_every_hazard_names_a_test_that_exists():
    text = (ROOT / "docs" / "hazards.md").read_text()
    rows = [line for line in text.splitlines() if line.startswith("|")][2:]
    assert len(rows) >= 9
    for row in rows:
        named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", row)
        assert named, f"no test guards: {row}"
        for file, test in named:
            assert re.search(rf"^def {test}\(", (ROOT / file).read_text(), re.MULTILINE), test
