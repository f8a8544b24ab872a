"""Start a program as a systemd unit would: the user, the calls, the folders that it names.

    python -I under_unit.py UNIT USER STATE PROGRAM...

What systemd does with the kernel's means is done with the same: a filter of system calls by
libseccomp, mounts of the process's own where root may make them. `STATE` is the one folder that
may be written, beside those for temporary files. The groups of calls are systemd's own.
"""

import contextlib
import ctypes
import errno
import os
import pwd
import resource
import socket
import subprocess
import sys
from pathlib import Path

ALLOW, ERRNO, EQUAL = 0x7FFF0000, 0x00050000, 4
PR_SET_NO_NEW_PRIVS = 38
CLONE_NEWNS = 0x20000
MOST_FAMILIES = 64
DEVICES = ("null", "zero", "full", "random", "urandom", "tty", "shm", "mqueue")


class Compared(ctypes.Structure):
    """struct scmp_arg_cmp"""

    _fields_ = (
        ("arg", ctypes.c_uint),
        ("op", ctypes.c_int),
        ("a", ctypes.c_uint64),
        ("b", ctypes.c_uint64),
    )


def read_unit(path):
    """Return the settings of [Service], each with all its values in order."""
    settings = {}
    for line in Path(path).read_text().partition("[Service]")[2].splitlines():
        name, found, value = line.partition("=")
        if line.startswith("["):
            break
        if found:
            settings.setdefault(name, []).append(value)
    return settings


def calls_of(word):
    """Return the system calls that `word` names, which may be one of systemd's groups."""
    if not word.startswith("@"):
        return {word}
    listed = subprocess.run(
        ["systemd-analyze", "--no-pager", "syscall-filter", word],
        capture_output=True,
        text=True,
        check=True,
    )
    words = [line.strip() for line in listed.stdout.splitlines()[1:]]
    return set().union(*(calls_of(w) for w in words if w and not w.startswith("#")))


def allowed_calls(filters):
    """Return the calls that the SystemCallFilter lines let through: systemd.exec(5)."""
    allowed = calls_of("@default")
    for line in filters:
        named = set().union(*(calls_of(word) for word in line.removeprefix("~").split()))
        allowed = allowed - named if line.startswith("~") else allowed | named
    return allowed


class Filter:
    """A filter of libseccomp, in force once it is loaded."""

    def __init__(self, otherwise):
        self.seccomp = ctypes.CDLL("libseccomp.so.2", use_errno=True)
        self.seccomp.seccomp_init.restype = ctypes.c_void_p
        self.context = ctypes.c_void_p(self.seccomp.seccomp_init(ctypes.c_uint32(otherwise)))

    def add(self, action, call, *compared):
        number = self.seccomp.seccomp_syscall_resolve_name(call.encode())
        if number < 0:
            return  # not on this machine
        many = (Compared * len(compared))(*compared)
        done = self.seccomp.seccomp_rule_add_array(
            self.context, ctypes.c_uint32(action), number, len(compared), many
        )
        assert done == 0, (call, done)

    def load(self):
        assert self.seccomp.seccomp_load(self.context) == 0


def filters_of(unit):
    """Return the filters of `unit`, not yet in force."""
    refused = getattr(errno, unit["SystemCallErrorNumber"][0])
    calls = Filter(ERRNO | refused)
    for call in allowed_calls(unit["SystemCallFilter"]):
        calls.add(ALLOW, call)
    families = Filter(ALLOW)
    known = {getattr(socket, name) for name in unit["RestrictAddressFamilies"][0].split()}
    for family in set(range(MOST_FAMILIES)) - known:
        families.add(ERRNO | errno.EAFNOSUPPORT, "socket", Compared(0, EQUAL, family, 0))
    return families, calls


def close_off(unit, state):
    """Give this process the folders that `unit` leaves it."""
    named = (Path(p.removeprefix("-")) for p in unit.get("ReadWritePaths", ()))
    kept = [
        Path(state),
        *(p for p in named if p.exists()),
        Path("/tmp"),
        Path("/var/tmp"),
        Path("/dev/shm"),
    ]
    mount("--make-rprivate", "/")
    for folder in kept:
        mount("--bind", folder, folder)
    if unit["ProtectSystem"] == ["strict"]:
        lines = Path("/proc/self/mounts").read_text().splitlines()
        for place in {line.split()[1] for line in lines} - {str(folder) for folder in kept}:
            if not place.startswith(("/proc", "/sys", "/dev")):
                with contextlib.suppress(subprocess.CalledProcessError):
                    mount("-o", "remount,bind,ro", place)
    if unit["ProtectHome"] == ["yes"]:
        for home in ("/home", "/root"):
            mount("-t", "tmpfs", "-o", "mode=000,ro", "none", home)
    if unit["PrivateDevices"] == ["yes"]:
        devices_only()
    if unit["ProtectProc"] == ["invisible"]:
        mount("-t", "proc", "-o", "hidepid=invisible", "proc", "/proc")


def devices_only():
    """Leave of /dev what systemd leaves."""
    beside = Path("/tmp", f"dev-{os.getpid()}")
    beside.mkdir()
    mount("-t", "tmpfs", "-o", "mode=755", "none", beside)
    for name in (name for name in DEVICES if Path("/dev", name).exists()):
        target = beside / name
        target.mkdir() if Path("/dev", name).is_dir() else target.touch()
        mount("--bind", f"/dev/{name}", target)
    mount("--rbind", beside, "/dev")


def mount(*words):
    subprocess.run(["mount", *map(str, words)], check=True, capture_output=True)


def main(path, user, state, *program):
    unit = read_unit(path)
    filters = filters_of(unit)
    os.umask(int(unit["UMask"][0], 8))
    most = int(unit["LimitNOFILE"][0])
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    if os.geteuid() == 0:
        if ctypes.CDLL(None).unshare(CLONE_NEWNS) == 0:  # not in every container
            close_off(unit, state)
        account = pwd.getpwnam(user)
        os.setgroups([])
        os.setgid(account.pw_gid)
        os.setuid(account.pw_uid)
    os.chdir("/")  # as systemd does
    assert unit["NoNewPrivileges"] == ["yes"]
    ctypes.CDLL(None).prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    for each in filters:
        each.load()
    os.execvp(program[0], program)


if __name__ == "__main__":
    main(*sys.argv[1:])
