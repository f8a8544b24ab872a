"""How often one address may try: a limit beside the counts of misses in the database.

Counted in this process alone; what must outlive it (accounts, tablets, pairing)
is counted in the database.
"""

from __future__ import annotations

import time

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

limiter = Limiter(get_remote_address, storage_uri="memory://", strategy="moving-window")
a_try = limiter.limit("30 per minute", methods=["POST"])
a_file = limiter.limit("20 per minute", methods=["POST"])  # each takes a process of its own
a_link = limiter.limit("60 per minute")


def seconds_to_wait() -> int:
    """Return after how many seconds the next try counts; only after a limit was reached."""
    limit = limiter.current_limit
    return max(1, round(limit.reset_at - time.time())) if limit else 60
