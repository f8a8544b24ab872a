"""A clean case in a real browser: how many keys and words it takes to decide."""

from playwright.sync_api import expect

from tests.visitor import Visitor
from tests.web.core.test_whole_way import sign_in

MOST_KEYS, MOST_WORDS = 4, 300


def test_a_clean_case_is_read_in_300_words_and_decided_with_four_keys(clinic, browser_of):
    for name in ("Clean Silva", "Tidy Silva"):
        Visitor().submit_quietly(clinic.invite(name, "mesotherapy-face"))
    page = browser_of("desktop")
    sign_in(page, "doctor", clinic.doctor_password)
    page.get_by_role("link", name="Clean Silva").click()
    page.get_by_label("Your password").fill(clinic.doctor_password)  # once in ten minutes
    page.get_by_role("button", name="Decide and sign").click()
    page.get_by_text("Decided and signed:").or_(page.get_by_text("Decided by")).first.wait_for()

    page.goto("/doctor")
    before = page.locator("a[data-row]").count()
    keys = ["j", "Enter", "d", "Enter"]
    assert len(keys) <= MOST_KEYS
    for key in keys[:2]:
        page.keyboard.press(key)
    expect(page.get_by_role("heading", name="Your decision")).to_be_visible()
    words = len(page.locator("main").inner_text().split())
    assert words <= MOST_WORDS, words
    expect(page.get_by_role("radio", name="Proceed")).to_be_checked()
    for key in keys[2:]:
        page.keyboard.press(key)
    page.get_by_text("Decided and signed:").or_(page.get_by_text("Decided by")).first.wait_for()
    page.goto("/doctor")
    expect(page.locator("a[data-row]")).to_have_count(before - 1)


def test_a_grave_answer_marks_the_open_queue_and_the_tab_and_an_ordinary_one_does_not(
    clinic, browser_of
):
    page = browser_of("desktop")
    page.clock.install()
    sign_in(page, "doctor", clinic.doctor_password)
    title = page.title()
    Visitor().submit_quietly(clinic.invite("Ordinary Silva", "mesotherapy-face"))
    page.clock.run_for(16_000)
    page.get_by_role("link", name="Ordinary Silva").wait_for()
    assert page.title() == title and page.locator(".fresh").count() == 0

    grave = {"can_be_pregnant": "yes", "pregnant": "yes"}
    Visitor().submit_quietly(clinic.invite("Grave Silva", "mesotherapy-face"), grave)
    page.clock.run_for(16_000)
    page.get_by_role("link", name="Grave Silva").wait_for()
    assert page.title() == f"(1) {title}"
    assert "Grave Silva" in page.locator(".fresh").inner_text()
    assert page.locator("#news").inner_text() == "A grave answer has come"
