"""Let each Python process with this folder on its path live SECONDS_AHEAD seconds ahead.

Python imports a module of this name by itself at its start, so that servers, workers and the
processes apart see the moved clock without knowing of it (tests/any_day.py).
"""

import os
from datetime import timedelta

import time_machine

time_machine.travel(timedelta(seconds=float(os.environ["SECONDS_AHEAD"])), tick=True).start()
