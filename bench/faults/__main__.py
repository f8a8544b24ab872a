"""Run every fault script, one after the other; exit 1 if any of them found something."""

import platform
import sys
from datetime import UTC, datetime

from bench.faults import clock, damage, disk, kill, postgres, scanner, slow

SCRIPTS = (kill, postgres, disk, clock, damage, slow, scanner)

print(f"{platform.machine()}, Python {platform.python_version()}, {datetime.now(UTC):%Y-%m-%d}")
failed = []
for script in SCRIPTS:
    name = script.__name__.rpartition(".")[2]
    print(f"\n## {name}\n", flush=True)
    if not script.main():
        failed.append(name)
print(f"\nFailed: {', '.join(failed) or 'none'}")
sys.exit(1 if failed else 0)
