"""Nothing typed is lost, and no form is answered with a page: held against every route there is."""

import pytest
from flask.testing import FlaskClient

from tests.web.core.test_who_may import MAY
from tests.web.visitors import FORM, NOBODYS, Browsers, open_app, routes, staffed_office


@pytest.fixture(scope="module")
def office(tmp_path_factory, furnish):
    office = staffed_office(tmp_path_factory.mktemp("office"), furnish)
    yield office
    office.close()


@pytest.fixture(scope="module")
def app(office):
    """Return the application; its clients take each answer as it comes."""
    app = open_app(office)
    app.test_client_class = FlaskClient
    return app


def is_no_page(response):
    """Whether loading the answer again sends nothing twice: it leads on, or is no page."""
    return (
        300 <= response.status_code < 400
        or response.mimetype != "text/html"
        or response.content_length in (0, None)
    )


@pytest.mark.parametrize("data", [{}, FORM], ids=["empty", "filled"])
def test_no_form_is_ever_answered_with_a_page(office, app, data):
    browsers = Browsers(office, app)
    pages = []
    for rule, method in routes(app):
        if method != "POST":
            continue
        values = {name: NOBODYS[name] for name in rule.arguments}
        url = app.url_map.bind("localhost").build(rule.endpoint, values, "POST")
        for who in sorted(MAY[rule.endpoint]) or ["patient"]:
            client = app.test_client()
            for name, value in browsers[who].items():
                client.set_cookie(name, value)
            response = client.post(url, data=data)
            if not is_no_page(response):
                pages.append((rule.endpoint, who, response.status_code))

    assert pages == []
