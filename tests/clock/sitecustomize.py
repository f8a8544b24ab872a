"""Let each Python process with this folder on its path live SECONDS_AHEAD seconds ahead.

Python imports a module of this name by itself at its start, so that servers, workers and the
processes apart see the moved clock without knowing of it (tests/any_day.py). An environment that
a test installs for itself holds no library of the tests, and keeps the machine's clock.
"""

import contextlib
import os
from datetime import timedelta

with contextlib.suppress(ModuleNotFoundError):
    import time_machine

    ahead = timedelta(seconds=float(os.environ["SECONDS_AHEAD"]))
    time_machine.travel(ahead, tick=True).start()
