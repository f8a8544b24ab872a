"""An address as a QR code: one path, so that it costs the page next to nothing."""

import io
import re
from dataclasses import dataclass

import segno

QUIET = 4  # modules of white around it, as ISO 18004 wants


@dataclass(frozen=True, slots=True)
class Picture:
    """Rows of black as an SVG path with a line one module wide, and the width of it all."""

    path: str
    size: int


def picture_of(address: str) -> Picture:
    """Return the code of `address`; a seventh of it may be dirty."""
    code = segno.make(address, error="m", micro=False)
    written = io.BytesIO()
    code.save(written, kind="svg", border=QUIET, xmldecl=False, svgns=False, omitsize=True)
    found = re.search(r' d="([^"]+)"', written.getvalue().decode())
    assert found is not None  # segno draws every code as one path
    return Picture(found[1], int(code.symbol_size(border=QUIET)[0]))
