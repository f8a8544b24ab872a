"""What every operation of the API shares: whose key, which scope, once only, and how it says no."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from flask import Blueprint, Response, current_app, g, jsonify, request
from flask_limiter.util import get_remote_address
from pydantic import BaseModel, ValidationError
from spectree import Response as Answers
from spectree import SecurityScheme, SpecTree
from spectree.models import SecureType, SecuritySchemeData

from screening.web.core.guards import context, is_kiosk
from screening.web.core.limits import limiter
from screening.web.core.problems import MEDIA_TYPE, problem
from screening.web.integration.answered import Problem
from screening.web.integration.refused import SAID
from screening.workflow.core.actor import ApiClient
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.integration import api_keys, requests
from screening.workflow.integration.api_keys import Scope

PER_MINUTE = 300
bp = Blueprint("api", __name__, url_prefix="/api/v1")
BODY = {"POST", "PATCH", "PUT"}
OPEN = {"api.describe", "api.verify_report"}  # for everyone
ONCE = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Yours, for this one request: whoever sends it again has it carried out once",
    "schema": {"type": "string", "minLength": 1, "maxLength": requests.LONGEST_KEY},
}
PDF = {"type": "string", "format": "binary", "description": "At most 10 MB"}

DESCRIPTION = (
    "Make a key on the administrator's page, send it as `Authorization: Bearer <key>`. Each "
    "operation names the scope that it needs. Every POST with a key takes an Idempotency-Key: the "
    "same one with the same request is answered the same for seven days and carried out once. "
    "Errors are problem details (RFC 9457); `type` tells them apart. At most "
    f"{PER_MINUTE} requests a minute are taken for one key."
)


class InvalidError(Exception):
    """What was sent does not fit the description; `found` says where."""

    def __init__(self, found: ValidationError):
        self.found = found
        super().__init__(str(found))


def _refuse_invalid(_request: Any, _answer: Any, error: Any, _here: Any, _adapter: Any) -> None:
    if error is not None:
        raise InvalidError(error)


spec = SpecTree(
    "flask",
    title="Screening",
    version="1",
    description=DESCRIPTION,
    openapi_version="3.1.0",
    mode="strict",
    annotations=True,
    before=_refuse_invalid,
    naming_strategy=lambda model: model.__name__,
    nested_naming_strategy=lambda _parent, child: child,
    validation_error_model=Problem,
    security_schemes=[
        SecurityScheme(name="key", data=SecuritySchemeData(type=SecureType.HTTP, scheme="bearer"))
    ],
)


def client() -> ApiClient:
    """Return the program that asks; only behind `guard`."""
    return cast(ApiClient, g.api_client)


def _bearer() -> ApiClient | None:
    if "api_client" not in g:
        kind, _space, secret = request.headers.get("Authorization", "").partition(" ")
        held = kind.lower() == "bearer" and 0 < len(secret) < 200
        g.api_client = api_keys.client_of(context(), secret.strip()) if held else None
    return cast(ApiClient | None, g.api_client)


def _whose() -> str:
    """Return whose requests are counted together: a key's, or an address's without one."""
    known = _bearer()
    return known.id if known else get_remote_address()


a_request = limiter.limit(f"{PER_MINUTE} per minute", key_func=_whose)


def without_key() -> Response | None:
    """Return what refuses who has no key that is in use."""
    if not is_kiosk() and _bearer() is not None:
        return None
    said = "Send a key that is in use as “Authorization: Bearer …”."
    refused = problem(401, "no-key", said)
    refused.headers["WWW-Authenticate"] = 'Bearer realm="Screening"'
    return refused


def named_by_nothing() -> Response | None:
    """Return what refuses an address in which an id has letters that no database takes."""
    given = (request.view_args or {}).values()
    if all(one.isprintable() for one in given if isinstance(one, str)):
        return None
    return problem(404, "gone", SAID[Refusal.GONE][1])


@bp.before_request
def guard() -> Response | None:
    """Let in who has a key, with a body that is JSON where there is one."""
    if request.endpoint in OPEN:
        return None
    if refused := without_key() or named_by_nothing():
        return refused
    if request.method in BODY and request.endpoint:
        if not request.is_json:
            return problem(415, "not-json", "Send JSON, as Content-Type: application/json.")
        if not isinstance(request.get_json(silent=True), dict):
            return problem(400, "not-json", "The body is no JSON object.")
    return None


def operation(
    scope: Scope | None, status: int, answer: type[BaseModel] | None, tag: str
) -> Callable[[Any], Any]:
    """Return what makes a view an operation: limited, described, and for keys of `scope` only."""
    errors = dict.fromkeys(("HTTP_400", "HTTP_401", "HTTP_403", "HTTP_404", "HTTP_409"), Problem)
    errors |= dict.fromkeys(("HTTP_413", "HTTP_415", "HTTP_422", "HTTP_429", "HTTP_503"), Problem)
    answers = Answers(**{f"HTTP_{status}": answer, **errors})

    def decorate(view: Any) -> Any:
        checked = spec.validate(resp=answers, tags=[tag], security={"key": []})(view)

        def only_with_scope(*args: Any, **kwargs: Any) -> Any:
            if scope is not None and scope not in client().scopes:
                said = f"This key lacks the scope “{scope}”. Make one that has it."
                return problem(403, "no-scope", said)
            return checked(*args, **kwargs)

        only_with_scope.__wrapped__ = checked  # type: ignore[attr-defined]  # spectree looks here
        only_with_scope.__name__, only_with_scope.__doc__ = view.__name__, view.__doc__
        return a_request(only_with_scope)

    return decorate


Act = Callable[[requests.Claim | None], tuple[str | None, BaseModel | None]]


def once(act: Act, status: int, again: Callable[[str], BaseModel] | None = None) -> Any:
    """Answer with what `act` returns beside its screening's id; under a key, carry it out once.

    `again` tells once more of a screening that was made or changed, where the answer was lost.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return act(None)[1] or "", status
    if not 0 < len(key) <= requests.LONGEST_KEY or not key.isprintable():
        said = f"An Idempotency-Key has 1 to {requests.LONGEST_KEY} visible characters."
        return problem(422, "invalid", said)
    asked = b"\0".join((request.method.encode(), request.path.encode(), request.get_data()))
    held = requests.claim(context(), client(), key, asked)
    if held.answer is not None:
        return held.answer or "", status
    screening_id: str | None
    answer: BaseModel | None
    try:
        if again and held.screening_id:
            screening_id, answer = held.screening_id, again(held.screening_id)
        else:
            screening_id, answer = act(held)
    except ActRefusedError:
        requests.let_go(context(), held)
        raise
    told = answer.model_dump(mode="json") if answer else {}
    requests.keep_answer(context(), held, screening_id, told)
    return answer or "", status


@bp.errorhandler(ActRefusedError)
def refused(error: ActRefusedError) -> Response:
    """Say why an act was refused."""
    status, said = SAID.get(error.reason, (409, "This cannot be done now."))
    return problem(status, error.reason, said)


@bp.errorhandler(InvalidError)
def invalid(error: InvalidError) -> Response:
    found = error.found.errors(include_url=False, include_context=False, include_input=False)
    errors = [
        {"pointer": "".join(f"/{part}" for part in one["loc"]), "detail": one["msg"]}
        for one in found
    ]
    return problem(422, "invalid", "What was sent does not fit the description.", errors=errors)


@bp.get("/openapi.json")
@spec.validate(tags=["description"])
def describe() -> Response:
    """Describe what programs may ask; for everyone."""
    return jsonify(described())


def described() -> dict[str, Any]:
    """Return the OpenAPI document of the operations."""
    spec.app = current_app
    document: dict[str, Any] = dict(spec.spec)
    # A body that is a file is no model: the one operation that takes one is told here.
    file = {"type": "object", "properties": {"file": PDF}, "required": ["file"]}
    document["paths"]["/api/v1/verifications"]["post"]["requestBody"] = {
        "required": True,
        "content": {"application/pdf": {"schema": PDF}, "multipart/form-data": {"schema": file}},
    }
    for path, methods in document["paths"].items():
        if "post" in methods and path != "/api/v1/verifications":
            known = [one for one in methods["post"].get("parameters", []) if one != ONCE]
            methods["post"]["parameters"] = [*known, ONCE]  # the library keeps the document
    _name_problems(document)
    document["servers"] = [
        {"url": current_app.config["PUBLIC_URL"] or request.host_url.rstrip("/")}
    ]
    return document


def _name_problems(document: dict[str, Any]) -> None:
    """Say of every error that it comes as problem details, which the library takes for JSON."""
    problems = {"$ref": "#/components/schemas/Problem"}
    for methods in document["paths"].values():
        for told in methods.values():
            for answer in told["responses"].values():
                content = answer.get("content", {})
                if content.get("application/json", {}).get("schema") == problems:
                    answer["content"] = {MEDIA_TYPE: {"schema": problems}}
