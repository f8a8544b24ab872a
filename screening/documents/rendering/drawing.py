"""The patient's drawing, from the points that the pen left to lines on paper.

"12,40 13,41;50,60" is two strokes, the second a dot. Numbers only come out,
whatever comes in.
"""

import re
from dataclasses import dataclass

MOST_POINTS = 5_000
POINT = re.compile(r"(-?\d{1,5}),(-?\d{1,5})")
MARGIN = 6  # for the width of the pen


@dataclass(frozen=True, slots=True)
class Drawing:
    """Lines as an SVG path, and the box around them: left, top, width, height."""

    path: str
    box: tuple[int, int, int, int]

    @property
    def view_box(self) -> str:
        return " ".join(map(str, self.box))


def drawing_of(ink: str | None) -> Drawing | None:
    """Return what was drawn; None where nothing was, or where it cannot be read as points."""
    strokes = [[POINT.fullmatch(point) for point in s.split()] for s in (ink or "").split(";")]
    points = [point for stroke in strokes for point in stroke]
    if not points or len(points) > MOST_POINTS or None in points:
        return None
    lines = [[(int(p[1]), int(p[2])) for p in stroke if p] for stroke in strokes if stroke]
    xs, ys = zip(*(point for line in lines for point in line), strict=True)
    left, top = min(xs) - MARGIN, min(ys) - MARGIN
    box = (left, top, max(xs) - left + MARGIN, max(ys) - top + MARGIN)
    return Drawing(" ".join(map(_line, lines)), box)


def _line(points: list[tuple[int, int]]) -> str:
    """Return one stroke; a dot needs a line of its own to be seen."""
    first, *rest = points
    return f"M{first[0]} {first[1]}" + "".join(f"L{x} {y}" for x, y in rest or [first])
