"""Run the tests on other days than this one: python -m tests.any_day [arguments of pytest]

Every Python process of the run, and every one that a test starts, sees the moved clock.
"""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

CLOCK = Path(__file__).parent / "clock"
# At differing hours, so that it is another day already, or still, in other parts of the world.
MOMENTS = (
    datetime(2027, 2, 28, 12, tzinfo=UTC),
    datetime(2028, 2, 29, 0, 5, tzinfo=UTC),
    datetime(2027, 12, 31, 22, 30, tzinfo=UTC),
    datetime(2027, 3, 28, 0, 58, tzinfo=UTC),  # two minutes before Europe's clocks change
)
LATER = timedelta(days=400)
# test_canary gives its processes a path of their own, and with it the machine's clock;
# test_private is about files and folders, on whatever day.
APART = ("test_canary", "test_private")
CHOSEN = ["-m", "not browser and not fault", *(f"--ignore=tests/{name}.py" for name in APART)]
# Rules, checks and verifying take the day as an argument, which tests/test_house.py holds, and
# an installation knows none: the first of the days is enough for them.
ONCE = ("clinical", "definitions", "documents/rendering", "documents/verifying", "golden", "breaks")
ONCE += ("deploy",)
REST = [f"--ignore=tests/{folder}" for folder in ONCE]
# The library is also a plugin of pytest, which finds it loaded before it could look at it.
LOADED = ["-W", "ignore:Module already imported so cannot be rewritten; time_machine"]


def moved_to(moment):
    """Return the environment in which Python's clock now shows `moment` and goes on."""
    moved = timedelta(seconds=float(os.environ.get("SECONDS_AHEAD", 0)))
    ahead = moment - datetime.now(UTC) + moved
    path = os.pathsep.join(filter(None, [str(CLOCK), os.environ.get("PYTHONPATH")]))
    return os.environ | {"SECONDS_AHEAD": str(ahead.total_seconds()), "PYTHONPATH": path}


def run_on(moment, *arguments):
    print(f"\nOn {moment:%-d %B %Y, %H:%M} UTC", flush=True)
    command = [sys.executable, "-m", "pytest", *CHOSEN, *LOADED, *arguments]
    return subprocess.run(command, env=moved_to(moment), check=False).returncode


if __name__ == "__main__":
    first, *others = *MOMENTS, datetime.now(UTC) + LATER
    codes = [run_on(first, *sys.argv[1:])]
    codes += [run_on(moment, *REST, *sys.argv[1:]) for moment in others]
    sys.exit(any(codes))
