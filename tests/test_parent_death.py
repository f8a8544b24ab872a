"""A process ends with the one that started it, and not before; also one that a fork starts."""

import subprocess
import sys
import time
from pathlib import Path

PROGRAM = """
import os, signal, subprocess, sys, time
from screening.parent_death import end_forks_with_us, ending_with_us
end_forks_with_us(signal.SIGKILL)
if os.fork() == 0:
    wait = [sys.executable, "-c", "import time; time.sleep(60)"]
    below = subprocess.Popen(wait, preexec_fn=ending_with_us(signal.SIGKILL))
    print(os.getpid(), below.pid, flush=True)
time.sleep(60)
"""


def runs(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_for(found):
    end = time.monotonic() + 20
    while not found():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_what_a_fork_starts_lives_as_long_as_the_first_process_and_no_longer():
    first = subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, text=True)
    try:
        forked, below = map(int, first.stdout.readline().split())
        time.sleep(0.3)  # one that takes another for its parent has ended by now
        assert runs(forked) and runs(below)
    finally:
        first.kill()
        first.wait()
        first.stdout.close()
    wait_for(lambda: not runs(forked) and not runs(below))
