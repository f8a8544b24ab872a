"""No process outlives the one that started it, however that one ends: the kernel sees to it.

Linux only; elsewhere what a killed parent leaves behind has to be stopped by hand.
"""

from __future__ import annotations

import ctypes
import os
import signal
from collections.abc import Callable

PR_SET_PDEATHSIG = 1  # linux/prctl.h; cleared in each fork, kept by exec


def ending_with_us(number: signal.Signals) -> Callable[[], None]:
    """Return what a child has to call after its fork, to get signal `number` when we are gone."""
    us = os.getpid()
    prctl = getattr(ctypes.CDLL(None), "prctl", None)

    def end_with_parent() -> None:
        if prctl is None:
            return
        prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        if os.getppid() != us:  # it was gone before we asked
            os._exit(os.EX_TEMPFAIL)

    return end_with_parent
