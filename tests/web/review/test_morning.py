"""A doctor's queue in a real browser: what a clean case costs to decide, what a grave one does."""

import pytest
from playwright.sync_api import expect

from tests.office import PASSWORD
from tests.visitor import Visitor
from tests.web.served import SERVES_FILES, served, sign_in

pytestmark = SERVES_FILES
MOST_KEYS, MOST_WORDS = 4, 300


@pytest.fixture
def office(tmp_path, furnish):
    """Return a clinic of our own: nobody waits in it but whom a test sends."""
    office = furnish(tmp_path)
    yield office
    office.close()


@pytest.fixture
def address(office):
    with served(office) as address:
        yield address


@pytest.fixture
def page(chromium, address):
    context = chromium.new_context(base_url=address, viewport={"width": 1280, "height": 900})
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def comes(office, address):
    """Return a function that lets a patient answer and send, whom nobody finds under two names."""

    def comes(name, **special):
        link = office.invite(name=name).link
        Visitor().submit_quietly(f"{address}/s/{link}", special, name)

    return comes


def test_a_clean_case_is_read_in_300_words_and_decided_with_four_keys(office, page, comes):
    comes("Clean Silva")
    comes("Tidy Silva")
    sign_in(office, page, "doctor")
    page.get_by_role("link", name="Clean Silva").click()
    page.get_by_label("Your password").fill(PASSWORD)  # once in ten minutes
    page.get_by_role("button", name="Decide and sign").click()
    page.get_by_text("Decided and signed:").or_(page.get_by_text("Decided by")).first.wait_for()

    page.goto("/doctor")
    keys = ["j", "Enter", "d", "Enter"]
    assert len(keys) <= MOST_KEYS
    for key in keys[:2]:
        page.keyboard.press(key)
    expect(page.get_by_role("heading", name="Your decision")).to_be_visible()
    expect(page.get_by_text("Tidy Silva").first).to_be_visible()
    words = len(page.locator("main").inner_text().split())
    assert words <= MOST_WORDS, words
    expect(page.get_by_role("radio", name="Proceed")).to_be_checked()
    for key in keys[2:]:
        page.keyboard.press(key)
    page.get_by_text("Decided and signed:").or_(page.get_by_text("Decided by")).first.wait_for()
    page.goto("/doctor")
    expect(page.locator("a[data-row]")).to_have_count(0)


def test_a_grave_answer_marks_the_open_queue_and_the_tab_and_an_ordinary_one_does_not(
    office, page, comes
):
    page.clock.install()
    sign_in(office, page, "doctor")
    title = page.title()
    comes("Ordinary Silva")
    page.clock.run_for(16_000)
    page.get_by_role("link", name="Ordinary Silva").wait_for()
    assert page.title() == title and page.locator(".fresh").count() == 0

    comes("Grave Silva", can_be_pregnant="yes", pregnant="yes")
    page.clock.run_for(16_000)
    page.get_by_role("link", name="Grave Silva").wait_for()
    assert page.title() == f"(1) {title}"
    assert "Grave Silva" in page.locator(".fresh").inner_text()
    assert page.locator("#news").inner_text() == "A grave answer has come"
