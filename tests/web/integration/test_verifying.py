"""What anyone is answered about a report is what the description announces, and no more."""

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from screening.workflow.reports import checking, verification
from tests.documents.sealing import signed
from tests.web.reports.test_verify import upload
from tests.workflow.reports.test_verification import pdf_of


@pytest.fixture(scope="module")
def office(tmp_path_factory, furnish):
    office = furnish(tmp_path_factory.mktemp("office"))
    office.submit()
    office.make_reports()
    yield office
    office.close()


@pytest.fixture
def client(office):
    return office.app().test_client()


@pytest.fixture
def described(client):
    return client.get("/api/v1/openapi.json").json


def fits(described, answer, **more):
    """Tell whether `answer`, with `more` in it, is one that the document announces."""
    [told] = described["paths"]["/api/v1/verifications"].values()
    schema = told["responses"][str(answer.status_code)]["content"][answer.mimetype]["schema"]
    whole = schema | {"components": described["components"]}
    return Draft202012Validator(whole, format_checker=FormatChecker()).is_valid(answer.json | more)


def test_what_the_real_endpoint_answers_fits(office, client, described, monkeypatch):
    url, sealed = "/api/v1/verifications", pdf_of(office)
    passed, failed = upload(client, sealed, url), upload(client, sealed + b"x", url)
    assert (passed.json["status"], failed.json["status"]) == ("PASSED", "FAILED")
    refused = [client.post(url), client.post(url, data=bytes(verification.LARGEST + 20_000))]
    monkeypatch.setattr(checking, "LONGEST_WAIT", 0.05)
    with checking.STRANGERS.place():
        refused.append(upload(client, signed(), url))

    assert [each.status_code for each in refused] == [422, 413, 503]
    assert all(fits(described, answer) for answer in (passed, failed, *refused))
    assert not fits(described, passed, patient="Lan Nguyen"), (
        "nothing may be said that is not described"
    )
