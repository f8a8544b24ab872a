"""How bad input and worn-out cookies end. Who may open what: test_who_may.py."""

import hashlib
import re
from dataclasses import replace

import pytest
from flask import Flask
from flask.sessions import session_json_serializer
from itsdangerous import NoneAlgorithm, URLSafeTimedSerializer

from screening.app import create_app
from screening.web.core.limits import limiter
from screening.workflow.core.actor import program
from screening.workflow.review import reviews
from screening.workflow.screenings import answering
from screening.workflow.tablets import tablets
from tests.office import PASSWORD, START, Client, decide
from tests.web.protection import unprotected
from tests.web.visitors import phone_of


@pytest.fixture(scope="module")
def office(tmp_path_factory, furnish):
    office = furnish(tmp_path_factory.mktemp("office"))
    yield office
    office.close()


@pytest.fixture(scope="module")
def app(office):
    app = office.app()
    app.config["WTF_CSRF_ENABLED"] = False
    return app


FOR_COOKIES = {"salt": "cookie-session", "serializer": session_json_serializer}


@pytest.mark.parametrize(
    ("how", "lets_in"),
    [
        ({"key_derivation": "hmac", "digest_method": hashlib.sha1}, True),  # as Flask signs
        ({"key_derivation": "hmac", "digest_method": hashlib.sha512}, False),
        ({"key_derivation": "none", "digest_method": hashlib.sha1}, False),
        ({"key_derivation": "concat", "digest_method": hashlib.sha1}, False),
        ({"key_derivation": "hmac", "algorithm": NoneAlgorithm()}, False),
    ],
)
def test_a_cookie_signed_in_another_way_is_worth_nothing_under_the_right_key(
    office, app, how, lets_in
):
    client = app.test_client()
    office.enter(client, "doctor")
    with client.session_transaction() as session:
        held = dict(session)
    signer = URLSafeTimedSerializer(app.secret_key, signer_kwargs=how, **FOR_COOKIES)
    client.set_cookie("session", signer.dumps(held))

    assert (client.get("/doctor").status_code == 200) is lets_in


def test_a_form_without_its_token_is_refused_with_a_way_on(office):
    app = office.app()
    client = app.test_client()
    response = client.post("/sign-in", data={"username": "doctor"}, follow_redirects=True)

    assert response.status_code == 400
    assert 'href="/sign-in">Back to what you typed' in response.get_data(as_text=True)


def test_a_cookie_is_worth_nothing_after_signing_out(office, app):
    client = app.test_client()
    office.enter(client, "doctor")
    stolen = client.get_cookie("session").value
    client.post("/sign-out")
    thief = app.test_client()
    thief.set_cookie("session", stolen)

    assert thief.get("/doctor").headers["Location"].endswith("/sign-in")


def test_a_cookie_that_was_changed_is_worth_nothing(office, app):
    client = app.test_client()
    office.enter(client, "doctor")
    good = client.get_cookie("session").value
    changed = good[:20] + ("A" if good[20] != "A" else "B") + good[21:]
    client.set_cookie("session", changed)
    assert client.get("/doctor").headers["Location"].endswith("/sign-in")

    client.set_cookie("session", good)
    assert client.get("/doctor").status_code == 200


@pytest.mark.parametrize("key", ["dev", "development", "secret", "changeme", "screening", "test"])
def test_a_cookie_signed_with_a_word_that_anyone_tries_is_worth_nothing(office, app, key):
    client = app.test_client()
    office.enter(client, "doctor")
    with client.session_transaction() as session:
        held = dict(session)
    guessing = Flask("guessing")
    guessing.secret_key = key
    forged = guessing.session_interface.get_signing_serializer(guessing).dumps(held)
    client.set_cookie("session", forged)

    assert client.get("/doctor").headers["Location"].endswith("/sign-in")


@pytest.mark.parametrize("name", ["next", "url", "return_to", "continue"])
def test_no_address_in_a_request_is_followed(office, app, name):
    away = {name: "https://evil.example/"}
    client, given = app.test_client(), {"username": "doctor", "password": PASSWORD}
    pages = [client.post("/sign-in", query_string=away, data=given | away)]
    code = {"code": office.code("doctor")}
    pages.append(client.post("/sign-in/second-factor", query_string=away, data=code | away))
    pages.append(client.post("/sign-out", query_string=away, data=away))
    pages.append(client.get("/doctor", query_string=away))
    pages.append(client.post(f"/s/{office.invite().link}", query_string=away, data=away))

    assert {page.status_code for page in pages} <= {302, 303}
    assert all(page.headers["Location"].startswith("/") for page in pages)
    assert not [page for page in pages if "evil" in page.headers["Location"].split("?")[0]]


def test_an_error_of_ours_tells_nothing_of_what_was_wrong(office, app, monkeypatch):
    def fail(*_):
        raise RuntimeError("Lan Nguyen takes warfarin")

    monkeypatch.setattr(answering, "look_at", fail)
    monkeypatch.setattr(app, "testing", False)
    page = app.test_client().get(f"/s/{office.invite().link}")

    assert page.status_code == 500
    assert "Something went wrong on our side" in page.text
    assert not {"Lan", "warfarin", "RuntimeError", "Traceback"} & set(re.findall(r"\w+", page.text))


def test_trace_is_not_answered(app):
    answer = app.test_client().open("/sign-in", method="TRACE", headers={"X-Secret": "canary"})

    assert answer.status_code == 405
    assert "canary" not in answer.text


def test_another_patients_screening_cannot_be_reached(office, app):
    mine, theirs = office.invite(), office.invite()
    client = app.test_client()
    client.post(f"/s/{mine.link}")
    client.post("/screening/procedures", data={"procedures": ["mesotherapy-face"]})

    assert theirs.number not in client.get("/screening", follow_redirects=True).text
    with client.session_transaction() as session:
        assert session["screening"] == mine.screening_id


def test_who_only_looks_at_a_link_takes_nothing_over(office, app):
    """A mail scanner opens links before patients do, and another device goes on meanwhile."""
    invitation, phone, scanner = office.invite(), app.test_client(), app.test_client()
    phone.post(f"/s/{invitation.link}")
    assert scanner.get(f"/s/{invitation.link}").status_code == 200

    assert scanner.get("/screening/procedures").status_code == 403
    assert phone.get("/screening/procedures").status_code == 200


@pytest.mark.parametrize("link", ["x", "x" * 500, "%00", "..%2f..", "' OR 1=1 --"])
def test_a_malformed_link_gets_a_page_that_helps(app, link):
    response = app.test_client().get(f"/s/{link}")

    assert response.status_code == 404
    assert "ask us" in response.text or "open it again" in response.text


def test_too_much_text_is_refused_with_the_text_kept(office, app):
    invitation = office.invite()
    office.answer(invitation.screening_id, other_meds="yes", medicine_list="none yet")
    client = phone_of(app)
    client.post(f"/s/{invitation.link}")
    page = client.post("/screening/questions/medicine_list", data={"medicine_list": "y" * 2001})

    assert page.status_code == 422
    assert "at most 2,000 characters" in page.text
    assert "y" * 2001 in page.text


def test_more_than_64_kb_gets_a_page_that_says_so(office, app):
    client = app.test_client()
    client.post(f"/s/{office.invite().link}")
    page = client.post("/screening/procedures", data={"procedures": "y" * 70_000})

    assert page.status_code == 413
    assert "64 kB" in page.text
    assert not unprotected(page, tls=False)


def test_an_eleventh_treatment_is_refused(office, app):
    client = app.test_client()
    client.post(f"/s/{office.invite().link}")
    page = client.post("/screening/procedures", data={"procedures": ["mesotherapy-face"] * 11})

    assert page.status_code == 422


def test_a_treatment_that_does_not_exist_is_refused(office, app):
    client = app.test_client()
    client.post(f"/s/{office.invite().link}")

    assert client.post("/screening/procedures", data={"procedures": "x"}).status_code == 422


@pytest.mark.parametrize(
    "said", ["<script>alert(1)</script>", "\x00\x07", "\u202eabc", "{{ 7*7 }}"]
)
def test_hostile_text_comes_out_harmless(office, app, said):
    invitation = office.invite()
    office.answer(invitation.screening_id, past_reaction="yes", past_reaction_what=said)
    client = phone_of(app)
    client.post(f"/s/{invitation.link}")
    page = client.get("/screening/check").text

    assert "<script>alert" not in page
    assert not set(page) & {"\x00", "\x07", "\u202e"}
    assert ("{{ 7*7 }}" in page) == ("{{ 7*7 }}" in said)


def test_no_page_says_that_a_patient_is_safe(office, app):
    office.submit()
    client = app.test_client()
    office.enter(client, "doctor")
    queue = client.get("/doctor").text
    review = client.get("/doctor/screenings/" + queue.split("/doctor/screenings/")[1][:36]).text

    assert "No contraindication identified" in review
    for page in (queue, review):
        assert not {"safe", "eligible", "cleared"} & set(page.lower().replace(".", " ").split())


def test_no_page_tells_a_patient_that_she_is_safe(office, app):
    """Nor a tablet: from the link to what follows the decision, whatever came out."""
    invitation, client, pages = office.invite(), phone_of(app), {}

    def look(path, method="GET", **data):
        pages[path] = client.open(path, method=method, data=data, follow_redirects=True).text

    look(f"/s/{invitation.link}")
    look(f"/s/{invitation.link}", "POST")
    look("/screening/procedures", "POST", procedures="mesotherapy-face")
    office.answer(invitation.screening_id)
    for item in office.context.definitions.items:
        look(f"/screening/questions/{item.link_id}")
    for path in ("check", "report.pdf", "aftercare.ics"):
        look(f"/screening/{path}")
    look("/screening/tablet-code", "POST")
    look("/screening/check", "POST", who="self", agree="y", full_name="Lan Nguyen")
    assert "Thank you" in pages["/screening/check"]
    office.make_reports()
    look("/screening/receipt")
    reviews.decide(*decide(office, invitation.screening_id, "proceed"))
    look("/screening/receipt?decided")
    assert "Your clinic has answered" in pages["/screening/receipt?decided"]
    look(f"/s/{office.invite().link}", "POST")
    look("/screening/leave", "POST")
    code = tablets.add_kiosk(office.context, program(office.clinic), "Waiting room")
    look("/kiosk")
    look("/kiosk/pairing", "POST", code=code)
    look("/kiosk/start", "POST", **START, code=office.invite().start_code)
    look("/screening/phone-picture", "POST")
    look("/kiosk/done")

    varying = r'(name="csrf_token" value|data-ends)="[^"]*"'  # by the second in which it is made
    assert len({re.sub(varying, "", page) for page in pages.values()}) > 20
    for path, page in pages.items():
        assert not re.findall(r"(?i)\b(?:safe|eligible|cleared)\b", page), path


def test_readiness_names_what_is_missing(office, app):
    client = app.test_client()
    assert client.get("/readyz").json["problems"] == ["no worker makes reports"]
    told = [(office.now, "")]
    app.extensions["context"] = replace(office.context, workers=lambda: told)
    assert client.get("/readyz").json == {"ready": True, "problems": [], "warnings": []}

    told.append((office.now, "a worker cannot render reports: MissingTypefacesError"))
    page = client.get("/readyz")
    assert (page.status_code, page.json["problems"]) == (503, [told[1][1]])
    office.pass_time(minutes=11)
    assert client.get("/readyz").json["problems"][-1] == "no worker makes reports"
    office.pass_time(minutes=-11)
    told.pop()

    office.submit()
    office.pass_time(minutes=11)
    page = client.get("/readyz")
    assert page.status_code == 503
    assert "reports that wait" in page.json["problems"][0]
    office.pass_time(minutes=-11)
    office.make_reports()


@pytest.fixture
def uncounted():
    """Forget the tries of this test for those after it."""
    yield
    limiter.reset()


@pytest.mark.usefixtures("uncounted")
def test_too_many_tries_from_one_address_are_told_how_long_to_wait(office):
    app = office.app()
    app.config["WTF_CSRF_ENABLED"] = False
    for path, most in (
        ("/sign-in", 30),
        ("/sign-in/second-factor", 30),
        ("/kiosk/pairing", 30),
        ("/kiosk/start", 30),
        ("/s/unknown", 60),
        ("/verify", 20),
    ):
        client = app.test_client()
        tries = [client.post(path).status_code for _ in range(most + 1)]
        assert 429 not in tries[:most], path
        page = client.post(path)
        assert page.status_code == 429, path
        assert 0 < int(page.headers["Retry-After"]) <= 61
        assert f"Wait {page.headers['Retry-After']} second" in page.text


def test_a_tablet_taken_out_of_use_forgets_its_patient(office, app):
    code = tablets.add_kiosk(office.context, program(office.clinic), "Stolen")
    client = app.test_client()
    client.post("/kiosk/pairing", data={"code": code})
    client.post("/kiosk/start", data=START | {"code": office.invite().start_code})
    assert client.get("/screening/procedures").status_code == 200
    [mine] = [k for k in tablets.list_kiosks(office.context, office.clinic) if k.name == "Stolen"]
    tablets.revoke_kiosk(office.context, office.desk, mine.id)

    page = client.get("/screening/procedures")
    assert page.status_code == 403
    assert "Please open your link again" in page.text
    client.post(f"/s/{office.invite().link}")
    assert client.get("/screening/procedures").status_code == 200, "an ordinary browser again"


@pytest.mark.usefixtures("uncounted")
@pytest.mark.parametrize(("proxies", "expected"), [(0, 429), (1, 422)])
def test_an_address_counts_for_itself_only_where_a_proxy_names_it(office, proxies, expected):
    app = create_app(replace(office.config, proxies=proxies), office.context)
    app.testing, app.config["WTF_CSRF_ENABLED"] = True, False
    app.test_client_class = Client
    client = app.test_client()
    for _ in range(31):
        client.post("/kiosk/pairing", headers={"X-Forwarded-For": "192.0.2.1"})

    other = client.post("/kiosk/pairing", headers={"X-Forwarded-For": "192.0.2.2"})
    assert other.status_code == expected


@pytest.mark.parametrize(
    ("path", "wanted"), [("/sign-in", "current"), ("/account/password", "new")]
)
def test_a_password_is_masked_and_left_to_password_managers(office, app, path, wanted):
    client = app.test_client()
    if path != "/sign-in":
        office.enter(client, "doctor")
    page = client.get(path).text
    fields = [f for f in re.findall(r"<input[^>]*>", page) if 'name="page"' not in f]
    fields = [f for f in fields if "password" in f and "/account" not in f]

    assert fields and all('type="password"' in field for field in fields)
    assert any(f'autocomplete="{wanted}-password"' in field for field in fields)
    assert "onpaste" not in page
