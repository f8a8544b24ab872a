"""The tablet in the waiting room: one patient after another, and nothing left between them."""

import pytest

from tests import walk


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


def start_code(clinic, name):
    """Return a start code the way the reception gets it."""
    from tests.visitor import Visitor

    desk = clinic.sign_in(Visitor(), "reception")
    desk.get(f"{clinic.url}/reception/invitations").post(name=name, procedures="mesotherapy-face")
    return desk.html.split('class="secret code">')[1].split("<")[0]


def begin(tablet, clinic, name):
    page = tablet.new_page()
    page.goto("/kiosk")
    page.get_by_label("Code").fill(start_code(clinic, name))
    page.get_by_role("button", name="Start").click()
    page.get_by_role("button", name="Continue").click()
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
    assert page.get_by_text("Please give the tablet back").is_visible()

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
    assert page.get_by_role("dialog", name="Are you still there?").is_visible()
    page.get_by_role("button", name="Yes, go on").click()
    assert page.get_by_label("Year", exact=True).input_value() == "1986"
    page.clock.run_for(85_000)
    page.wait_for_url("**/kiosk")

    page.goto("/screening")
    assert "Please open your link again" in page.content()


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
