"""Pages that hurt, for the process of a press."""

import json
import os
import time


def answer(report, **_):
    """Stand for the renderer: hurt as `report` says, or tell the environment."""
    match report.get("hurts"):
        case "environment":
            return json.dumps(dict(os.environ)).encode()
        case "all memory":
            return [bytes(10_000_000) for _ in range(1_000_000)]
        case "the process":
            os.abort()
        case "by an error":
            raise ValueError("Lan has a cold sore")
    end = time.monotonic() + 60
    while time.monotonic() < end:
        pass
    return b""
