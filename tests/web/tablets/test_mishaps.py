"""What goes wrong in a waiting room: the power, the network, a browser that can do less."""

import json
import sqlite3

import pytest
from playwright.sync_api import expect

from tests import walk
from tests.visitor import Unseen
from tests.web.conftest import ARGUMENTS, CHROMIUM
from tests.web.tablet_visit import (
    FIRST,
    SECOND,
    answer_first,
    begin,
    first_is_kept,
    identify,
    pair,
    renewed_code,
    start_code,
)


def audited(clinic, act):
    """Return how often `act` stands in the audit log."""
    database = sqlite3.connect(clinic.folder / "screening.db", timeout=30)
    [[found]] = database.execute("SELECT count(*) FROM audit WHERE act = ?", [act]).fetchall()
    database.close()
    return found


def test_without_a_connection_at_the_end_the_answers_arrive_exactly_once(tablet, clinic):
    page = begin(tablet, clinic, "Ana Silva")
    Unseen(page).answer_quietly()
    page.goto("/screening/check")
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


def test_a_dead_battery_in_mid_form_shows_nothing_and_asks_before_beginning_anew(chromium, clinic):
    first = chromium.new_context(base_url=clinic.url)
    pair(first.new_page(), clinic)
    page = first.new_page()
    code = start_code(clinic, "Zara Battery")
    identify(page, code)
    answer_first(page)
    page.get_by_role("button", name="Continue", exact=True).click()
    page.wait_for_url(SECOND)
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
    expect(page.get_by_role("alert").get_by_text("You have begun to answer")).to_be_visible()
    assert "can_be_pregnant" not in page.url
    page.get_by_label("Begin anew on this tablet").check()
    page.get_by_role("button", name="Start").click()
    page.wait_for_url(FIRST)
    assert not first_is_kept(page)
    second.close()


def test_without_javascript_the_tablet_works_the_same(chromium, clinic):
    context = chromium.new_context(base_url=clinic.url, java_script_enabled=False)
    page = context.new_page()
    pair(page, clinic)
    identify(page, start_code(clinic, "Ana Silva"))
    walk.answer_all(page, until=5)
    Unseen(page).answer_quietly()
    page.goto("/screening/check")
    walk.declare(page, "Ana Silva")
    expect(page.get_by_text("Please give the tablet back")).to_be_visible()
    context.close()


def test_without_javascript_a_tablet_left_alone_closes_after_fifteen_minutes(chromium, clinic):
    """No script can warn or wipe, so the server alone ends the visit."""
    context = chromium.new_context(base_url=clinic.url, java_script_enabled=False)
    page = context.new_page()
    pair(page, clinic)
    identify(page, start_code(clinic, "Zara Quux"))
    answer_first(page)
    let_time_pass(clinic, minutes=14)
    page.get_by_role("button", name="Continue", exact=True).click()
    expect(page).to_have_url(SECOND)
    let_time_pass(clinic, minutes=15)
    page.get_by_role("button", name="Continue", exact=True).click()

    expect(page.get_by_role("heading", name="This page was closed")).to_be_visible()
    for _ in range(3):
        page.go_back()
        assert "1986" not in page.content()
        assert not page.locator("input:checked").count()
    context.close()


def let_time_pass(clinic, minutes):
    """Let every tablet's hold on a screening be that much older."""
    database = sqlite3.connect(clinic.folder / "screening.db", timeout=30)
    with database:
        database.execute(
            "UPDATE screening SET pen_until = datetime(pen_until, ?) || '.000000'",
            [f"-{minutes} minutes"],
        )
    database.close()


@pytest.fixture
def without_cookies(chromium, clinic, tmp_path):
    """Return a page of a Chromium whose settings refuse every cookie."""
    (tmp_path / "Default").mkdir()
    settings = {"profile": {"default_content_setting_values": {"cookies": 2}}}
    (tmp_path / "Default" / "Preferences").write_text(json.dumps(settings))
    context = chromium.browser_type.launch_persistent_context(
        tmp_path, executable_path=CHROMIUM, args=ARGUMENTS, base_url=clinic.url
    )
    yield context.new_page()
    context.close()


def test_with_cookies_off_the_page_says_what_to_do(without_cookies, clinic):
    page = without_cookies
    for address, button in (
        (clinic.invite(walk.somebody(), "thread-lift"), "Start"),
        ("/kiosk/pairing/AAAA-AAAA", "Pair this tablet"),
    ):
        page.goto(address)
        page.get_by_role("button", name=button).click()
        heading = page.get_by_role("heading", name="Cookies are switched off in this browser")
        expect(heading).to_be_visible()
        expect(page.get_by_text("Allow cookies for this site")).to_be_visible()
    assert page.context.cookies() == []
