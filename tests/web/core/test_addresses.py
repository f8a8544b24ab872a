"""Addresses are built once where they name nobody, and are always those that Flask would build."""

from collections import Counter

import pytest
from flask import Flask, request, url_for

from screening.app import MOST_ADDRESSES, OF_NOBODY
from screening.web.clinics.branding import stylesheet


@pytest.fixture
def office(tmp_path, furnish):
    office = furnish(tmp_path)
    yield office
    office.close()


@pytest.fixture
def app(office):
    return office.app()


def built(app, path="/", prefix="", **named):
    """Return the address as a page of ours gets it, and as Flask builds it."""
    with app.test_request_context(path, environ_overrides={"SCRIPT_NAME": prefix}):
        ours = [url_for(**named) for _ in range(2)]
        assert ours[0] == ours[1]
        return ours[0], Flask.url_for(app, **named)


def test_every_address_is_the_one_that_flask_builds(app):
    for rule in app.url_map.iter_rules():
        values = {name: value_for(app, rule.endpoint, name) for name in rule.arguments}
        for prefix in ("", "/clinic"):
            ours, flasks = built(app, prefix=prefix, endpoint=rule.endpoint, **values)
            assert ours == flasks
            assert ours.startswith(prefix)


def value_for(app, endpoint, name):
    """Return what may stand there: one of those that a rule names, else anything."""
    rules = app.url_map.iter_rules(endpoint)
    named = [getattr(r._converters.get(name), "items", ()) for r in rules]
    return min((value for items in named for value in items), default="7")


def test_an_address_beside_the_page_belongs_to_the_page_that_asks(app):
    rules = [r for r in app.url_map.iter_rules() if not r.arguments and "GET" in r.methods]
    plain = {rule.endpoint: rule.rule for rule in rules}
    ends = Counter(endpoint.partition(".")[2] for endpoint in plain)
    shared = [endpoint for endpoint in plain if ends[endpoint.partition(".")[2]] > 1]

    for endpoint in shared:
        ours, flasks = built(app, plain[endpoint], endpoint="." + endpoint.partition(".")[2])
        assert ours == flasks == url_of(app, endpoint)
    assert len(shared) > 3


def url_of(app, endpoint):
    with app.test_request_context("/"):
        return Flask.url_for(app, endpoint)


def test_what_names_somebody_is_not_kept(office, app):
    link = office.invite().link
    with app.test_request_context("/"):
        url_for("patient.welcome", link=link)

    assert "link" not in OF_NOBODY
    assert link not in repr(app._addresses)


def test_what_is_kept_stays_small(app):
    with app.test_request_context("/"):
        for number in range(MOST_ADDRESSES + 5):
            url_for("static", filename=f"{number}.css")

    assert len(app._addresses) <= MOST_ADDRESSES


def test_an_external_address_is_asked_for_and_not_kept(app):
    with app.test_request_context("/", base_url="https://one.example/"):
        assert url_for("static", filename="x", _external=True) == "https://one.example/static/x"
    with app.test_request_context("/", base_url="https://two.example/"):
        assert url_for("static", filename="x", _external=True) == "https://two.example/static/x"
        assert url_for("static", filename="x") == "/static/x"
        assert request.host == "two.example"
        assert stylesheet("patient").startswith("/style/")
