"""FHIR R4 for other programs: what may be read, searched and sent, with a key of scope `clinical`.

Source: https://hl7.org/fhir/R4/http.html and search.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, json, request

from screening import __version__
from screening.clinical.evaluation.case_fields import MOST_PROCEDURES
from screening.clinical.fhir.codes import Resource, address
from screening.clinical.fhir.noted import CURRENT, BundleError, Fact, read_bundle
from screening.clinical.fhir.questionnaire import questionnaire_resource
from screening.clinical.fhir.response import NUMBERS
from screening.web.core.guards import context
from screening.web.core.problems import FHIR_TYPE, problem
from screening.web.integration import api
from screening.web.integration.api import a_request, client
from screening.workflow.core.language import all_words
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.integration import fhir, noting, reading
from screening.workflow.integration.api_keys import Scope
from screening.workflow.integration.reading import Sought
from screening.workflow.integration.references import LONGEST

ROOT = "/fhir/R4"
JSON = (FHIR_TYPE, "application/json", "text/json")
FORMATS = {"json", *JSON}
LONGEST_ID = 64
MOST, USUAL = 50, 10
SUBJECT = {"DetectedIssue": ("patient",), "DocumentReference": ("patient", "subject")}
PARAMETERS = {
    "Questionnaire": ("url",),
    **{
        type: ("identifier", *(f"{name}:identifier" for name in SUBJECT.get(type, ("subject",))))
        for type in fhir.READERS
    },
}
bp = Blueprint("fhir", __name__, url_prefix=ROOT)
bp.register_error_handler(ActRefusedError, api.refused)


class BadSearchError(Exception):
    """A search that cannot be carried out as it was meant."""


@bp.errorhandler(BadSearchError)
def bad_search(error: BadSearchError) -> Response:
    return problem(400, "bad-search", str(error))


@bp.before_request
def guard() -> Response | None:
    """Let in who has a key for what is clinical, and takes JSON; what there is, is for everyone."""
    wanted = request.args.get("_format")
    takes = not request.accept_mimetypes or request.accept_mimetypes.best_match(JSON)
    if (wanted or "json") not in FORMATS or not (takes or wanted):
        return problem(406, "not-acceptable", f"Everything here is {FHIR_TYPE}.")
    if request.endpoint == "fhir.metadata":
        return None
    if refused := api.without_key() or api.named_by_nothing():
        return refused
    if Scope.CLINICAL not in client().scopes:
        said = "This key lacks the scope “clinical”. Make one that has it."
        return problem(403, "no-scope", said)
    return None


@bp.errorhandler(BundleError)
def bad_bundle(error: BundleError) -> Response:
    errors = [{"pointer": place, "detail": text} for place, text in error.problems]
    return problem(422, "invalid", "This Bundle cannot be taken.", errors=errors)


def answered(resource: Resource, status: int = 200) -> Response:
    return Response(json.dumps(resource), status, mimetype=FHIR_TYPE)


@bp.get("/metadata")
@a_request
def metadata() -> Response:
    """Say what can be read, searched and sent here; for everyone."""
    interactions = [{"code": "read"}, {"code": "search-type"}]
    statement = {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": "2026-11-30",
        "kind": "instance",
        "software": {"name": "Screening", "version": __version__},
        "implementation": {"description": "Contraindication screening", "url": _base()},
        "fhirVersion": "4.0.1",
        "format": [FHIR_TYPE],
        "rest": [
            {
                "mode": "server",
                "security": {
                    "description": "Authorization: Bearer, with a key of the scope clinical. Each "
                    "reading of what a patient said is in the audit log."
                },
                "interaction": [{"code": "transaction"}],
                "resource": [
                    {
                        "type": type,
                        "interaction": interactions,
                        "searchParam": [
                            {"name": name, "type": "uri" if name == "url" else "token"}
                            for name in dict.fromkeys(one.partition(":")[0] for one in names)
                        ],
                    }
                    for type, names in PARAMETERS.items()
                ],
            }
        ],
    }
    return answered(statement)


@bp.get("/Questionnaire/<id>")
@a_request
def read_questionnaire(id: str) -> Response:
    """The questions of a set of procedures, by the id under which the search gives them."""
    known = {one: name for name in context().definitions.procedures for one in (name, _short(name))}
    parts = id.split(".")
    if not set(parts) <= known.keys() or len(parts) > MOST_PROCEDURES:
        raise ActRefusedError(Refusal.GONE)
    return answered(_questionnaire([known[one] for one in parts]))


def _questionnaire(procedures: list[str]) -> Resource:
    """Return it with an id that can be read again; that of many procedures is of short names."""
    resource = questionnaire_resource(context().definitions, set(procedures), all_words())
    names = sorted(set(procedures))
    id = ".".join(names)
    return {"id": id if len(id) <= LONGEST_ID else ".".join(map(_short, names)), **resource}


def _short(name: str) -> str:
    return sha256(name.encode()).hexdigest()[:5]


@bp.get("/Questionnaire")
@a_request
def search_questionnaires() -> Response:
    """The questionnaire of a url, with or without its version; the version is that in force."""
    wanted = _parameters("Questionnaire").get("url")
    if wanted is None:
        raise BadSearchError("Say which: url=urn:screening:questionnaire:ID,ID of procedures.")
    url, _bar, version = wanted.partition("|")
    named = url.removeprefix(address(())).split(",")
    lists = context().definitions
    known = set(named) <= lists.procedures.keys() and len(named) <= MOST_PROCEDURES
    if not known or address(named) != url or version not in ("", lists.hash):
        return answered(_searchset([], ""))
    return answered(_searchset([_questionnaire(named)], ""))


@bp.get("/<any(QuestionnaireResponse, DetectedIssue, DocumentReference):resource>/<id>")
@a_request
def read(resource: str, id: str) -> Response:
    """One resource. It is noted who read it."""
    return answered(_with_addresses(fhir.read(context(), client(), resource, id)))


@bp.get("/<any(QuestionnaireResponse, DetectedIssue, DocumentReference):resource>")
@a_request
def search(resource: str) -> Response:
    """Those of a screening or of a patient, the newest first, in pages. Each is noted."""
    given = _parameters(resource)
    count, cursor = _count(given.pop("_count", None)), given.pop("_cursor", "")
    found, following = reading.list_entries(context(), client(), _sought(given), count, cursor)
    told = [
        _with_addresses(one)
        for entry in found
        for one in fhir.READERS[resource](context(), client(), entry.id)
    ]
    return answered(_searchset(told, following))


@bp.post("/", strict_slashes=False)
@a_request
def take_bundle() -> Response:
    """Note what the clinic's own system knows of a patient who has not sent the answers yet.

    Each entry is answered with what becomes of it.
    """
    if request.mimetype not in JSON:
        return problem(415, "not-json", f"Send a Bundle, as Content-Type: {FHIR_TYPE}.")
    try:
        raw = json.loads(request.get_data())
    except (ValueError, RecursionError):
        return problem(400, "not-json", "The body is no JSON.")
    bundle = read_bundle(raw, context().definitions.findings)
    id = noting.note_facts(context(), client(), bundle)
    entries = [
        {"response": {"status": "200 OK", "outcome": _becomes(fact)}} for fact in bundle.facts
    ]
    told = {"resourceType": "Bundle", "id": id, "type": "transaction-response"}
    return answered({**told, "entry": entries})


def _becomes(fact: Fact | None) -> Resource:
    """Say what becomes of what is noted: whether our questions ask about it, or who reads it."""
    said = "The doctor reads it beside the answers"
    if fact is None:
        said = "The patient was recognised"
    elif fact["state"] == CURRENT and fact["findings"]:
        said += "; the patient is asked whether it is still true, where a question asks about it"
    elif fact["state"] == CURRENT:
        said += "; it has no code of ours: the patient is asked where our lists know its words"
    issue = {"severity": "information", "code": "informational", "diagnostics": said}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def _parameters(type: str) -> dict[str, str]:
    """Return what is searched for; what is not known here is refused, or all would come."""
    known = (*PARAMETERS[type], "_count", "_cursor", "_format")
    for name in request.args:
        if name not in known:
            raise BadSearchError(f"“{name[:50]}” is not known here; known: {', '.join(known)}.")
        if len(request.args.getlist(name)) > 1:
            raise BadSearchError(f"“{name}” may be given once.")
    return {key: value for key, value in request.args.items() if key != "_format"}


def _count(given: str | None) -> int:
    if given is None:
        return USUAL
    if not re.fullmatch("[0-9]{1,9}", given) or int(given) < 1:
        raise BadSearchError("_count is a number from 1 on.")
    return min(int(given), MOST)


def _sought(given: Mapping[str, str]) -> Sought:
    screening = number = patient = None
    for name, token in given.items():
        system, bar, value = token.rpartition("|")
        if not (value.isprintable() and 0 < len(value) <= LONGEST):
            raise BadSearchError(f"{name} is SYSTEM|VALUE, or VALUE alone, of visible characters.")
        ours = NUMBERS if name == "identifier" else fhir.IDS
        if bar and system not in {ours, fhir.IDS}:
            raise BadSearchError(f"No {name} here is of this system; known: {ours}, {fhir.IDS}.")
        if name != "identifier":
            patient = value
        elif system == NUMBERS or (not bar and value.startswith("SC-")):
            number = value
        else:
            screening = value
    return Sought(patient=patient, screening=screening, number=number)


def _searchset(resources: list[Resource], following: str) -> Resource:
    link = [{"relation": "self", "url": _base() + _path(request.args)}]
    if following:
        on = {**request.args, "_cursor": following}
        link.append({"relation": "next", "url": _base() + _path(on)})
    entries = [
        {
            "fullUrl": f"{_base()}/{one['resourceType']}/{one['id']}",
            "resource": one,
            "search": {"mode": "match"},
        }
        for one in resources
    ]
    found: Resource = {"resourceType": "Bundle", "type": "searchset", "link": link}
    return found | ({"entry": entries} if entries else {})


def _path(arguments: Mapping[str, Any]) -> str:
    asked = urlencode(dict(arguments))
    return request.path.removeprefix(ROOT) + (f"?{asked}" if asked else "")


def _host() -> str:
    return str(current_app.config["PUBLIC_URL"] or request.host_url.rstrip("/"))


def _base() -> str:
    return _host() + ROOT


def _with_addresses(resource: Resource) -> Resource:
    """Return a document with the whole address of its file."""
    for one in resource.get("content", []):
        attachment = one["attachment"]
        one["attachment"] = attachment | {"url": _host() + attachment["url"]}
    return resource
