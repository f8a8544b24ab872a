"""The moved clock that `make test-any-day` runs under: nobody keeps the machine's by mistake."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from tests.any_day import LATER, MOMENTS, moved_to

TELL = "import datetime; print(datetime.datetime.now(datetime.UTC).isoformat())"
# As the product starts its processes apart: without its settings.
TELL_APART = f"""
import os, subprocess, sys
public = {{k: v for k, v in os.environ.items() if not k.startswith("SCREENING_")}}
subprocess.run([sys.executable, "-c", {TELL!r}], env=public, check=True)
"""


def told(environment=None):
    """Return what a program that another one started says of the time."""
    command = [sys.executable, "-c", TELL_APART]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return datetime.fromisoformat(done.stdout.strip())


@pytest.mark.parametrize("moment", [*MOMENTS, datetime.now(UTC) + LATER])
def test_what_a_program_starts_lives_on_the_day_that_was_asked_for(moment):
    assert moment <= told(moved_to(moment)) < moment + timedelta(minutes=10)


def test_a_program_lives_on_the_day_of_the_test_that_starts_it():
    # Each process adds the distance to the clock at its own start, so not to the second.
    assert abs(told() - datetime.now(UTC)) < timedelta(minutes=1)
