"""Which hour it is at a clinic is decided by the pinned tzdata, whatever the machine has."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import tzdata

ZONES = Path(tzdata.__file__).parent / "zoneinfo"
ASKS = (
    "from datetime import datetime\nfrom zoneinfo import ZoneInfo\n"
    "print(datetime(2026, 1, 15, 12, tzinfo=ZoneInfo('Europe/London')).utcoffset())"
)


@pytest.fixture
def wrong(tmp_path):
    """Return the environment of a machine whose London lies in Tokyo."""
    (tmp_path / "Europe").mkdir()
    shutil.copy(ZONES / "Asia" / "Tokyo", tmp_path / "Europe" / "London")
    return os.environ | {"PYTHONTZPATH": str(tmp_path)}


def asked(environment, *before):
    program = "\n".join([*before, ASKS])
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True)
    return done.stdout.decode().strip()


def test_the_wrong_zone_would_be_seen(wrong):
    assert asked(wrong) == "9:00:00"


@pytest.mark.parametrize(
    "process",
    [
        "screening.app",
        "screening.worker",
        "screening.cli",
        "screening.gunicorn_server",
        "screening.documents.rendering.render_process",
        "screening.documents.verifying.verify_process",
    ],
)
def test_every_process_takes_the_pinned_zones(wrong, process):
    assert asked(wrong, f"import {process}") == "0:00:00"


def test_a_zone_that_was_read_before_is_read_again(wrong):
    early = "import zoneinfo; zoneinfo.ZoneInfo('Europe/London')"
    assert asked(wrong, early, "import screening") == "0:00:00"
