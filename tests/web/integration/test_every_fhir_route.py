"""Whatever is sent to any address below /fhir is answered as FHIR says, and breaks nothing."""

import string
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.web.core.limits import limiter
from screening.web.integration.fhir import PARAMETERS, ROOT
from tests.web.integration.test_fhir import is_outcome, served
from tests.web.integration.test_noting import PATIENT, PREGNANT, bundle

__all__ = ["served"]
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
EVERY_OTHER_SCOPE = ("invite", "links", "status", "webhooks")
IDS = ("x", "a" * 5000, "%00", "..", "%2e%2e%2f", "é", "'; --", "a.b.c.d", "%ff", " ", "{}", "SC-1")
BODY = {"data": b"{}", "content_type": "application/fhir+json"}
TEN_MB = b'{"resourceType": "Bundle", "x": "' + b"x" * 10_000_000 + b'"}'
VALUES = ("", "x", "a" * 5000, "urn:x|1", "|", "||", "\x00", "é", "SC-", "-1", "0", "9" * 30, "1.5")


@pytest.fixture(autouse=True)
def uncounted():
    """What these tests ask for is not to be refused because the ones before asked for much."""
    limiter.reset()


def routes(served):
    """Return the rules below /fhir, by whether they take an id, as their text and methods."""
    rules = [r for r in served.client.application.url_map.iter_rules() if r.rule.startswith(ROOT)]
    return {rule.rule: rule for rule in rules}


def paths(served, id):
    """Return each address that there is below /fhir, with `id` where it takes one."""
    found = set()
    for rule in routes(served):
        path = rule.removeprefix(ROOT)
        types = list(PARAMETERS) if "<any(" in path else [""]
        for type in types:
            whole = path
            if "<any(" in whole:
                whole = whole[: whole.index("<any(")] + type + whole[whole.index("resource>") + 9 :]
            found.add(whole.replace("<id>", id))
    return sorted(found)


def told_as_fhir(answer, where):
    """Say that it is a resource, or an outcome that is none of the server's mistakes."""
    assert answer.status_code < 500 and answer.status_code != 429, where
    assert answer.mimetype == "application/fhir+json", (where, answer.status_code)
    if answer.request.method == "HEAD":
        return True
    if answer.status_code >= 400:
        return is_outcome(answer, answer.status_code)
    return "resourceType" in answer.json


def test_every_address_is_known_here(served):
    known = {path.partition("/x")[0] for path in paths(served, "x")}

    assert known >= {f"/{type}" for type in PARAMETERS} | {"/metadata", "/"}
    assert len(routes(served)) >= 6


@pytest.mark.parametrize("method", METHODS)
def test_any_method_on_any_address_is_answered_as_fhir(served, method):
    statuses = set()
    for path in paths(served, served.id):
        answer = served(path, method=method, **({} if method in ("GET", "HEAD") else BODY))
        if method == "POST" and path == "/":
            assert is_outcome(answer, 422)
        assert told_as_fhir(answer, (method, path))
        statuses.add(answer.status_code)

    wrong = method not in ("GET", "HEAD", "POST")
    assert statuses <= {405, 404} if wrong else statuses & {200, 405}


def test_any_id_is_answered_as_fhir(served):
    for id in IDS:
        for path in paths(served, id if "%" in id else quote(id)):
            answer = served(path)
            assert told_as_fhir(answer, path)
            if "/" in path.strip("/"):
                assert answer.status_code in (400, 404), path


def test_no_address_but_that_for_everyone_answers_without_the_scope(served):
    for path in paths(served, served.id):
        for method in ("GET", "POST"):
            body = BODY if method == "POST" else {}
            if path == "/metadata":
                continue
            for answer, status in (
                (served.client.open(ROOT + path, method=method, **body), 401),
                (served(path, *EVERY_OTHER_SCOPE, method=method, **body), 403),
            ):
                if answer.status_code == 405:
                    continue  # there is nothing to be let in to
                assert is_outcome(answer, status), (method, path)


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "multipart/form-data", None])
def test_what_is_no_json_is_refused_wherever_it_is_sent(served, kind):
    for path in paths(served, served.id):
        answer = served(path, method="POST", data=b"<x/>", content_type=kind)
        assert is_outcome(answer, 415 if path == "/" else 405), path


def test_ten_megabytes_are_refused_wherever_they_are_sent(served):
    for path in paths(served, served.id):
        answer = served(path, method="POST", data=TEN_MB, content_type="application/fhir+json")
        assert answer.status_code in (413, 405) and is_outcome(answer, answer.status_code), path


def test_any_value_of_any_parameter_is_answered_as_fhir(served):
    for type, names in PARAMETERS.items():
        limiter.reset()
        for name in (*names, "_count", "_cursor", "_format", "_sort", "name"):
            for value in VALUES:
                answer = served(f"/{type}", query_string={name: value})
                assert told_as_fhir(answer, (type, name, value))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
KNOWN = sorted({*PATIENT, *PREGNANT, "entry", "type", "identifier"})


@settings(max_examples=150)
@given(
    which=st.integers(0, 2),
    field=st.sampled_from(KNOWN) | st.text(string.ascii_letters, min_size=1, max_size=8),
    value=JSON,
)
def test_any_bundle_is_answered_as_fhir(served, which, field, value):
    """One member of a good Bundle at a time is anything that JSON can hold."""
    sent = bundle(PREGNANT)
    parts = [sent, *(dict(entry["resource"]) for entry in sent["entry"])]
    parts[which][field] = value
    if which:
        sent["entry"][which - 1]["resource"] = parts[which]
    answer = served("/", method="POST", json=sent)

    assert told_as_fhir(answer, (which, field, value))
