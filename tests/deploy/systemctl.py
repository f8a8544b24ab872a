"""systemctl where no systemd runs: what a unit starts, as the unit's user and with its settings.

`enable` is systemd's own. A timer starts nothing, and nginx, whose unit is Debian's, is started
by itself.
"""

import os
import pwd
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

UNITS, RUN = Path("/etc/systemd/system"), Path("/run")
REAL = "/usr/bin/systemctl"


def service_of(unit):
    """Return the settings of [Service] of `unit`, the last value of each."""
    name, _, instance = unit.removesuffix(".service").partition("@")
    path = UNITS / (f"{name}@.service" if instance else f"{name}.service")
    text = path.read_text().partition("[Service]")[2].partition("\n[")[0].replace("%i", instance)
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)


def start(unit):
    if unit.endswith(".timer"):
        service = re.search(r"^Unit=(.+)$", (UNITS / unit).read_text(), re.M)[1]
        assert service_of(service)["Type"] == "oneshot", unit
        return
    if unit == "nginx.service":
        subprocess.run(["/usr/sbin/nginx"], check=True)
        return
    service = service_of(unit)
    account = pwd.getpwnam(service["User"])
    lines = Path(service["EnvironmentFile"]).read_text().splitlines()
    settings = dict(shlex.split(line)[0].split("=", 1) for line in lines if line)
    given = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    options = {
        "env": given | settings | {"HOME": account.pw_dir, "USER": account.pw_name},
        "user": account.pw_uid,
        "group": account.pw_gid,
        "extra_groups": [],
        "umask": int(service["UMask"], 8),
        "cwd": "/",
    }
    command = shlex.split(service["ExecStart"])
    if service.get("Type") == "oneshot":
        subprocess.run(command, check=True, **options)
        return
    with (RUN / f"{unit}.log").open("ab") as log:
        options |= {"stdout": log, "stderr": log, "start_new_session": True}
        process = subprocess.Popen(command, **options)
    (RUN / f"{unit}.pid").write_text(str(process.pid))


def stop(unit):
    if unit == "nginx.service":
        if (RUN / "nginx.pid").exists():
            subprocess.run(["/usr/sbin/nginx", "-s", "stop"], check=True)
            until(lambda: not (RUN / "nginx.pid").exists())
        return
    pid = (RUN / f"{unit}.pid").read_text()
    os.kill(int(pid), signal.SIGTERM)
    until(lambda: is_over(pid))


def is_over(pid):
    try:
        return Path("/proc", pid, "stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def until(done):
    for _ in range(600):
        if done():
            return
        time.sleep(0.1)
    raise SystemExit("it did not end within a minute")


def main(verb, *rest):
    units = [word for word in rest if not word.startswith("-")]
    match verb:
        case "daemon-reload" | "list-timers":
            return
        case "enable":
            subprocess.run([REAL, "enable", *units], check=True)
            acts = (start,) if "--now" in rest else ()
        case "start":
            acts = (start,)
        case "stop":
            acts = (stop,)
        case "restart":
            acts = (stop, start)
        case "reload":
            acts = (lambda u: os.kill(int((RUN / f"{u}.pid").read_text()), signal.SIGHUP),)
        case _:
            raise SystemExit(f"systemctl {verb} is not known here")
    for unit in units:
        for act in acts:
            act(unit)


if __name__ == "__main__":
    main(*sys.argv[1:])
