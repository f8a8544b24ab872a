"""A clinic with a program that holds keys."""

import pytest

from screening.workflow.core.actor import program
from screening.workflow.integration import api_keys


class Caller:
    """Another program: what it sends carries its key."""

    def __init__(self, office, *scopes):
        self.office, self.browser = office, office.app().test_client()
        by = program(office.clinic)
        self.key = api_keys.make_key(office.context, by, "Booking", list(scopes))

    def __call__(self, method, path, json=None, **more):
        headers = {"Authorization": f"Bearer {self.key}"} | more.pop("headers", {})
        url = path if path.startswith("/api") else f"/api/v1{path}"
        return self.browser.open(url, method=method, json=json, headers=headers, **more)


@pytest.fixture
def office(furnish, tmp_path):
    office = furnish(tmp_path / "office")
    yield office
    office.close()


@pytest.fixture
def caller(office):
    return lambda *scopes: Caller(office, *scopes)
