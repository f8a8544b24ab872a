"""Which accent colours can be read, on light pages and on dark ones.

Colours are texts such as "#17493f"; contrast is that of WCAG 2.2, from 1 to 21.
The grounds are those of web/static/core.css.
"""

from __future__ import annotations

import colorsys
import re
from functools import lru_cache

COLOUR = re.compile(r"#[0-9a-f]{6}")
ENOUGH = 4.5
TINTED = 0.08  # how much of the accent stands in the ground of what is chosen
# What is written on the accent, and the grounds on which it is itself written.
LIGHT = ("#ffffff", ("#f8f6f1", "#fffefc"))
DARK = ("#0d231d", ("#111715", "#19211e"))


def contrast(one: str, other: str) -> float:
    brighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (v / 255 for v in _parts(colour))
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def mix(one: str, other: str, share: float) -> str:
    """Return the colour with a `share` (0 to 1) of `one`, the rest of `other`."""
    pairs = zip(_parts(one), _parts(other), strict=True)
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in pairs)


def can_be_read(accent: str, dark: bool) -> bool:
    """Return whether text on the accent, and the accent as text, reach a contrast of 4.5."""
    on_it, grounds = DARK if dark else LIGHT
    tints = [mix(accent, ground, TINTED) for ground in grounds]
    return all(contrast(accent, other) >= ENOUGH for other in (on_it, *grounds, *tints))


@lru_cache(256)
def nearest_that_works(accent: str, dark: bool) -> str:
    """Return the accent, as much darker (for dark pages: lighter) as it takes to be read."""
    hue, light, full = colorsys.rgb_to_hls(*(v / 255 for v in _parts(accent)))
    step, found = (0.005 if dark else -0.005), accent
    while not can_be_read(found, dark):
        light = min(1.0, max(0.0, light + step))
        parts = colorsys.hls_to_rgb(hue, light, full)
        found = "#" + "".join(f"{round(v * 255):02x}" for v in parts)
    return found
