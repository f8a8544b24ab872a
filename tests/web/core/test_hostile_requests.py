"""Any request at all, from anyone: never an error of ours, never another patient's words.

The requests are drawn from the map of addresses itself; the same ones in every run.
"""

import re
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from screening.web.core.limits import limiter
from screening.workflow.screenings import answering
from tests.office import DECLARED
from tests.web.visitors import NOBODYS, Browsers, browser_with, open_app, staffed_office

CANARY = "Xqanary"
MAY_READ_NAMES = {"doctor", "receptionist"}
VISITORS = ["stranger", "patient", "tablet", "waiting", "newcomer"]
VISITORS += ["receptionist", "doctor", "clinical-lead", "administrator"]
METHODS = ["GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"]
# What the pages read from a form or an address.
KEYS = re.findall(
    r"\S+",
    """username password code pin born name to procedures painkiller date_of_birth answer unknown
    agree full_name ink who interpreter words role why logo no_logo accent paper phone decision-x
    reason-mesotherapy-face decision-mesotherapy-face credential day month year lang csrf_token
    new old after link archive until since act before sequence head period treatment file v""",
)
NASTY = st.sampled_from(
    [
        *("\x00", "\ud800", "\udcff\u202e", "٣", "9" * 400, "-1", "1e999", "NaN", "2026-02-30"),
        *("../" * 20 + "etc/passwd", "%00", "' OR 1=1 --", "{{ 7*7 }}", "<b>", "\r\nX: x"),
        *("x" * 30_000, "a\u0300" * 500, "9999-12-31", "0000-00-00", "[]", "2026-11-21"),
        *("mesotherapy-face", "yes", "proceed", "receptionist", "true"),
    ]
)
TEXTS = NASTY | st.text(st.characters(), max_size=40)
FIELDS = st.dictionaries(
    st.sampled_from(KEYS) | st.text(st.characters(), max_size=12),
    st.lists(TEXTS, max_size=3),
    max_size=6,
)
KINDS = ["application/x-www-form-urlencoded"] * 3
KINDS += ["multipart/form-data; boundary=x", "application/pdf", "application/json"]
ARGUMENT = re.compile(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>")


@pytest.fixture(scope="module")
def office(tmp_path_factory, furnish):
    office = staffed_office(tmp_path_factory.mktemp("office"), furnish)
    yield office
    office.close()


@pytest.fixture(scope="module")
def app(office):
    app = open_app(office)
    app.testing = False  # an error of ours is to be a page, as patients would get it
    return app


@pytest.fixture(scope="module")
def theirs(office):
    """Return the screening of the other patient, whom nobody but the staff may read."""
    invitation = office.invite(name=f"{CANARY} Vlotkin")
    office.answer(invitation.screening_id, past_reaction="yes", past_reaction_what=CANARY)
    answering.submit(
        office.context, office.hold(invitation.screening_id), DECLARED | {"name": CANARY}
    )
    return invitation.screening_id


@pytest.fixture(scope="module")
def ask(office, app, theirs):
    """Return a function that sends one request, with the cookies that the visitor came with.

    It returns the response and all that came with it.
    """
    browsers = Browsers(office, app)
    known = [theirs, office.invite().screening_id, NOBODYS["code"]]

    def send(who, rule, method, arguments, query, fields, kind):
        limiter.reset()
        browser = browser_with(app, browsers[who])
        drawn = [known[a] if isinstance(a, int) else a for a in arguments]
        values = dict(zip(sorted(rule.arguments), drawn, strict=False))
        address = ARGUMENT.sub(lambda found: quoted(values[found[1]]), str(rule))
        given = {"query_string": encoded(query)}
        if method in {"POST", "PUT", "PATCH"}:
            start = "" if "urlencoded" in kind else "--x\r\n"
            given |= {"data": (start + encoded(fields)).encode(), "content_type": kind}
        with browser.open(address, method=method, **given) as response:
            return response, response.get_data()

    return send


def quoted(text):
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


def encoded(fields):
    """Return `fields` as a body; half a character and a NUL go over the wire as they are."""
    return "&".join(f"{quoted(k)}={quoted(v)}" for k, vs in fields.items() for v in vs)


@pytest.mark.parametrize("who", VISITORS)
def test_no_request_breaks_a_page_or_reads_another_patient(app, ask, who):
    rules = sorted(app.url_map.iter_rules(), key=lambda r: (str(r), sorted(r.methods)))
    argument = st.integers(0, 2) | TEXTS.filter(lambda text: len(text) < 2000)

    @settings(
        max_examples=25,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(
        rule=st.sampled_from(rules),
        method=st.sampled_from(METHODS[:2]) | st.sampled_from(METHODS),
        arguments=st.lists(argument, min_size=3, max_size=3),
        query=FIELDS,
        fields=FIELDS,
        kind=st.sampled_from(KINDS),
    )
    def holds(rule, method, arguments, query, fields, kind):
        response, page = ask(who, rule, method, arguments, query, fields, kind)

        assert response.status_code < 500 or rule.endpoint == "health.ready", rule
        assert who in MAY_READ_NAMES or CANARY.encode() not in page
        assert re.match(r"/(?!/)", response.headers.get("Location", "/")), "led away"

    holds()


@pytest.mark.parametrize("who", sorted(set(VISITORS) - MAY_READ_NAMES))
def test_no_page_shows_another_patient_to_who_asks_by_her_number(app, ask, who):
    """The random requests meet few pages that could: here are all of them."""
    shown = []
    for rule in app.url_map.iter_rules():
        if "GET" in rule.methods and rule.endpoint != "static":
            _, page = ask(who, rule, "GET", [0, 0, 0], {}, {}, "")
            if CANARY.encode() in page:
                shown.append(rule.endpoint)

    assert shown == []


def test_the_words_are_there_to_be_read(app, office, theirs):
    """Without this the test above could pass because nobody sees them."""
    client = app.test_client()
    office.enter(client, "doctor")

    assert CANARY in client.get("/doctor").text
    assert CANARY in client.get(f"/doctor/screenings/{theirs}").text
