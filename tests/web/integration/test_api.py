"""Whoever has no key, or sends what is not described, is told so as a problem document."""

import pytest
from jsonschema import Draft202012Validator

from screening.web.core.problems import MEDIA_TYPE
from screening.web.integration.api import PER_MINUTE
from screening.workflow.core.actor import program
from screening.workflow.core.refusal import Refusal
from screening.workflow.integration import api_keys
from tests.office import refused

WANTED = {"patient": {"name": "Lan Nguyen"}}


def is_problem(answer, status):
    told = answer.json
    assert answer.status_code == status, answer.data
    assert answer.mimetype == MEDIA_TYPE
    assert {"type", "title", "status", "detail"} <= told.keys() and told["status"] == status
    return True


def test_without_a_key_in_use_nothing_is_done(office, caller):
    api = caller("invite")
    [entry] = api_keys.list_keys(office.context, program(office.clinic))
    good = api.key
    for key in ("", "x", good[:-1], good.upper(), "a" * 5000, "é"):
        api.key = key
        assert is_problem(api("POST", "/screenings", WANTED), 401)
    api.key = good
    assert api("POST", "/screenings", WANTED).status_code == 201
    api_keys.revoke_key(office.context, program(office.clinic), entry.id)
    answer = api("POST", "/screenings", WANTED)

    assert is_problem(answer, 401)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        (WANTED | {"nmae": "x"}, "/nmae"),
        ({"patient": {"name": 7}}, "/patient/name"),
        ({"patient": {"name": "  "}}, "/patient/name"),
        ({"patient": {"name": "a" * 101}}, "/patient/name"),
        ({"patient": {"name": "a", "born": "3/5/1981"}}, "/patient/born"),
        ({"patient": "Lan"}, "/patient"),
        ({}, "/patient"),
        (WANTED | {"procedures": "toxin"}, "/procedures"),
        (WANTED | {"external_id": "a\nb"}, "/external_id"),
        (WANTED | {"appointment": {"at": "2030-01-01T10:00:00"}}, "/appointment/at"),
    ],
)
def test_what_does_not_fit_is_named_by_its_place(caller, sent, pointer):
    answer = caller("invite")("POST", "/screenings", sent)

    assert is_problem(answer, 422)
    assert [one["pointer"] for one in answer.json["errors"]] == [pointer]


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"null", "application/json", 400),
        (b"patient=Lan", "application/x-www-form-urlencoded", 415),
        (b"", None, 415),
        (b"{" + b" " * 10_000_000 + b"}", "application/json", 413),
    ],
)
def test_a_body_that_is_none_is_refused(caller, body, kind, status):
    answer = caller("invite")("POST", "/screenings", data=body, content_type=kind)

    assert is_problem(answer, status)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/api/v2/screenings", 404),
        ("DELETE", "/screenings", 405),
        ("GET", "/verifications", 405),
        ("GET", "/screenings/none", 404),
        ("GET", "/screenings?limit=0", 422),
        ("GET", "/screenings?stat=submitted", 422),
        ("GET", "/screenings?state=lost", 422),
    ],
)
def test_everything_below_api_says_no_as_a_problem(caller, method, path, status):
    assert is_problem(caller("status")(method, path), status)


def test_a_key_is_counted_for_itself(caller):
    busy, other = caller("status"), caller("status")
    answers = [busy("GET", "/procedures").status_code for _ in range(PER_MINUTE + 1)]

    assert answers == [200] * PER_MINUTE + [429]
    assert is_problem(busy("GET", "/procedures"), 429)
    assert other("GET", "/procedures").status_code == 200


def test_a_key_of_no_scope_or_an_unknown_one_is_not_made(office):
    by = program(office.clinic)

    for scopes in ([], ["everything"], ["invite", "all"]):
        how = (office.context, by, "Booking", scopes)
        assert refused(api_keys.make_key, *how) == Refusal.UNKNOWN_SCOPE
    assert refused(api_keys.make_key, office.context, by, " ", ["invite"]) == Refusal.NO_NAME
    assert api_keys.list_keys(office.context, by) == []


def test_the_key_itself_is_stored_nowhere(office, caller):
    key = caller("invite").key
    office.context.database.close()

    for file in office.config.instance.rglob("*"):
        assert not file.is_file() or key.encode() not in file.read_bytes()


def test_the_description_names_every_operation_and_each_schema_is_one(office):
    client = office.app().test_client()
    told = client.get("/api/v1/openapi.json").json
    routes = {
        (rule.rule.replace("<", "{").replace(">", "}").replace("int:", ""), method.lower())
        for rule in office.app().url_map.iter_rules()
        if rule.rule.startswith("/api/")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    described = {(path, method) for path, methods in told["paths"].items() for method in methods}

    assert described == routes
    assert client.get("/api/v1/openapi.json").json == told, "it is the same each time"
    for schema in told["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
