"""The tablet in the waiting room: one patient after another, and nothing left between them."""

import re
import sqlite3

import pytest
from playwright.sync_api import expect

from screening.web.texts import picture_of
from tests import walk
from tests.visitor import Visitor


@pytest.fixture(scope="module")
def tablet(chromium, clinic):
    """Return the paired tablet; it stays paired for all tests here, as in life."""
    context = chromium.new_context(viewport={"width": 820, "height": 1180}, base_url=clinic.url)
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.goto("/kiosk")
    page.get_by_label("Code").fill(clinic.pairing_code)
    page.get_by_role("button", name="Pair this tablet").click()
    page.get_by_text("Please type the code").wait_for()
    yield context
    context.close()


def start_code(clinic, name, born="1986-05-03"):
    """Return a start code the way the reception gets it."""
    desk = clinic.sign_in(Visitor(), "reception")
    desk.get(f"{clinic.url}/reception/invitations")
    desk.post(name=name, procedures="mesotherapy-face", born=born)
    return desk.html.split('class="secret code">')[1].split("<")[0]


def identify(page, code, day="3", month="5", year="1986"):
    page.goto("/kiosk")
    page.get_by_label("Code").fill(code)
    walk.fill_date(page, day, month, year)
    page.get_by_role("button", name="Start").click()


def begin(tablet, clinic, name):
    for other in tablet.pages:  # of the tests before: a tablet shows one page
        other.close()
    page = tablet.new_page()
    identify(page, start_code(clinic, name))
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/questions/*")
    return page


def left_on(page):
    """Return everything typed or chosen that this page shows."""
    return page.evaluate(
        "[...document.querySelectorAll('main input:not([type=hidden]), textarea')]"
        ".filter(i => /radio|checkbox/.test(i.type) ? i.checked : i.value).map(i => i.name)"
    )


def test_the_first_page_names_nobody(tablet, clinic):
    page = tablet.new_page()
    page.goto("/kiosk")

    assert "Lan Nguyen" not in page.content()


def test_after_a_patient_nothing_of_theirs_comes_back(tablet, clinic):
    page = begin(tablet, clinic, "Zara Quux")
    walk.answer_all(
        page,
        {
            "past_reaction": lambda p: p.get_by_label("Yes", exact=True).check(),
            "past_reaction_what": lambda p: p.locator("textarea").fill("zzreaction"),
        },
    )
    walk.declare(page, "Zara Quux")
    expect(page.get_by_text("Please give the tablet back")).to_be_visible()

    for _ in range(10):
        page.go_back(wait_until="commit")
        page.wait_for_timeout(150)
        shown = page.content()
        assert "zzreaction" not in shown and "Zara Quux" not in shown
        assert left_on(page) == []
    for path in ("check", "declaration", "questions/date_of_birth", "receipt", "report.pdf"):
        response = page.goto(f"/screening/{path}")
        assert response.status == 403 or page.url.endswith("/kiosk/done")
        assert "zzreaction" not in page.content()


def test_an_abandoned_tablet_warns_and_then_forgets(tablet, clinic):
    page = begin(tablet, clinic, "Ana Silva")
    page.clock.install()
    page.reload()
    walk.fill_date(page, "3", "5", "1986")
    page.clock.run_for(58_000)
    assert page.get_by_role("dialog").is_hidden()
    page.clock.run_for(4_000)
    expect(page.get_by_role("dialog", name="Are you still there?")).to_be_visible()
    page.get_by_role("button", name="Yes, go on").click()
    assert page.get_by_label("Year", exact=True).input_value() == "1986"
    page.clock.run_for(85_000)
    page.wait_for_url("**/kiosk")

    page.goto("/screening")
    assert "ask the reception for a code" in page.content()


def test_without_a_connection_the_answer_waits_in_the_page(tablet, clinic):
    page = begin(tablet, clinic, "Ana Silva")
    walk.fill_date(page, "3", "5", "1986")
    tablet.set_offline(True)
    page.get_by_text("There is no connection").wait_for(timeout=5_000)
    page.get_by_role("button", name="Continue", exact=True).click()
    assert page.get_by_label("Year", exact=True).input_value() == "1986"
    tablet.set_offline(False)

    page.wait_for_url("**/questions/can_be_pregnant")


def test_the_tablet_opens_no_page_of_the_staff(tablet):
    page = tablet.new_page()
    for path in ("/doctor", "/reception", "/sign-in", "/reception/invitations"):
        assert page.goto(path).status == 403


def test_pages_on_the_tablet_are_never_stored(tablet, clinic):
    page = begin(tablet, clinic, "Ana Silva")
    response = page.reload()

    assert response.all_headers()["cache-control"] == "no-store"
    assert page.locator("main form[autocomplete=off]").count() >= 1


def test_an_answer_waits_when_only_the_server_is_out_of_reach(tablet, clinic):
    """The wireless network is there, what lies behind it is not: the browser says nothing."""
    page = begin(tablet, clinic, "Ana Silva")
    page.add_init_script("Object.defineProperty(navigator, 'onLine', {get: () => true})")
    page.reload()
    walk.fill_date(page, "3", "5", "1986")
    tablet.set_offline(True)
    page.get_by_role("button", name="Continue", exact=True).click()
    page.get_by_text("There is no connection").wait_for(timeout=5_000)
    page.get_by_role("link", name="Back", exact=True).click()
    assert page.get_by_label("Year", exact=True).input_value() == "1986"
    tablet.set_offline(False)

    page.wait_for_url("**/questions/can_be_pregnant")


def audited(clinic, act):
    """Return how often `act` stands in the audit log."""
    database = sqlite3.connect(clinic.folder / "screening.db", timeout=30)
    [[found]] = database.execute("SELECT count(*) FROM audit WHERE act = ?", [act]).fetchall()
    database.close()
    return found


def test_without_a_connection_at_the_end_the_answers_arrive_exactly_once(tablet, clinic):
    page = begin(tablet, clinic, "Ana Silva")
    walk.answer_all(page)
    page.get_by_role("link", name="My answers are right").click()
    walk.say_who_answered(page)
    page.get_by_label("I agree with this declaration").check()
    page.get_by_label("Your full name").fill("Ana Silva")
    before = audited(clinic, "submit")
    tablet.set_offline(True)
    for _ in range(3):
        page.get_by_role("button", name="Agree and send").click()
    page.get_by_text("There is no connection").wait_for(timeout=5_000)
    assert page.get_by_label("Your full name").input_value() == "Ana Silva"
    assert audited(clinic, "submit") == before
    tablet.set_offline(False)

    page.get_by_text("Please give the tablet back").wait_for()
    assert audited(clinic, "submit") == before + 1
    page.go_back(wait_until="commit")
    page.wait_for_timeout(500)
    assert audited(clinic, "submit") == before + 1
    assert "Ana Silva" not in page.content()


def test_a_dead_battery_in_mid_form_loses_nothing_and_shows_nothing(chromium, clinic):
    first = chromium.new_context(base_url=clinic.url)
    pair(first.new_page(), clinic)
    page = first.new_page()
    code = start_code(clinic, "Zara Battery")
    identify(page, code)
    page.get_by_role("button", name="Continue").click()
    walk.fill_date(page, "3", "5", "1986")
    page.get_by_role("button", name="Continue", exact=True).click()
    page.wait_for_url("**/questions/can_be_pregnant")
    badge = [c for c in first.cookies() if c["name"] == "kiosk"]
    first.close()

    second = chromium.new_context(base_url=clinic.url)
    second.add_cookies(badge)
    page = second.new_page()
    page.goto("/screening/questions/can_be_pregnant")
    assert "ask the reception for a code" in page.content()
    identify(page, code)
    expect(page.get_by_role("alert").get_by_text("works only once")).to_be_visible()
    identify(page, renewed_code(clinic, "Zara Battery"))
    page.wait_for_url("**/questions/can_be_pregnant")
    second.close()


def pair(page, clinic):
    """Pair a further tablet, by the picture's address."""
    done = clinic.command("kiosk", "Further", check=True).stdout.decode()
    page.goto(f"/kiosk/pairing/{done.split()[-1]}")
    page.get_by_role("button", name="Pair this tablet").click()
    page.get_by_text("Please type the code").wait_for()


def renewed_code(clinic, name):
    desk = clinic.sign_in(Visitor(), "reception").get(f"{clinic.url}/reception")
    row = desk.html.split(f"<bdi>{name}</bdi>")[1]
    desk.post(clinic.url + re.search(r'action="([^"]+/invitation)"', row)[1])
    return desk.html.split('class="secret code">')[1].split("<")[0]


def test_a_private_question_goes_to_the_own_phone_and_the_tablet_forgets(
    tablet, clinic, browser_of
):
    page = begin(tablet, clinic, "Zara Quux")
    walk.fill_date(page, "3", "5", "1986")
    page.get_by_role("button", name="Continue", exact=True).click()
    page.wait_for_url("**/questions/can_be_pregnant")
    page.get_by_role("button", name="Answer this on my own phone").click()
    page.get_by_role("heading", name="Answer on your own phone").wait_for()
    phone = browser_of("phone")
    address = page.locator(".secret").text_content()
    assert picture_of(address) in page.content().replace("></path>", "/>")
    phone.goto(address)
    phone.get_by_role("button", name="Go on").click()
    phone.wait_for_url("**/questions/can_be_pregnant")

    page.get_by_text("You are going on on another device").wait_for()
    for _ in range(5):
        page.go_back(wait_until="commit")
        page.wait_for_timeout(150)
        assert left_on(page) == []
    assert page.goto("/screening/questions/date_of_birth").status == 403
    phone.get_by_label("No", exact=True).check()
    phone.get_by_role("button", name="Continue", exact=True).click()
    phone.wait_for_url(re.compile("questions/(?!can_be_pregnant)"))


def test_begun_on_the_phone_it_ends_on_the_tablet(tablet, clinic, browser_of):
    phone, page = browser_of("phone"), tablet.new_page()
    walk.begin(phone, clinic.invite(walk.somebody(), "mesotherapy-face"))
    walk.confirm_treatments(phone)
    phone.get_by_role("button", name="Go on at the clinic").click()
    expect(phone.get_by_text("answer that question first")).to_be_visible()
    phone.goto("/screening")
    walk.fill_date(phone, "3", "5", "1986")
    phone.get_by_role("button", name="Continue", exact=True).click()
    phone.wait_for_url("**/questions/can_be_pregnant")
    phone.get_by_role("button", name="Go on at the clinic").click()
    identify(page, phone.locator(".secret").inner_text())
    page.wait_for_url("**/questions/can_be_pregnant")

    phone.get_by_role("link", name="No, go on here").click()
    expect(phone.get_by_text("You are going on on another device")).to_be_visible()
    walk.answer_all(page)
    walk.declare(page, "Ana Silva")
    page.get_by_text("Please give the tablet back").wait_for()


def test_what_only_the_doctor_shall_hear_is_unknown_and_never_no(tablet, clinic):
    page = begin(tablet, clinic, "Ana Silva")
    asked = []

    def decline(p):
        asked.append(p.url)
        p.get_by_label("I will tell only the doctor").check()

    walk.answer_all(page, {"worry": decline})
    assert len(asked) == 1
    rows = page.locator(".summary div").filter(has_text="I will tell only the doctor")
    assert rows.count() == 1
    walk.declare(page, "Ana Silva")
    page.get_by_text("Please give the tablet back").wait_for()


def test_without_javascript_the_tablet_works_the_same(chromium, clinic):
    context = chromium.new_context(base_url=clinic.url, java_script_enabled=False)
    page = context.new_page()
    pair(page, clinic)
    identify(page, start_code(clinic, "Ana Silva"))
    page.get_by_role("button", name="Continue").click()
    walk.answer_all(page)
    walk.declare(page, "Ana Silva")
    expect(page.get_by_text("Please give the tablet back")).to_be_visible()
    context.close()


def test_the_screen_stays_awake_while_the_page_is_shown(tablet):
    page = tablet.new_page()
    page.add_init_script(
        "navigator.wakeLock.request = (kind) => { window.asked = kind; return Promise.resolve(); }"
    )
    page.goto("/kiosk")

    assert page.evaluate("window.asked") == "screen"


@pytest.mark.parametrize(("width", "height"), [(768, 1024), (1024, 768)])
def test_upright_and_lying_the_first_page_needs_no_scrolling(tablet, width, height):
    page = tablet.new_page()
    page.set_viewport_size({"width": width, "height": height})
    page.goto("/kiosk")

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    button = page.get_by_role("button", name="Start").bounding_box()
    assert button["y"] + button["height"] <= height
