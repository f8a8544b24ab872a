"""Problem details (RFC 9457): how everything below /api says no, to a program."""

from __future__ import annotations

from typing import Any

from flask import Response, json, request
from werkzeug.http import HTTP_STATUS_CODES

MEDIA_TYPE = "application/problem+json"


def asked_by_program() -> bool:
    """Return whether the request is one for programs, also where there is no such address."""
    return request.path.startswith("/api/")


def kind_of(status: int) -> str:
    """Return the kind of a problem of which nothing is known but its status."""
    return HTTP_STATUS_CODES.get(status, "error").lower().replace(" ", "-")


def problem(status: int, kind: str, detail: str, **more: Any) -> Response:
    """Return the answer; `kind` is for the caller to tell apart, `detail` for a person to read."""
    title = HTTP_STATUS_CODES.get(status, "Error")
    told = {"type": f"urn:screening:problem:{kind}", "title": title, "status": status}
    body = json.dumps({**told, "detail": detail, **more})
    return Response(body, status, mimetype=MEDIA_TYPE)
