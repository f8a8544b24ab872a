"""What a clinic's pages look like: the one stylesheet with its colours, and its logo."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, request, url_for
from flask.typing import ResponseReturnValue

from screening.web.clinics.here import clinic_here
from screening.web.core.guards import context, open_to_all
from screening.workflow.clinics import branding
from screening.workflow.clinics.contrast import (
    COLOUR,
    DARK,
    LIGHT,
    TINTED,
    mix,
    nearest_that_works,
)

bp = Blueprint("look", __name__)
bp.before_request(open_to_all)
OURS = "ours"
LASTING = "public, max-age=31536000, immutable"


STATIC = Path(__file__).parents[1] / "static"


@cache
def mark_of(name: str) -> str | None:
    """Return the fingerprint of a file: its address changes when the file does."""
    path = STATIC / name
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10] if path.is_file() else None


def mark_static(endpoint: str, values: dict[str, Any]) -> None:
    """Put the fingerprint into the address of a static file, so that it may be kept for ever."""
    if endpoint == "static" and (mark := mark_of(values.get("filename", ""))):
        values["v"] = mark


def keep_marked(response: Response) -> Response:
    """Let browsers keep a file for ever whose address holds its fingerprint."""
    if request.endpoint == "static" and "v" in request.args and response.status_code == 200:
        response.headers["Cache-Control"] = LASTING
    return response


# What a page of each audience is made of; a page asks for its stylesheet once.
STYLES = {
    "patient": ("core.css", "patient.css"),
    "tablet": ("core.css", "patient.css", "tablet.css"),
    "desk": ("core.css", "desk.css"),
}


def stylesheet(audience: str) -> str:
    """Return the address of the stylesheet of `audience`, with the colours of this clinic."""
    clinic = clinic_here()
    colours = OURS
    if clinic and clinic.accent:
        dark = clinic.accent_dark or nearest_that_works(clinic.accent, dark=True)
        colours = f"{clinic.accent[1:]}-{dark[1:]}"
    return url_for("look.style", mark=_mark(audience), audience=audience, colours=colours)


@cache
def _mark(audience: str) -> str:
    return hashlib.sha256(_joined(audience).encode()).hexdigest()[:10]


@cache
def _joined(audience: str) -> str:
    """Return the styles of `audience`, without comments and the spaces that no browser needs."""
    text = "".join((STATIC / name).read_text("utf-8") for name in STYLES[audience])
    text = re.sub(r"\s+", " ", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL))
    return re.sub(r" ?([{};,]) ?", r"\1", text).replace(";}", "}").strip()


def logo_here() -> dict[str, Any] | None:
    """Return address, width and height of this clinic's logo, at most 44 by 132 pixels."""
    clinic = clinic_here()
    if clinic is None or clinic.logo_print is None:
        return None
    width, height = map(int, clinic.logo_print.partition("-")[0].split("x"))
    scale = min(44 / height, 132 / width)
    address = url_for("look.logo", clinic_id=clinic.id, mark=clinic.logo_print)
    return {"src": address, "width": round(width * scale), "height": round(height * scale)}


@bp.get("/style/<mark>/<audience>/<colours>.css")
def style(mark: str, audience: str, colours: str) -> ResponseReturnValue:
    """Give the stylesheet. The colours stand in the address, so that one request does for all."""
    light, _, dark = (f"#{c}" for c in colours.partition("-"))
    told = COLOUR.fullmatch(light) and COLOUR.fullmatch(dark)
    if audience not in STYLES or not (colours == OURS or told):
        abort(404)
    text = _joined(audience)
    styled = text + ("" if colours == OURS else _accents(light, dark))
    response = Response(styled, mimetype="text/css")
    if mark == _mark(audience):
        response.headers["Cache-Control"] = LASTING
    return response


def _accents(light: str, dark: str) -> str:
    pairs = ((light, LIGHT, "#000000"), (dark, DARK, "#ffffff"))
    day, night = (
        f"--accent:{accent};--press:{mix(accent, press, 0.7)};"
        f"--tint:{mix(accent, grounds[0], TINTED)}"
        for accent, (_, grounds), press in pairs
    )
    return (
        f":root{{{day};--ring:{light};--brand:{light}}}"
        f"@media(prefers-color-scheme:dark){{:root{{{night};--ring:#ffd58f}}}}"
    )


@bp.get("/logo/<clinic_id>/<mark>.png")
def logo(clinic_id: str, mark: str) -> ResponseReturnValue:
    picture = branding.logo_of(context(), clinic_id, mark)
    if picture is None:
        abort(404)
    return Response(picture, mimetype="image/png", headers={"Cache-Control": LASTING})
