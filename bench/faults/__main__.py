"""Run every fault script, one after the other; exit 1 if any of them found something.

Usage: python -m bench.faults [--brief]
In brief the same is done fewer times, so that it takes minutes.
"""

import platform
import sys
import time
from datetime import UTC, datetime

from bench.faults import burst, clock, damage, disk, kill, postgres, scanner, slow

SCRIPTS = (disk, clock, burst, kill, postgres, damage, slow, scanner)
BRIEF = {disk: (1,), burst: (60, 300), kill: (10, 120)}

print(f"{platform.machine()}, Python {platform.python_version()}, {datetime.now(UTC):%Y-%m-%d}")
failed = []
for script in SCRIPTS:
    name = script.__name__.rpartition(".")[2]
    print(f"\n## {name}\n", flush=True)
    began = time.monotonic()
    if not script.main(*(BRIEF.get(script, ()) if "--brief" in sys.argv else ())):
        failed.append(name)
    print(f"\n{name} took {time.monotonic() - began:.0f} s", flush=True)
print(f"\nFailed: {', '.join(failed) or 'none'}")
sys.exit(1 if failed else 0)
