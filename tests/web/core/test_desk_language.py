"""The desk speaks one language: no page at work leaves a sentence in another."""

import re
from datetime import date
from html.parser import HTMLParser

import pytest
from sqlalchemy import select

from screening.storage.tables import Screening, Treatment
from screening.workflow.clinics import branding
from screening.workflow.core.actor import program
from screening.workflow.review import reviews
from screening.workflow.tablets import tablets
from screening.workflow.treatments import answers, treating
from screening.workflow.treatments.page import open_page
from screening.workflow.treatments.treating import Done
from tests.office import Office, decide
from tests.web.visitors import STAFF, USERNAMES
from tests.workflow.treatments.clinic import go_to_day

# Three words in a row that are not names: what a patient, a doctor or a list said is marked.
ENGLISH = re.compile(r"\b[A-Za-z][a-z’]+(?:,? [a-z][a-z’]+){2,}")
# These begin or end a patient's visit, and with it whoever was signed in here.
PATIENTS = ("kiosk.", "patient.", "arrival.", "again.", "proof.", "handover.", "check_in.")
# Files, and pages whose parts need a visit of their own.
NO_PAGES = {"doctor.report", "administrator.export_audit", "lead.archive", "account.passkey"}


class Shown(HTMLParser):
    """The words of a page, without what is marked as another language or as typed by people."""

    def __init__(self, page):
        super().__init__()
        self.words, self._open, self.html = [], [], {}
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        if tag == "html":
            self.html = found
        if tag not in {"meta", "link", "img", "input", "br", "path", "rect"}:
            self._open.append((tag, tag in {"bdi", "textarea", "script"} or found.get("lang")))
        self.words += [found[a] for a in ("alt", "aria-label", "title", "data-h") if found.get(a)]

    def handle_endtag(self, tag):
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, text):
        if not any(apart for tag, apart in self._open if tag != "html"):
            self.words.append(" ".join(text.split()))


@pytest.fixture(scope="module")
def abroad(tmp_path_factory):
    """Return an office that speaks Russian, with something on every desk."""
    office = Office(tmp_path_factory.mktemp("office"))
    office.add("admin", "Kim Berg", "administrator")
    look = branding.look_of(office.context, office.clinic)
    russian = branding.Look(look.name, look.address, look.phone, language="ru")
    branding.change_look(office.context, program(office.clinic), russian)
    special = {"painkiller": "yes", "painkiller_last_dose": office.day(3), "muscle": "unknown"}
    special |= {"other_meds": "yes", "medicine_list": "Metformin 500 mg", "device": "yes"}
    everything = ("mesotherapy-face", "microcurrent", "prp")
    office.submit(*everything, at=office.evening, **special)
    office.invite("prp")
    office.decided = office.submit(*everything, **special)
    act = decide(office, office.decided, "decline", "Not today.")
    reviews.decide(*act)
    office.waiting = office.submit("mesotherapy-face", viral_blood=["tell-doctor"])
    office.treated = office.submit("thread-lift")
    reviews.decide(*decide(office, office.treated, "proceed", "Talked over."))
    on = date.fromisoformat(office.day())
    treating.treat(office.context, office.doctor, office.treated, on, [Done("thread-lift")], "I")
    go_to_day(office, 8)
    [call] = answers.list_to_call(office.context, office.doctor)
    office.check_in = call.check_in_id
    [sign, *_] = open_page(office.context, office.check_in, by=office.doctor).asked
    answers.answer(office.context, office.check_in, {sign.key: "yes"}, office.doctor)
    tablets.add_kiosk(office.context, program(office.clinic), "Waiting room")
    office.make_reports()
    yield office
    office.close()


@pytest.fixture(scope="module")
def pages(abroad):
    """Return every page at work as each role sees it."""
    app = abroad.app()
    app.config["WTF_CSRF_ENABLED"] = False
    found = {}
    for role in sorted(STAFF):
        client = at_work(abroad, app, role)
        for rule in app.url_map.iter_rules():
            if "GET" not in rule.methods or rule.endpoint in NO_PAGES:
                continue
            if rule.endpoint.startswith(PATIENTS):
                continue
            about = (abroad.decided, abroad.waiting, abroad.treated) if rule.arguments else ("",)
            for screening in about:
                values = values_of(abroad, screening)
                known = {name: values[name] for name in rule.arguments if values.get(name)}
                if rule.arguments != known.keys():
                    continue
                address = app.url_map.bind("localhost").build(rule.endpoint, known)
                answer = client.get(address)
                if answer.status_code == 200 and answer.mimetype == "text/html":
                    found[role, rule.endpoint, screening] = answer.text
    return found


def at_work(office, app, role):
    client = app.test_client()
    assert office.enter(client, USERNAMES[role]).status_code == 303
    return client


def values_of(office, screening):
    """Return what stands in the addresses of pages about `screening`."""
    with office.context.database.read() as session:
        row = session.get(Screening, screening)
        patient = row.patient_id if row else ""
        made = session.scalars(select(Treatment.id).where(Treatment.screening_id == screening))
        values = {"screening_id": screening, "patient_id": patient, "treatment_id": made.first()}
    return values | {"account_id": office.doctor.id, "check_in_id": office.check_in}


def test_every_role_has_pages_that_were_looked_at(pages):
    assert {role for role, _, _ in pages} == STAFF
    assert len({endpoint for _, endpoint, _ in pages}) > 15


def test_no_page_at_work_in_russian_leaves_an_english_sentence(pages):
    left = {
        (endpoint, sentence[0])
        for (_, endpoint, _), page in pages.items()
        for words in Shown(page).words
        if (sentence := ENGLISH.search(words))
    }
    assert left == set()


def test_a_page_says_which_language_it_speaks(pages):
    whole = [Shown(page).html for page in pages.values() if page.startswith("<!DOCTYPE")]
    assert {html["lang"] for html in whole} == {"ru"}
    assert "Язык ваших страниц" in pages["doctor", "account.front", ""]


def test_who_signs_in_reads_the_language_of_the_browser_before_the_account_is_known(abroad):
    page = abroad.app().test_client().get("/sign-in").text
    assert Shown(page).html["lang"] == "en-GB"


@pytest.mark.parametrize(("language", "direction"), [("ar", "rtl"), ("vi", "ltr"), ("en", "ltr")])
def test_an_account_chooses_another_language_than_its_clinic(abroad, language, direction):
    app = abroad.app()
    app.config["WTF_CSRF_ENABLED"] = False
    client = at_work(abroad, app, "doctor")
    assert client.post("/account/language", data={"language": language}).status_code == 303
    html = Shown(client.get("/doctor").text).html
    assert (html["lang"][:2], html["dir"]) == (language, direction)
    refused = client.post("/account/language", data={"language": "xx"})
    assert (refused.status_code, client.get("/account").status_code) == (422, 200)
    client.post("/account/language", data={"language": ""})
    assert Shown(client.get("/doctor").text).html["lang"] == "ru"


def test_the_administrator_sets_the_language_of_the_clinic(furnish, tmp_path):
    office = furnish(tmp_path)
    office.add("admin", "Kim Berg", "administrator")
    app = office.app()
    app.config["WTF_CSRF_ENABLED"] = False
    client = at_work(office, app, "administrator")
    given = {"name": "Aurelia", "paper": "A4"}
    assert client.post("/admin/clinic", data=given | {"language": "xx"}).status_code == 422
    assert client.post("/admin/clinic", data=given | {"language": "vi"}).status_code == 303
    assert Shown(client.get("/admin").text).html["lang"] == "vi"
