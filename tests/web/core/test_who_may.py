"""Who may open which page, and what every answer carries: held against every route there is."""

import functools
import re

import pytest
from flask import Blueprint

from tests.web.protection import unprotected
from tests.web.visitors import (
    FORM,
    HALF,
    NOBODYS,
    STAFF,
    Browsers,
    browser_with,
    open_app,
    routes,
    send,
    staffed_office,
    turned_away,
)

BROWSERS = {"stranger", "patient"} | HALF | STAFF
ALL = BROWSERS | {"tablet"}
# No browser has one: tests/web/integration.
WITH_A_KEY = (
    "api.add_webhook",
    "api.change_screening",
    "api.end_webhook",
    "api.find_patient",
    "api.list_procedures",
    "api.list_reports",
    "api.list_screenings",
    "api.list_webhooks",
    "api.note_treatment",
    "api.open_screening",
    "api.read_answers",
    "api.read_check_ins",
    "api.read_decision",
    "api.read_patient",
    "api.read_report",
    "api.read_screening",
    "api.read_verdict",
    "api.rotate_secret",
    "api.send_again",
    "api.send_link",
    "api.show_link",
    "api.withdraw_screening",
    "fhir.read",
    "fhir.read_questionnaire",
    "fhir.search",
    "fhir.search_questionnaires",
    "fhir.take_bundle",
)
MAY = {
    "static": ALL,
    "cookies.probe": BROWSERS,
    "statement.accessibility": BROWSERS,
    "look.style": ALL,
    "look.logo": ALL,
    "health.alive": ALL,
    "health.ready": BROWSERS,
    "watching.metrics": BROWSERS,  # whoever asks from this machine, or knows the token
    "verify.ask": BROWSERS,
    "verify.show": BROWSERS,
    "verify.check": BROWSERS,
    "verify.result": BROWSERS,
    "verify.authority": BROWSERS,
    "verify.certificate": BROWSERS,
    "doctor.sources": {"doctor"},
    "api.verify_report": BROWSERS,
    "api.describe": BROWSERS,
    "fhir.metadata": BROWSERS,
    "staff.home": ALL,
    "staff.sign_in": BROWSERS,
    "staff.passkey": BROWSERS,
    "staff.set_password": BROWSERS,
    "staff.second_factor": HALF,
    "staff.set_up": HALF,
    "staff.set_up_passkey": HALF,
    "staff.sign_out": BROWSERS,
    "kiosk.front": ALL,
    "kiosk.pair": ALL,
    "kiosk.start": ALL,
    "kiosk.done": ALL,
    "kiosk.reset": ALL,
    "kiosk.pair_by_picture": ALL,
    "kiosk.here": ALL,
    "kiosk.stay": ALL,
    "kiosk.leave": ALL,
    "kiosk.manifest": ALL,
    "leaving.keep_typed": ALL,
    "leaving.no": ALL,
    "handover.to_tablet": {"patient"},
    "handover.tablet_code": {"patient"},
    "handover.phone_picture": set(),
    "handover.to_phone": set(),  # a tablet with a patient at it: tests/web/tablets/test_tablets.py
    "handover.welcome": BROWSERS,
    "handover.begin": BROWSERS,
    "patient.welcome": BROWSERS,
    "patient.begin": BROWSERS,
    "patient.resume": {"patient"},
    "patient.procedures": {"patient"},
    "patient.question": {"patient"},
    "again.medicine": {"patient"},
    "arrival.rows": {"patient"},
    "arrival.confirm": {"patient"},
    "arrival.done": ALL,
    "again.still_true": {"patient"},
    "again.anew": {"patient"},
    "patient.check": {"patient"},
    "patient.change_procedures": {"patient"},
    "patient.change_question": {"patient"},
    "again.rows": {"patient"},
    "patient.receipt": {"patient"},
    "patient.report": {"patient"},
    "patient.aftercare": {"patient"},
    "patient.leave": {"patient"},
    "patient.left": ALL,
    "patient.change": {"patient"},
    "patient.unchanged": {"patient"},
    "patient.prove": {"patient"},
    "proof.enter": BROWSERS,
    "proof.begin_afresh": BROWSERS,
    "proof.choose": {"patient"},
    "proof.chosen": BROWSERS,
    "proof.earlier_answers": {"patient"},
    "account.front": STAFF,
    "account.password": STAFF,
    "account.language": STAFF,
    "account.app": STAFF,
    "account.registration": STAFF,
    "account.recovery_codes": STAFF,
    "account.new_codes": STAFF,
    "account.new_passkey": STAFF,
    "account.passkey": STAFF,
    "account.remove_passkey": STAFF,
    "account.end_other_sign_ins": STAFF,
    "patients.patient": {"receptionist", "doctor"},
    "patients.search": {"receptionist", "doctor"},
    "patients.change": {"receptionist", "doctor"},
    "patients.settle": {"receptionist", "doctor"},
    "patients.merge": {"receptionist", "doctor"},
    "patients.keep_apart": {"receptionist", "doctor"},
    "patients.part": {"receptionist", "doctor"},
    "patients.confirm": {"receptionist", "doctor"},
    "reception.today": {"receptionist"},
    "reception.patients": {"receptionist"},
    "reception.warned": {"receptionist"},
    "reception.screening": {"receptionist"},
    "reception.invitation": {"receptionist"},
    "reception.restore": {"receptionist"},
    "reception.mail": {"receptionist"},
    "reception.send_mail": {"receptionist"},
    "reception.invite": {"receptionist"},
    "reception.renew": {"receptionist"},
    "reception.show_link": {"receptionist"},
    "reception.birth_date": {"receptionist"},
    "reception.unlock": {"receptionist"},
    "reception.arrive": {"receptionist"},
    "reception.reschedule": {"receptionist"},
    "reception.withdraw": {"receptionist"},
    "doctor.queue": {"doctor"},
    "doctor.queue_list": {"doctor"},
    "doctor.decided": {"doctor"},
    "doctor.search": {"doctor"},
    "doctor.review": {"doctor"},
    "doctor.decide": {"doctor"},
    "doctor.note": {"doctor"},
    "doctor.report": {"doctor"},
    "check_in.welcome": BROWSERS,
    "check_in.signs": set(),  # who said when she was born: tests/web/treatments
    "check_in.result": set(),
    "treatment.treat": {"receptionist", "doctor"},
    "treatment.correct": {"receptionist", "doctor"},
    "treatment.take_back": {"receptionist", "doctor"},
    "treatment.calls": {"receptionist", "doctor"},
    "treatment.call": {"receptionist", "doctor"},
    "treatment.told": {"receptionist", "doctor"},
    "treatment.close_call": {"receptionist", "doctor"},
    "sign.show": {"doctor"},
    "sign.take": {"doctor"},
    "sign.hand_back": {"doctor"},
    "recall.lot": {"doctor", "clinical-lead"},
    "recall.export": {"doctor", "clinical-lead"},
    "lead.front": {"clinical-lead"},
    "lead.preview": {"clinical-lead"},
    "lead.archive": {"clinical-lead"},
    "lead.insight": {"clinical-lead"},
    "lead.matrix": {"clinical-lead"},
    "administrator.accounts": {"administrator"},
    "administrator.new_account": {"administrator"},
    "administrator.account": {"administrator"},
    "administrator.change_role": {"administrator"},
    "administrator.give_link": {"administrator"},
    "second.waiting": {"doctor", "administrator"},
    "second.confirm": {"doctor", "administrator"},
    "second.drop": {"doctor", "administrator"},
    "second.password_link": {"doctor", "administrator"},
    "administrator.reset_second_factor": {"administrator"},
    "administrator.disable": {"administrator"},
    "administrator.enable": {"administrator"},
    "administrator.tablets": {"administrator"},
    "administrator.revoke": {"administrator"},
    "administrator.clinic": {"administrator"},
    "alerts.change": {"administrator"},
    "administrator.pair_again": {"administrator"},
    "administrator.set_pin": {"administrator"},
    "administrator.audit": {"administrator"},
    "administrator.export_audit": {"administrator"},
    "administrator.verify_audit": {"administrator"},
    "integration.programs": {"administrator"},
    "integration.revoke": {"administrator"},
    "integration.send_again": {"administrator"},
    "integration.end_webhook": {"administrator"},
} | {key: set() for key in WITH_A_KEY}


AUDIENCES = ("desk", "patient", "tablet")
KEPT = {"static", "look.style", "look.logo"}  # the same for everyone, by fingerprint


@pytest.fixture(scope="module")
def office(tmp_path_factory, furnish):
    office = staffed_office(tmp_path_factory.mktemp("office"), furnish)
    yield office
    office.close()


@pytest.fixture(scope="module")
def app(office):
    return open_app(office)


@pytest.fixture(scope="module")
def browsers(office, app):
    return Browsers(office, app)


@pytest.fixture(scope="module")
def answers(app, browsers):
    """Return a function that lets a visitor ask for everything, once for all tests."""

    @functools.cache
    def ask(who):
        asked = routes(app, without=["OPTIONS"]) if who == "stranger" else routes(app)
        return [(m, r, send(app, browsers[who], r, m, NOBODYS)) for r, m in asked]

    return ask


def test_every_route_is_in_the_table_and_nothing_else(app):
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == set(MAY)


@pytest.mark.parametrize("who", sorted(ALL))
def test_each_visitor_gets_in_where_the_table_says_and_nowhere_else(answers, who):
    wrong = [
        (method, rule.endpoint, response.status_code)
        for method, rule, response in answers(who)
        if turned_away(response) == (who in MAY[rule.endpoint])
    ]

    assert wrong == []


@pytest.mark.parametrize("who", sorted(ALL))
def test_every_answer_to_every_visitor_is_protected(answers, who):
    bare = [
        (method, rule.endpoint, lacks)
        for method, rule, response in answers(who)
        if (lacks := unprotected(response, may_be_kept=rule.endpoint in KEPT))
    ]

    assert bare == []


def pages(answers, who, may):
    """Yield (endpoint, text) of each page that a visitor sees, where the table says `may`."""
    for method, rule, response in answers(who):
        seen = (method, response.status_code, response.mimetype) == ("GET", 200, "text/html")
        if seen and may(MAY[rule.endpoint]) and "<html" in response.text:
            yield rule.endpoint, response.text


@pytest.mark.parametrize("who", sorted(STAFF))
def test_every_page_of_the_staff_has_a_way_to_sign_out(answers, who):
    seen = list(pages(answers, who, lambda may: may <= STAFF))

    assert len(seen) > 4
    assert [name for name, text in seen if ">Sign out</button>" not in text] == []


@pytest.mark.parametrize("who", ["patient", "stranger", "tablet"])
def test_no_page_of_a_patients_loads_the_styles_of_the_staff(app, answers, who):
    seen = dict(pages(answers, who, lambda may: not may <= STAFF))
    styles = {one for text in seen.values() for one in re.findall(r'href="(/style/[^"]+)', text)}
    desk, *rest = [app.test_client().get(f"/style/x/{of}/ours.css").text for of in AUDIENCES]

    assert len(seen) > 3 and styles
    assert {one.split("/")[3] for one in styles} <= {"patient", "tablet"}
    assert ".rooms" in desk and not any(".rooms" in text for text in rest)


def test_a_page_of_which_nobody_said_whom_it_is_for_is_closed(office):
    forgotten = Blueprint("forgotten", __name__)
    forgotten.add_url_rule("/forgotten", "page", lambda: "open")
    app = office.app()
    app.register_blueprint(forgotten)

    assert app.test_client().get("/forgotten").status_code == 403


def test_the_sign_in_that_waits_opens_only_its_own_step(app, browsers):
    for who, step in (("waiting", "second-factor"), ("newcomer", "set-up")):
        client = browser_with(app, browsers[who])
        other = {"second-factor": "set-up", "set-up": "second-factor"}[step]

        assert client.get(f"/sign-in/{step}").status_code == 200
        for method in ("GET", "POST"):
            away = client.open(f"/sign-in/{other}", method=method, data=FORM)
            assert away.headers["Location"].endswith(step)
