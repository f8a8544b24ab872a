"""Whatever is sent to any operation, the answer is one that its description names."""

from collections import Counter

import schemathesis
from hypothesis import given, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from screening.workflow.integration import api_keys
from tests.web.integration.conftest import Caller

CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
PATH = "/api/v1/openapi.json"


def operations(app):
    for found in schemathesis.openapi.from_wsgi(PATH, app).get_all_operations():
        yield found.ok()


def test_no_operation_answers_what_is_not_described(office):
    """With a key that may all, with ids that there are and ids that there are not."""
    caller = Caller(office, *api_keys.Scope)
    app = caller.browser.application
    there = {"screening_id": office.submit()}
    tried, statuses = [], Counter()
    for operation in operations(app):

        @settings(max_examples=10)
        @given(case=operation.as_strategy(), real=st.booleans())
        def try_it(case, real):
            if real:
                known = there.keys() & (case.path_parameters or {}).keys()
                case.path_parameters.update({name: there[name] for name in known})
            case.headers = dict(case.headers or {}) | {
                "Authorization": f"Bearer {caller.key}",
                "Accept-Encoding": "identity",
            }
            statuses[case.call_and_validate(checks=CHECKS).status_code] += 1

        try_it()
        tried.append(operation.label)

    assert len(tried) > 20
    assert {200, 201, 404, 409, 422} <= statuses.keys()
