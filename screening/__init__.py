"""Contraindication screening before a procedure."""

import zoneinfo

__version__ = "0.1.0"

# Time zones come from the pinned tzdata alone, in each process that imports anything of this:
# a machine's own files may be years older, and two machines would date one moment differently.
zoneinfo.reset_tzpath(to=())
zoneinfo.ZoneInfo.clear_cache()
