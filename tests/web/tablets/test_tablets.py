"""The tablet in the waiting room: one patient after another, and nothing left between them."""

import io

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import expect

from tests import walk
from tests.visitor import Unseen
from tests.web.tablet_visit import SECOND, answer_first, begin, first_is_kept, identify


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
    typed = {"past_reaction": "yes", "past_reaction_what": "zzreaction"}
    Unseen(page).answer_quietly(typed)
    for link_id in ("date_of_birth", "heart", *typed):
        page.goto(f"/screening/questions/{link_id}")
    page.get_by_role("button", name="Continue", exact=True).click()
    page.wait_for_url("**/check")
    assert "zzreaction" in page.content()
    walk.declare(page, "Zara Quux")
    expect(page.get_by_text("Please give the tablet back")).to_be_visible()

    for _ in range(10):
        page.go_back(wait_until="commit")
        page.wait_for_timeout(150)
        shown = page.content()
        assert "zzreaction" not in shown and "Zara Quux" not in shown
        assert left_on(page) == []
    for path in ("check", "questions/date_of_birth", "receipt", "report.pdf"):
        response = page.goto(f"/screening/{path}")
        assert response.status == 403 or page.url.endswith("/kiosk/done")
        assert "zzreaction" not in page.content()


def test_an_abandoned_tablet_warns_and_then_forgets(tablet, clinic):
    page = begin(tablet, clinic, "Ana Silva")
    page.clock.install()
    page.reload()
    answer_first(page)
    page.clock.run_for(58_000)
    assert page.get_by_role("dialog").is_hidden()
    page.clock.run_for(4_000)
    expect(page.get_by_role("dialog", name="Are you still there?")).to_be_visible()
    page.get_by_role("button", name="Yes, go on").click()
    assert first_is_kept(page)
    page.clock.run_for(85_000)
    page.wait_for_url("**/kiosk")

    page.goto("/screening")
    assert "ask the reception for a code" in page.content()


def test_without_a_connection_the_answer_waits_in_the_page(tablet, clinic):
    page = begin(tablet, clinic, "Ana Silva")
    answer_first(page)
    tablet.set_offline(True)
    page.get_by_text("There is no connection").wait_for(timeout=5_000)
    page.get_by_role("button", name="Continue", exact=True).click()
    assert first_is_kept(page)
    tablet.set_offline(False)

    page.wait_for_url(SECOND)


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
    answer_first(page)
    tablet.set_offline(True)
    page.get_by_role("button", name="Continue", exact=True).click()
    page.get_by_text("There is no connection").wait_for(timeout=5_000)
    page.get_by_role("button", name="Back", exact=True).click()
    assert first_is_kept(page)
    tablet.set_offline(False)

    page.wait_for_url(SECOND)


def read_by_camera(picture):
    """Return what a phone's camera makes of this part of the screen."""
    [found] = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture.screenshot())))
    return found.text


def test_a_private_question_goes_to_the_own_phone_and_the_tablet_forgets(
    tablet, clinic, browser_of
):
    page = begin(tablet, clinic, "Zara Quux")
    answer_first(page)
    page.get_by_role("button", name="Answer this on my own phone").click()
    page.get_by_role("heading", name="Answer on your own phone").wait_for()
    phone = browser_of("phone")
    address = page.locator(".secret").text_content()
    assert read_by_camera(page.locator(".qr.aside")) == address
    phone.goto(address)
    phone.get_by_role("button", name="Go on").click()
    phone.wait_for_url("**/questions/can_be_pregnant")

    page.get_by_text("You are going on on another device").wait_for()
    for _ in range(5):
        page.go_back(wait_until="commit")
        page.wait_for_timeout(150)
        assert left_on(page) == []
    assert page.goto("/screening/questions/date_of_birth").status == 403
    walk.answer_all(phone, until=1)


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
    Unseen(page).answer_quietly()
    page.goto("/screening/check")
    walk.declare(page, "Ana Silva")
    page.get_by_text("Please give the tablet back").wait_for()


def test_what_only_the_doctor_shall_hear_is_unknown_and_never_no(tablet, clinic):
    page = begin(tablet, clinic, "Ana Silva")
    Unseen(page).answer_quietly()
    page.goto("/screening/questions/worry")
    walk.field_of(page, "worry").get_by_label("I will tell only the doctor").check()
    page.get_by_role("button", name="Continue", exact=True).click()
    page.wait_for_url("**/check")
    rows = page.locator(".summary div").filter(has_text="I will tell only the doctor")
    assert rows.count() == 1
    walk.declare(page, "Ana Silva")
    page.get_by_text("Please give the tablet back").wait_for()


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
