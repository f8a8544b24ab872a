"""No process outlives the one that started it, however that one ends: the kernel sees to it.

Linux only; elsewhere what a killed parent leaves behind has to be stopped by hand.
"""

from __future__ import annotations

import ctypes
import os
import signal
from collections.abc import Callable

PR_SET_PDEATHSIG = 1  # linux/prctl.h; cleared in each fork, kept by exec
PRCTL = getattr(ctypes.CDLL(None), "prctl", None)  # found before a fork, where no lock is held


def ending_with_us(number: signal.Signals) -> Callable[[], None]:
    """Return what a child has to call after its fork, to get signal `number` when we are gone."""
    us = os.getpid()
    return lambda: _end_with(us, number)


def end_forks_with_us(number: signal.Signals) -> None:
    """From now on every fork, of this process or of one that it forked, ends with its parent."""
    parent = os.getpid()

    def note_parent() -> None:
        nonlocal parent
        parent = os.getpid()

    os.register_at_fork(before=note_parent, after_in_child=lambda: _end_with(parent, number))


def _end_with(parent: int, number: signal.Signals) -> None:
    if PRCTL is None:
        return
    PRCTL(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
    if os.getppid() != parent:  # it was gone before we asked
        os._exit(os.EX_TEMPFAIL)
