"""The units of systemd: what they leave the service is enough, and is as little as they say."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from screening.bootstrap import open_safe
from screening.config import read_config
from screening.job_queue import open_queue, worker_states
from screening.worker import STEP_BACK
from tests.deploy.under_unit import read_unit
from tests.machine import CHECKOUT
from tests.visitor import Visitor

PAGES, WORKER = (CHECKOUT / "deploy" / f"screening{name}.service" for name in ("", "-worker"))
ROUTINE = CHECKOUT / "deploy" / "screening-routine@.service"
TIMERS = sorted((CHECKOUT / "deploy").glob("*.timer"))
# Where they differ: how each starts, lasts and ends.
OWN = {"ExecStart", "ExecReload", "KillSignal", "KillMode", "Restart", "RestartSec"}
OWN |= {"TimeoutStopSec", "Type", "Nice"}
TRIED = """
import os, socket, sys
def refused(act, *given):
    try:
        act(*given)
    except OSError as error:
        return error.strerror
    return "allowed"
print(refused(os.sched_setaffinity, 0, [0]))
print(refused(os.chown, sys.argv[1], 0, 0))
print(refused(socket.socket, socket.AF_NETLINK, socket.SOCK_RAW))
print(refused(os.listdir, "/root"))
print(refused(open, "/etc/screening-was-here", "w"))
print(refused(os.setpriority, os.PRIO_PROCESS, 0, 5))
print(refused(open, sys.argv[1], "w"))
"""


@pytest.fixture
def under(user):
    """Return a function that gives what starts a program under a unit."""

    def under(unit, state):
        launcher = Path(__file__).with_name("under_unit.py")
        return (sys.executable, "-I", str(launcher), str(unit), user.name, str(state))

    return under


def test_the_filter_is_in_force(under, folder):
    """Else the next test would show nothing."""
    line = [*under(PAGES, folder), "/usr/bin/env", "python3", "-c", TRIED, folder / "x"]
    done = subprocess.run(line, cwd=folder, capture_output=True, text=True)

    said = done.stdout.splitlines()
    assert said.pop(4) in {"Read-only file system", "Permission denied"}  # no mounts in a container
    assert said == [
        "Operation not permitted",
        "Operation not permitted",
        "Address family not supported by protocol",
        "Permission denied",
        "allowed",
        "allowed",
    ], done.stderr


STOPPED = "Fontconfig error: Cannot load default config file: No such file: (null)"


def test_pages_and_worker_do_their_work_under_the_unit(image, under, folder):
    server = image.installation(folder / "clinic", *under(PAGES, folder)).start()
    try:
        Visitor().submit_quietly(server.link)
        server.wait_for_report()
        first = parts(server)
        server.process.send_signal(signal.SIGHUP)  # what ExecReload does
        wait_for(lambda: are_others(first, parts(server)))
        Visitor().submit_quietly(server.invite("Ana Silva", "prp"), name="Ana Silva")
        server.wait_for_report()
    finally:
        server.stop()

    back = min(os.nice(0) + STEP_BACK, 19)
    assert {nice for _, nice, line in first if line.endswith("screening worker")} == {back}
    # A renderer that is still at work when all is stopped may find its folder gone.
    lines = [x for x in server.log.read_text().splitlines() if x != STOPPED]
    said = [json.loads(line) for line in lines]
    assert [line for line in said if line["level"] == "error" or "error" in line] == []


def parts(server):
    """Return process id, niceness and command line of all that `server` started."""
    asked = ["ps", "-ww", "-o", "pid=,ni=,args=", "--sid", str(server.process.pid)]
    listed = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    rows = (row.split(maxsplit=2) for row in listed.splitlines())
    return {(int(pid), int(nice), line) for pid, nice, line in rows}


def are_others(before, now):
    """Whether no process of the worker or of those that answer requests is left from `before`."""
    lasting = [line for _, _, line in before & now]
    return (
        not any(line.endswith("worker") for line in lasting)
        and [line.endswith("gunicorn_server") for line in lasting].count(True) == 1
    )


def wait_for(found):
    for _ in range(600):
        if found():
            return
        time.sleep(0.1)
    raise AssertionError("it did not come to that within a minute")


def test_a_worker_alone_works_under_its_unit(image, under, folder, user):
    clinic = image.installation(folder / "clinic")
    clinic.command("clinic", "Aurelia", check=True)
    alone = image.installation(folder / "worker", *under(WORKER, folder))
    config = read_config({"SCREENING_INSTANCE": str(clinic.folder)})
    queue = open_queue(config, open_safe(config).keys())
    user.own(folder)  # what root made here; SQLite gives the files beside it the same owner
    worker = subprocess.Popen([*alone.program, "worker"], cwd=clinic.cwd, env=clinic.environment)
    try:
        wait_for(lambda: [said for _, said in worker_states(lambda: queue)] == [""])
        queue.storage.close()
    finally:
        worker.terminate()
        worker.wait(30)


def test_all_units_leave_the_same():
    pages, worker, routine = (
        {k: v for k, v in read_unit(u).items() if k not in OWN} for u in (PAGES, WORKER, ROUTINE)
    )

    assert pages == worker == routine


def test_systemd_reads_the_units(tmp_path):
    """Every setting is one that systemd knows, and is written as it wants."""
    assert len(TIMERS) == 4
    for unit in (PAGES, WORKER, ROUTINE, *TIMERS):
        text = re.sub(
            r"/opt/screening/(\.venv/bin/screening|deploy/routine)", "/bin/true", unit.read_text()
        )
        (tmp_path / unit.name).write_text(text)
    instances = [re.search(r"^Unit=(.+)$", t.read_text(), re.M)[1] for t in TIMERS]
    units = [PAGES.name, WORKER.name, *instances, *(timer.name for timer in TIMERS)]
    done = subprocess.run(
        ["systemd-analyze", "verify", *units],
        cwd=tmp_path,
        env={**os.environ, "SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
        capture_output=True,
        text=True,
    )
    assert [line for line in done.stderr.splitlines() if "screening" in line] == []


def test_each_timer_starts_what_the_routine_knows():
    known = re.findall(r"^  ([a-z |]+)\)", (CHECKOUT / "deploy" / "routine").read_text(), re.M)
    started = {t.name: re.search(r"@([a-z]+)\.service", t.read_text())[1] for t in TIMERS}
    assert started == {f"screening-{name}.timer": name for name in known}
