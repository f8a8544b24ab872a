"""Who may open what, what every answer carries, and how bad input ends."""

import pytest

from tests.office import PASSWORD, Office

OPEN = {
    "static",
    "staff.home",
    "staff.sign_in",
    "staff.sign_out",
    "health.alive",
    "health.ready",
    "kiosk.front",
    "kiosk.pair",
    "kiosk.start",
    "kiosk.done",
    "kiosk.reset",
    "patient.welcome",
    "patient.begin",
}
ANY = {"link": "x" * 32, "screening_id": "x", "link_id": "painkiller", "kind": "decided"}


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    office = Office(tmp_path_factory.mktemp("office"))
    yield office
    office.close()


@pytest.fixture(scope="module")
def app(office):
    app = office.app()
    app.config["WTF_CSRF_ENABLED"] = False
    return app


def open_all(app, client, prefix=""):
    """Return method, endpoint and status for every page that is not open to all."""
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if rule.endpoint not in OPEN and rule.endpoint.startswith(prefix):
            for method in rule.methods & {"GET", "POST"}:
                values = {a: ANY[a] for a in rule.arguments}
                url = adapter.build(rule.endpoint, values, method)
                yield method, rule.endpoint, client.open(url, method=method)


def test_a_stranger_is_turned_away_from_every_page(app):
    let_in = [
        (method, endpoint, response.status_code)
        for method, endpoint, response in open_all(app, app.test_client())
        if response.status_code not in {401, 403}
        and not response.headers.get("Location", "").endswith("/sign-in")
    ]

    assert let_in == []


DESKS = {"reception": "reception.", "doctor": "doctor.", "lead": "lead."}


@pytest.mark.parametrize(
    ("role", "foreign"), [(r, d) for r in DESKS for d in DESKS.values() if d != DESKS[r]]
)
def test_each_role_is_turned_away_from_the_other_desk(app, role, foreign):
    client = app.test_client()
    client.post("/sign-in", data={"username": role, "password": PASSWORD})
    tried = list(open_all(app, client, foreign))

    assert tried
    assert {response.status_code for _, _, response in tried} == {403}


def test_every_answer_carries_the_headers_that_protect_it(app):
    for _, endpoint, response in open_all(app, app.test_client()):
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy, endpoint
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "no-referrer"


def test_a_form_without_its_token_is_refused_with_a_way_on(office):
    app = office.app()
    response = app.test_client().post("/sign-in", data={"username": "doctor"})

    assert response.status_code == 400
    assert "Allow cookies" in response.get_data(as_text=True)


def test_a_cookie_is_worth_nothing_after_signing_out(app):
    client = app.test_client()
    client.post("/sign-in", data={"username": "doctor", "password": PASSWORD})
    stolen = client.get_cookie("session").value
    client.post("/sign-out")
    thief = app.test_client()
    thief.set_cookie("session", stolen)

    assert thief.get("/doctor").headers["Location"].endswith("/sign-in")


def test_another_patients_screening_cannot_be_reached(office, app):
    mine, theirs = office.invite(), office.invite()
    client = app.test_client()
    client.post(f"/s/{mine.link}")
    client.post("/screening/procedures", data={"procedures": ["mesotherapy-face"]})

    assert theirs.number not in client.get("/screening", follow_redirects=True).text
    with client.session_transaction() as session:
        assert session["screening"] == mine.screening_id


@pytest.mark.parametrize("link", ["x", "x" * 500, "%00", "..%2f..", "' OR 1=1 --"])
def test_a_malformed_link_gets_a_page_that_helps(app, link):
    response = app.test_client().get(f"/s/{link}")

    assert response.status_code == 404
    assert "ask us" in response.text or "open it again" in response.text


def test_too_much_text_is_refused_with_the_text_kept(office, app):
    invitation = office.invite()
    office.answer(invitation.screening_id, other_meds="yes", medicine_list="none yet")
    client = app.test_client()
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
    client = app.test_client()
    client.post(f"/s/{invitation.link}")
    page = client.get("/screening/check").text

    assert "<script>alert" not in page
    assert not set(page) & {"\x00", "\x07", "\u202e"}
    assert "49" not in page.split("Did any")[1][:300]


def test_no_page_says_that_a_patient_is_safe(office, app):
    office.submit()
    client = app.test_client()
    client.post("/sign-in", data={"username": "doctor", "password": PASSWORD})
    queue = client.get("/doctor").text
    review = client.get("/doctor/screenings/" + queue.split("/doctor/screenings/")[1][:36]).text

    assert "No contraindication identified" in review
    for page in (queue, review):
        assert not {"safe", "eligible", "cleared"} & set(page.lower().replace(".", " ").split())


def test_readiness_names_what_is_missing(office, app):
    client = app.test_client()
    assert client.get("/readyz").json == {"ready": True, "problems": []}

    office.submit()
    office.pass_time(minutes=11)
    page = client.get("/readyz")
    assert page.status_code == 503
    assert "reports that wait" in page.json["problems"][0]
    office.pass_time(minutes=-11)
    office.make_reports()
