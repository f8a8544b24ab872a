"""How everything below /api and /fhir says no, to a program.

Below /api as problem details (RFC 9457), below /fhir as an OperationOutcome.
Source: https://hl7.org/fhir/R4/operationoutcome.html and valueset-issue-type.html
"""

from __future__ import annotations

from typing import Any

from flask import Response, json, request
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.http import HTTP_STATUS_CODES

MEDIA_TYPE = "application/problem+json"
FHIR, FHIR_TYPE = "/fhir/", "application/fhir+json"
ISSUES = {
    400: "structure",
    401: "login",
    403: "forbidden",
    404: "not-found",
    405: "not-supported",
    406: "not-supported",
    409: "conflict",
    410: "deleted",
    413: "too-long",
    415: "not-supported",
    422: "processing",
    429: "throttled",
    503: "transient",
}
# What is told where nothing is known but the status: to a developer, who has no page to go back to.
SAID = {
    400: "The request cannot be read.",
    401: "Send a key that is in use as “Authorization: Bearer …”.",
    403: "This key may not do this.",
    404: "There is no such address. /api/v1/openapi.json and /fhir/R4/metadata name all.",
    409: "This cannot be done now.",
    405: "This address takes other methods: see Allow.",
    429: "Too many requests. Send the next one after as many seconds as Retry-After says.",
    500: "Something went wrong on the server. What was answered before is kept; a request with an "
    "Idempotency-Key can be sent again.",
    503: "The service cannot do this now; nothing was stored. Send the same again.",
}
UNKNOWN = "The request was refused."


def asked_by_program() -> bool:
    """Return whether the request is one for programs, also where there is no such address."""
    return f"{request.path}/".startswith(("/api/", FHIR))


def kind_of(status: int) -> str:
    """Return the kind of a problem of which nothing is known but its status."""
    return HTTP_STATUS_CODES.get(status, "error").lower().replace(" ", "-")


def problem(status: int, kind: str, detail: str, **more: Any) -> Response:
    """Return the answer; `kind` is for the caller to tell apart, `detail` for a person to read."""
    if f"{request.path}/".startswith(FHIR):
        return _outcome(status, kind, detail, more.get("errors", []))
    title = HTTP_STATUS_CODES.get(status, "Error")
    told = {"type": f"urn:screening:problem:{kind}", "title": title, "status": status}
    body = json.dumps({**told, "detail": detail, **more})
    return Response(body, status, mimetype=MEDIA_TYPE)


def problem_of(status: int) -> Response:
    """Return what a program is told of a request of which nothing is known but its `status`."""
    said = SAID.get(status, UNKNOWN)
    if status == 413:
        said = f"The body has more than the {request.max_content_length} bytes that are taken here."
    refused = problem(status, kind_of(status), said)
    if isinstance(request.routing_exception, MethodNotAllowed):
        refused.headers["Allow"] = ", ".join(request.routing_exception.valid_methods or ())
    return refused


def _outcome(status: int, kind: str, detail: str, errors: list[dict[str, str]]) -> Response:
    """Return the same as an OperationOutcome: an issue for each mistake, or one for the whole."""
    details = {"coding": [{"system": "urn:screening:problems", "code": kind}], "text": detail}
    issue = {"severity": "error", "code": ISSUES.get(status, "exception"), "details": details}
    issues = [
        issue | {"diagnostics": one["detail"], "expression": [one["pointer"]]} for one in errors
    ]
    body = json.dumps({"resourceType": "OperationOutcome", "issue": issues or [issue]})
    return Response(body, status, mimetype=FHIR_TYPE)
