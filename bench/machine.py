"""The machine that figures come from."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime


def machine() -> str:
    """Return processor, cores, Python and day, for the line above a table."""
    lines = _read("/proc/cpuinfo").splitlines()
    model = next((x.partition(":")[2].strip() for x in lines if x.startswith("model name")), "")
    load = f"{os.getloadavg()[0]:.1f}"
    return (
        f"{platform.machine()} {model}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, {datetime.now(UTC):%Y-%m-%d}, load before {load}"
    )


def _read(path: str) -> str:
    try:
        with open(path) as file:  # noqa: PTH123
            return file.read()
    except OSError:
        return ""
