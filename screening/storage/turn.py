"""Wait for one's turn to write, and not for ever; files for their owner alone."""

from __future__ import annotations

import fcntl
import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import IntEnum, unique
from pathlib import Path

LONGEST_WAIT = 10.0  # seconds
PAUSES = 0.001, 0.005  # seconds between two tries; by chance, so that all come in sometime


@unique
class Turn(IntEnum):
    """What only one at a time is at, over all machines: the advisory locks of PostgreSQL.

    All numbers stand here, so that none who take turns at one thing wait for another.
    """

    MIGRATION = 7263
    CHAIN = 7264  # of the audit log
    KEYS = 7265
    QUEUE = 7266
    ROTATION = 7267
    COUNTED_TABLE = 7268
    COUNTED_SWEEP = 7269
    ANNEX = 7270  # one is made at a time, whatever number of workers there are
    NAMES = 7271  # of accounts


class WaitedTooLongError(Exception):
    """Someone else writes, or holds what is asked for, and does not let go; nothing was written."""


def make_private(file: Path) -> None:
    """Make `file`, where it is not there, so that only its owner reads it, whatever the umask.

    One that is there is never opened here: to close it again would let go of every lock that
    SQLite holds on it in this process, and the next one to leave would throw its log away.
    """
    with suppress(OSError):  # it is there, or whoever opens it says what is wrong
        os.close(os.open(file, os.O_RDONLY | os.O_CREAT | os.O_EXCL, 0o600))


@contextmanager
def turn(file: Path, wait: float = LONGEST_WAIT) -> Iterator[None]:
    """Be the only one at `file`, of all threads and processes. Raises WaitedTooLongError."""
    lock = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _take(lock, time.monotonic() + wait)
        yield
    finally:
        os.close(lock)  # which lets go


def _take(lock: int, until: float) -> None:
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > until:
                raise WaitedTooLongError from None
            time.sleep(random.uniform(*PAUSES))
