"""What the tablet's pages say and refuse, asked without a browser."""

import re

import pytest

from screening.web.core.limits import limiter
from screening.workflow.core.actor import program
from screening.workflow.screenings import answering, receipts
from screening.workflow.tablets import tablets
from tests.office import START
from tests.web.visitors import NOBODYS, open_app

PIN = "492716"


@pytest.fixture(scope="module")
def office(tmp_path_factory, furnish):
    office = furnish(tmp_path_factory.mktemp("office"))
    yield office
    office.close()


@pytest.fixture(scope="module")
def app(office):
    return open_app(office)


@pytest.fixture(autouse=True)
def uncounted():
    """Forget the tries of this test for those after it."""
    yield
    limiter.reset()


@pytest.fixture
def tablet(office, app):
    """Return a paired tablet's browser."""
    client = app.test_client()
    code = tablets.add_kiosk(office.context, program(office.clinic), "Waiting room", pin=PIN)
    assert client.post("/kiosk/pairing", data={"code": code}).status_code == 303
    return client


def start(tablet, office, **invited):
    code = office.invite(**invited).start_code
    assert tablet.post("/kiosk/start", data=START | {"code": code}).status_code == 303
    return code


def alert(page):
    return re.search(r'<div class="errors".*?</div>', page.text, re.S)[0]


def test_wrong_code_wrong_date_and_used_code_are_answered_in_the_same_words(tablet, office):
    fresh, other = office.invite().start_code, {"born": ["4", "5", "1986"]}
    used = start(tablet, office, name="Zara Quux")
    wrong = tablet.post("/kiosk/start", data=START | {"code": "AAAA-AAAA"})
    pages = [
        tablet.post("/kiosk/start", data=other | {"code": fresh}),
        tablet.post("/kiosk/start", data=START | {"code": used}),
    ]

    for page in pages:
        assert page.status_code == 422
        assert alert(page) == alert(wrong)
        assert "works only once" in page.text
        for secret in ("Zara", "Lan Nguyen", fresh, used, 'value="1986"'):
            assert secret not in page.text


def test_the_date_of_birth_must_be_whole(tablet, office):
    code = office.invite().start_code
    page = tablet.post("/kiosk/start", data={"code": code, "born": ["", "5", "1986"]})

    assert page.status_code == 422
    assert "Write your date of birth" in page.text


def test_a_locked_tablet_takes_no_code_until_the_reception_unlocks_it(tablet, office, app):
    for _ in range(5):
        tablet.post("/kiosk/start", data=START | {"code": "AAAA-AAAA"})
    code = office.invite().start_code
    page = tablet.post("/kiosk/start", data=START | {"code": code})
    assert page.status_code == 422
    for shown in (page, tablet.get("/kiosk")):
        assert "This tablet is locked" in shown.text
        assert 'name="code"' not in shown.text

    desk = app.test_client()
    office.enter(desk, "reception")
    [unlocking] = set(
        re.findall(r"/reception/tablets/[^/]+/unlocking", desk.get("/reception").text)
    )
    assert desk.post(unlocking).status_code == 303
    assert "is locked" not in desk.get("/reception").text
    assert tablet.post("/kiosk/start", data=START | {"code": code}).status_code == 303


def test_the_personal_link_opens_nothing_on_a_shared_tablet(tablet, office):
    link = office.invite(name="Zara Quux").link
    for page in (tablet.get(f"/s/{link}"), tablet.post(f"/s/{link}")):
        assert page.status_code == 403
        assert "Zara" not in page.text


def test_the_tablets_cookie_is_out_of_reach_of_scripts(office, app):
    code = tablets.add_kiosk(office.context, program(office.clinic), "Further")
    paired = app.test_client().post("/kiosk/pairing", data={"code": code})

    [cookie] = [c for c in paired.headers.getlist("Set-Cookie") if c.startswith("kiosk=")]
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))


def test_the_pin_makes_the_tablet_an_ordinary_browser(tablet):
    page = tablet.post("/kiosk/release", data={"pin": "111111"})
    assert page.status_code == 422
    assert "This PIN is wrong" in page.text
    assert tablet.get("/sign-in").status_code == 403

    assert tablet.post("/kiosk/release", data={"pin": PIN}).status_code == 303
    assert tablet.get("/sign-in").status_code == 200
    assert tablet.get_cookie("kiosk") is None


def test_the_kiosks_cookie_opens_no_sign_in_and_no_desk(tablet, app):
    staff = ("staff", "account", "reception", "doctor", "lead", "administrator")
    open_to_it = {"staff.home", "staff.sign_out"}
    for rule in app.url_map.iter_rules():
        if rule.endpoint.split(".")[0] in staff and rule.endpoint not in open_to_it:
            values = {name: NOBODYS[name] for name in rule.arguments}
            url = app.url_map.bind("localhost").build(rule.endpoint, values)
            for method in rule.methods - {"OPTIONS"}:
                assert tablet.open(url, method=method).status_code == 403, rule.endpoint


def test_the_pages_of_the_tablet_lead_nowhere_else_and_give_nothing_away(tablet, office):
    pages = [tablet.get("/kiosk"), tablet.get("/kiosk/release")]
    start(tablet, office)
    pages += [tablet.get("/screening/procedures")]
    tablet.post("/screening/procedures", data={"procedures": "mesotherapy-face"})
    pages += [
        tablet.get("/screening/questions/date_of_birth"),
        tablet.post("/screening/phone-picture", follow_redirects=True),
        tablet.post("/screening/leave", follow_redirects=True),
        tablet.get("/screening"),
        tablet.get("/kiosk/done"),
    ]
    for page in pages:
        found = re.findall(r'(?:href|action|formaction|src)="([^"]+)"', page.text)
        away = [a for a in found if not re.match(r"/(kiosk|screening|static|style)\b|[?#]", a)]
        assert away == [], page.request.path
        assert "download" not in page.text
        assert "print" not in page.text
        assert page.headers["Cache-Control"] == "no-store"
        assert '<body class="kiosk">' in page.text  # nothing of it is printed: tablet.css
    with tablet.get("/static/tablet.css") as css:
        assert re.search(r"@media print \{\s*\.kiosk \{\s*display: none;", css.text)


def test_no_file_is_given_out_on_a_tablet_even_while_the_visit_is_open(tablet, office):
    invitation = office.invite()
    tablet.post("/kiosk/start", data=START | {"code": invitation.start_code})
    office.answer(invitation.screening_id)
    declared = {"who": "self", "agree": "y", "full_name": "Lan Nguyen"}
    sent = tablet.post("/screening/check", data=declared)
    assert sent.headers["Location"] == "/kiosk/done", "not followed: the visit is still open"
    office.make_reports(of=invitation.screening_id)
    office.bind(invitation.screening_id)
    assert receipts.patient_copy(office.context, office.hold(invitation.screening_id))

    for file in ("report.pdf", "aftercare.ics"):
        page = tablet.get(f"/screening/{file}")
        assert page.status_code == 403
        assert "attachment" not in page.headers.get("Content-Disposition", "")
    assert tablet.post("/screening/change").status_code == 403


def test_the_next_patient_meets_no_language_of_the_one_before(tablet, office, app):
    app.config["LANGUAGES"] = ["en", "ru"]
    start(tablet, office)
    assert '<html lang="ru"' in tablet.get("/screening/procedures?lang=ru").text

    assert tablet.post("/kiosk/reset").status_code == 303
    assert '<html lang="en-GB"' in tablet.get("/kiosk").text
    start(tablet, office)
    assert '<html lang="en-GB"' in tablet.get("/screening/procedures").text


def test_a_form_is_sent_also_from_a_page_whose_address_chose_a_language(tablet, app):
    app.config["LANGUAGES"] = ["en", "ru"]
    page = tablet.get("/kiosk/release?lang=ru").text
    to = re.search(r'<form[^>]* action="([^"]*)"[^>]*>(?=(?:(?!</form>).)*name="pin")', page, re.S)
    assert to and to[1] == "/kiosk/release"
    assert 'id="pin-error"' in tablet.post(to[1], data={"pin": ""}, follow_redirects=True).text


def test_the_pairing_picture_fills_in_the_code_and_uses_nothing_up(office, app):
    code, client = (
        tablets.add_kiosk(office.context, program(office.clinic), "By picture"),
        app.test_client(),
    )
    for _ in range(2):
        page = client.get(f"/kiosk/pairing/{code}")
        assert f'value="{code}"' in page.text

    assert client.post("/kiosk/pairing", data={"code": code}).status_code == 303


def test_the_tablet_is_installed_under_the_clinics_name_over_the_whole_screen(tablet):
    page = tablet.get("/kiosk")
    address = re.search(r'rel="manifest" href="([^"]+)" crossorigin="use-credentials"', page.text)[
        1
    ]
    manifest = tablet.get(address)

    assert manifest.mimetype == "application/manifest+json"
    assert manifest.json["name"] == "Aurelia"
    assert manifest.json["display"] == "fullscreen"
    assert manifest.json["start_url"] == "/kiosk"
    assert "manifest-src 'self'" in page.headers["Content-Security-Policy"]
    for icon in manifest.json["icons"]:
        with tablet.get(icon["src"]) as picture:
            assert picture.mimetype == icon["type"]
            if icon["type"] == "image/png":
                side = int(icon["sizes"].split("x")[0])
                assert picture.data[16:24] == side.to_bytes(4) * 2


def test_the_tablet_hears_when_another_device_goes_on(tablet, office, app):
    invited = office.invite()
    tablet.post("/kiosk/start", data=START | {"code": invited.start_code})
    assert tablet.get("/kiosk/here").status_code == 204
    phone = app.test_client()
    go_on = re.search(
        r"/go-on/[\w-]+", tablet.post("/screening/phone-picture", follow_redirects=True).text
    )[0]
    phone.post(go_on)

    assert tablet.get("/kiosk/here").status_code == 410
    page = tablet.get("/screening")
    assert page.status_code == 403
    assert "another device" in page.text
    assert tablet.get("/kiosk/here").status_code == 204
    assert tablet.get("/kiosk/here?visit=1").status_code == 410, "another page of that visit"
    assert phone.get("/screening/procedures").status_code == 200


def test_the_phone_hears_when_the_tablet_goes_on(tablet, office, app):
    phone, invited = app.test_client(), office.invite()
    phone.post(f"/s/{invited.link}")
    phone.post("/screening/procedures", data={"procedures": "mesotherapy-face"})
    code = re.search(
        r'class="secret code">([^<]+)<',
        phone.post("/screening/tablet-code", follow_redirects=True).text,
    )[1]
    tablet.post("/kiosk/start", data=START | {"code": code})

    page = phone.post(
        "/screening/questions/date_of_birth", data={"date_of_birth": ["3", "5", "1986"]}
    )
    assert page.status_code == 409
    assert "another device" in page.text
    went_on = tablet.get("/screening").headers["Location"]
    assert went_on.endswith("/questions/can_be_pregnant"), "who was asked when born is not again"


def test_a_page_sent_again_after_the_visit_changes_nothing(tablet, office):
    start(tablet, office)
    tablet.post("/screening/procedures", data={"procedures": "mesotherapy-face"})
    kept = tablet.get_cookie("session").value
    assert tablet.post("/kiosk/reset").status_code == 303
    tablet.set_cookie("session", kept)

    answer = {"date_of_birth": ["3", "5", "1999"]}
    again = tablet.post("/screening/questions/date_of_birth", data=answer)
    assert again.status_code == 403
    assert "ask the reception" in again.text


@pytest.mark.parametrize(
    ("keeps", "says", "leads"),
    [
        (False, "Cookies are switched off", "Load the page again"),
        (True, "It was open for a long time", "Back to what you typed"),
    ],
)
def test_cookies_are_blamed_only_where_none_comes_back(office, app, keeps, says, leads):
    app.config["WTF_CSRF_ENABLED"] = True
    client = app.test_client(use_cookies=keeps)
    try:
        sent = client.post("/screening/procedures", data={"procedures": "thread-lift"})
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
    page = client.get(sent.headers["Location"])

    assert sent.status_code == 303
    assert page.status_code == 400
    assert says in page.text
    assert re.search(rf'href="/screening/procedures">{leads}', page.text)
    assert ("Cookies" in page.text) is not keeps


@pytest.mark.parametrize(
    "to", ["//evil.example/", "https://evil.example/", "/nowhere", "javascript:1"]
)
def test_the_page_about_cookies_leads_to_no_other_place(app, to):
    page = app.test_client(use_cookies=False).get(
        "/cookies", query_string={"page": to, "given": "y"}
    )

    assert page.status_code == 400
    assert to not in page.text


def test_a_change_of_language_on_the_error_page_keeps_what_was_typed(office, app):
    app.config["LANGUAGES"] = ["en", "ru"]
    client = app.test_client()
    client.post(f"/s/{office.invite().link}")
    client.post("/screening/procedures", data={"procedures": "mesotherapy-face"})
    url = "/screening/questions/date_of_birth"
    typed = {"date_of_birth": ["31", "2", "1986"]}
    wrong = client.post(url, data=typed)
    assert wrong.status_code == 422
    to_russian = re.search(r'lang="ru" formaction="([^"]+)"', wrong.text)[1].replace("&amp;", "&")
    page = client.post(to_russian, data=typed)

    assert 'lang="ru"' in page.text
    assert 'value="31"' in page.text
    assert 'value="1986"' in page.text
    assert 'class="errors"' in page.text
    assert f'id="form" action="{url}"' in page.text, "what is sent next is an answer again"


def test_a_change_of_language_sends_nothing(office, app):
    app.config["LANGUAGES"] = ["en", "ru"]
    client, invited = app.test_client(), office.invite()
    client.post(f"/s/{invited.link}")
    office.answer(invited.screening_id)
    declared = {"who": "self", "agree": "y", "full_name": "Lan Nguyen"}
    page = client.post("/screening/check?lang=ru", data=declared)

    assert page.status_code == 200
    assert 'value="Lan Nguyen"' in page.text
    assert answering.read_draft(office.context, invited.screening_id).state == "in-progress"
