"""Nothing typed is lost, and no form is answered with a page: held against every route there is."""

from contextlib import suppress
from html.parser import HTMLParser

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import TimeoutError

from screening.storage.tables import Screening
from screening.workflow.accounts.unfinished import read_unfinished
from screening.workflow.screenings import answering
from tests.web.core.test_who_may import MAY
from tests.web.served import served
from tests.web.visitors import FORM, NOBODYS, Browsers, open_app, routes, staffed_office
from tests.workflow.treatments.clinic import decided, treated

TYPED = "zzq"
WHO = {"receptionist": "reception", "doctor": "doctor", "clinical-lead": "lead"}
WHO |= {"administrator": "admin"}
OTHERS = {"static", "leaving.no"}


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
        for who in sorted(MAY.get(rule.endpoint, ())) or ["patient"]:
            client = app.test_client()
            for name, value in browsers[who].items():
                client.set_cookie(name, value)
            response = client.post(url, data=data)
            if not is_no_page(response):
                pages.append((rule.endpoint, who, response.status_code))

    assert pages == []


class Boxes(HTMLParser):
    """The forms of a page that are sent by POST: by address, the boxes that somebody can fill."""

    def __init__(self, page, address):
        super().__init__()
        self.address, self.forms, self.here = address, {}, None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "form":
            is_post = (given.get("method") or "").lower() == "post"
            self.here = (given.get("action") or self.address) if is_post else None
        elif self.here and given.get("name"):
            kind = given.get("type", "text") if tag == "input" else tag
            if kind in ("text", "search", "email", "tel", "textarea"):
                self.forms.setdefault(self.here, set()).add(given["name"])

    def handle_endtag(self, tag):
        if tag == "form":
            self.here = None


SECRET = {"password", "new", "again", "code", "old", "pin", "credential", "page", "form-of"}


def boxes_of(page, address):
    found = Boxes(page, address).forms
    named = {form: sorted(names - SECRET) for form, names in found.items()}
    return {form: names for form, names in named.items() if names}


@pytest.fixture(scope="module")
def clinic(tmp_path_factory, furnish):
    """Return an office in which there is something of everything, and what stands in addresses."""
    office = furnish(tmp_path_factory.mktemp("clinic"))
    office.add("admin", "Kim Berg", "administrator")
    done, invited, sent = decided(office), office.invite(name="Bo Li"), office.submit()
    office.begun = NOBODYS | {
        "screening_id": sent,
        "link": invited.link,
        **{name: "date_of_birth" for name, id in NOBODYS.items() if id == "painkiller"},
        "treatment_id": treated(office, screening_id=done),
    }
    office.begun |= {"treatment.treat": {"screening_id": done}}
    office.begun |= {"reception": {"screening_id": invited.screening_id}}
    with office.context.database.read() as session:
        office.begun["patient_id"] = session.get(Screening, done).patient_id
    yield office
    office.close()


def pages_with_boxes(office, app):
    """Yield each page on which something can be typed, with a browser that is let in to it."""
    browsers = {}
    for who, username in WHO.items():
        browsers[who] = app.test_client()
        office.enter(browsers[who], username)
    browsers["patient"] = app.test_client()
    browsers["patient"].post(f"/s/{office.begun['link']}")
    browsers["patient"].post("/screening/procedures", data={"procedures": "mesotherapy-face"})
    for rule, method in routes(app):
        who = next((w for w in browsers if w in MAY.get(rule.endpoint, ())), None)
        if method != "GET" or who is None or rule.endpoint in OTHERS:
            continue
        known = office.begun | office.begun.get(rule.endpoint.partition(".")[0], {})
        known |= office.begun.get(rule.endpoint, {})
        values = {name: known[name] for name in rule.arguments}
        url = app.url_map.bind("localhost").build(rule.endpoint, values, "GET")
        response = browsers[who].get(url)
        is_page = response.status_code == 200 and response.mimetype == "text/html"
        if is_page and (forms := boxes_of(response.text, url)):
            yield rule.endpoint, url, browsers[who], forms


def test_each_page_shows_again_what_was_typed_when_it_was_left(clinic):
    """As leaving.js sends it, and a button that leads away; every page that is found is tried."""
    app = open_app(clinic)
    app.test_client_class = FlaskClient
    lost, tried = [], set()
    for endpoint, url, browser, forms in pages_with_boxes(clinic, app):
        tried.add(endpoint)
        for form, names in forms.items():
            said = {name: f"{TYPED}-{name}" for name in names}
            beside = {"page": url, "form-of": form, "names": " ".join(names)}
            assert browser.post("/keep", data=said | beside).status_code == 204
            page = browser.get(url).text
            lost += [(endpoint, name) for name, text in said.items() if text not in page]
            away = browser.post(form, data=said | beside | {"go": "/accessibility"})
            assert away.headers.get("Location") == "/accessibility", (
                endpoint,
                form,
                away.status_code,
            )
            browser.post("/keep", data={"page": url, "drop": "y"})
            if TYPED in browser.get(url).text:
                lost.append((endpoint, "is not thrown away"))

    assert lost == []
    assert tried >= {
        "patient.question",
        "reception.invite",
        "patients.patient",
        "doctor.review",
        "treatment.treat",
        "treatment.correct",
        "administrator.clinic",
        "administrator.new_account",
        "alerts.change",
        "recall.lot",
    }


def test_what_is_typed_is_kept_when_the_visit_has_ended_meanwhile(clinic):
    app = open_app(clinic)
    phone, link = app.test_client(), clinic.invite(name="Al Late").link
    phone.post(f"/s/{link}")
    phone.post("/screening/procedures", data={"procedures": "mesotherapy-face"})
    url = "/screening/questions/date_of_birth"
    clinic.pass_time(minutes=61)
    late = phone.post(url, data={"date_of_birth": ["3", "5", "zzq"], "page": url, "form-of": url})
    assert "Please open your link again" in late.text

    phone.post(f"/s/{link}")
    assert 'value="zzq"' in phone.get(url).text


def test_what_is_typed_is_nobody_elses_and_no_answer(clinic):
    app = open_app(clinic)
    phone, invited = app.test_client(), clinic.invite(name="Ed Own")
    phone.post(f"/s/{invited.link}")
    phone.post("/screening/procedures", data={"procedures": "mesotherapy-face"})
    url = "/screening/questions/date_of_birth"
    said = {
        "date_of_birth": ["3", "5", "1986"],
        "page": url,
        "form-of": url,
        "names": "date_of_birth",
    }
    phone.post("/keep", data=said)

    draft = answering.read_draft(clinic.context, invited.screening_id)
    assert draft.answers == {} and url in draft.unfinished
    assert 'value="1986"' not in app.test_client().get(url).text
    assert phone.post(url, data=said).status_code == 303
    assert answering.read_draft(clinic.context, invited.screening_id).unfinished == {}


@pytest.mark.parametrize(
    "path", ["//evil.example", "https://evil.example", "/static/../x", "/nowhere", "javascript:x"]
)
def test_a_button_leads_to_pages_of_ours_alone(clinic, path):
    app = open_app(clinic)
    phone = app.test_client()
    phone.post(f"/s/{clinic.invite(name='Go Away').link}")
    away = phone.post("/screening/procedures", data={"go": path})
    assert not away.headers.get("Location", "/").startswith(("//", "http", "javascript"))


def test_where_a_sign_in_has_ended_the_next_is_told_what_was_wrong(clinic):
    desk = open_app(clinic).test_client()
    clinic.enter(desk, "doctor")
    desk.post("/sign-out")
    wrong = {"username": "doctor", "password": "not the password"}
    back = desk.post("/sign-in", data=wrong, follow_redirects=True)

    assert "User name or password is wrong" in back.text
    assert "/sign-in" not in read_unfinished(clinic.context, clinic.doctor.id)


def test_passwords_codes_and_pins_are_never_kept(clinic):
    app = open_app(clinic)
    desk = app.test_client()
    clinic.enter(desk, "doctor")
    secret = dict.fromkeys(SECRET - {"page", "form-of"}, "zzq-secret")
    desk.post("/keep", data=secret | {"page": "/doctor", "form-of": "/doctor/search", "names": "x"})
    kept = read_unfinished(clinic.context, clinic.doctor.id)

    assert "/doctor" in kept and "zzq-secret" not in str(kept)


# A page that is left while a file of it is on its way leaves that file open for a moment.
CUT_SHORT = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
KINDS = (
    "input[type=text], input:not([type]), textarea, input[type=search], input[type=email], "
    "input[type=tel]"
)


def type_on(page):
    """Type into the first box that takes any text, pause, and return the name of the box."""
    with suppress(TimeoutError), page.expect_response("**/keep", timeout=10_000):
        name = _type_on(page)
    return name


def _type_on(page):
    return page.evaluate(
        """(kinds) => {
          const forms = [...document.querySelectorAll("form")];
          const posts = forms.filter((one) => one.method === "post");
          const box = posts.map((one) => one.querySelector(kinds)).find(Boolean);
          box.value = "zzq";
          box.dispatchEvent(new Event("input", { bubbles: true }));
          return box.name;
        }""",
        KINDS,
    )


def is_there(page, name):
    found = "(name) => [...document.getElementsByName(name)].some((box) => box.value === 'zzq')"
    try:
        page.wait_for_function(found, arg=name, timeout=5000)
    except TimeoutError:
        return False
    return True


def window_of(chromium, address, browser):
    """Return a window of Chromium that is let in where a test client is."""
    context = chromium.new_context(base_url=address)
    kept = [{"name": c.key, "value": c.value, "url": address} for c in browser._cookies.values()]
    context.add_cookies(kept)
    return context


@CUT_SHORT
def test_every_page_keeps_what_is_typed_when_it_is_left_by_a_link_or_by_back(clinic, chromium):
    lost = []
    with served(clinic) as address:
        for endpoint, url, browser, _forms in pages_with_boxes(clinic, open_app(clinic)):
            if endpoint == "staff.sign_in":  # a name alone, which browsers fill in themselves
                continue
            context = window_of(chromium, address, browser)
            page = context.new_page()
            page.goto(url, wait_until="load")
            name = type_on(page)
            page.goto("/accessibility")
            page.go_back(wait_until="commit")  # out of the cache, or anew
            lost += [] if is_there(page, name) else [(endpoint, "back")]
            page.goto(url)
            lost += [] if is_there(page, name) else [(endpoint, "link")]
            context.close()

    assert lost == []


@CUT_SHORT
def test_a_question_keeps_what_is_typed_whatever_happens_to_its_tab(clinic, chromium):
    """Loaded again, closed, in a second tab, in another language, and once its time is over."""
    app = open_app(clinic)
    phone, url = app.test_client(), "/screening/questions/date_of_birth"
    phone.post(f"/s/{clinic.invite(name='Tab Li').link}")
    phone.post("/screening/procedures", data={"procedures": "mesotherapy-face"})
    with served(clinic) as address:
        context = window_of(chromium, address, phone)
        page = context.new_page()
        page.goto(url)
        name = type_on(page)
        page.reload()
        assert is_there(page, name)
        page.close()
        page, second = context.new_page(), context.new_page()
        page.goto(url)
        second.goto(url)
        assert is_there(page, name) and is_there(second, name)
        assert page.locator("#ending").get_attribute("data-ends") == "3600"
        page.get_by_role("button", name="Throw it away").click()
        page.wait_for_url(f"**{url}")
        assert "zzq" not in page.content()
        context.close()
