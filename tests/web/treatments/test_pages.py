"""The pages in a browser: they fit, axe finds nothing, the Enter of a scanner sends nothing."""

import pytest

from tests.mail_server import MailServer
from tests.web.core.test_accessibility import check_light_and_dark
from tests.web.served import SERVES_FILES, served, sign_in
from tests.workflow.treatments.clinic import asked, decided, go_to_day, treated

pytestmark = SERVES_FILES
SIZES = ((390, 844), (834, 1112), (1440, 900))


@pytest.fixture
def office(tmp_path, furnish):
    office = furnish(tmp_path, SCREENING_LANGUAGES="en,ar", **MailServer().settings)
    yield office
    office.close()


@pytest.fixture
def address(office):
    with served(office) as address:
        yield address


@pytest.fixture
def page(chromium, address):
    context = chromium.new_context(base_url=address)
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


def look(page):
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        check_light_and_dark(page)
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_a_patient_answers_how_it_went(office, page):
    _id, link = asked(office)
    page.goto(f"/c/{link}")
    look(page)
    for box, typed in (("Day", "3"), ("Month", "5"), ("Year", "1986")):
        page.get_by_label(box, exact=True).fill(typed)
    page.get_by_role("button", name="Continue").last.click()
    look(page)
    page.get_by_role("button", name="Send").click()
    look(page)  # nothing was chosen: each line says so
    page.get_by_role("group", name="Skin that turns white").get_by_label("Not sure").check()
    page.get_by_role("button", name="Send").click()
    page.get_by_role("heading", name="Get help now").wait_for()
    look(page)
    page.goto("/check-in?lang=ar")
    look(page)


def test_the_desk_writes_down_a_treatment_with_a_scanner(office, page):
    id = decided(office)
    sign_in(office, page, "reception")
    page.goto(f"/treatments/of/{id}")
    look(page)
    page.get_by_label("Product 1").fill("PDO threads")
    page.get_by_label("Lot 1").fill("LOT-77")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.name") == "product-thread-lift"
    assert page.get_by_label("Lot 1").input_value() == "LOT-77"
    page.get_by_role("button", name="Save").click()
    page.get_by_text("LOT-77").wait_for()
    look(page)


def test_enter_sends_nothing_without_javascript(office, chromium, address):
    id = decided(office)
    context = chromium.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    sign_in(office, page, "reception")
    page.goto(f"/treatments/of/{id}")
    page.get_by_label("Lot 1").fill("LOT-77")
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)

    assert page.get_by_label("Lot 1").input_value() == "LOT-77"
    context.close()


def test_the_desks_lists(office, page):
    treated(office, screening_id=decided(office))
    go_to_day(office, 7)
    sign_in(office, page, "doctor")
    page.goto("/treatments/calls")
    look(page)
    page.get_by_role("link", name="Answer together").click()
    look(page)
    page.get_by_role("group", name="Skin that turns white").get_by_label("Yes").check()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="get help now").wait_for()
    look(page)
    where = page.url.split("/calls/")[1].split("/")[0]
    page.goto(f"/doctor/signs/{where}")
    look(page)
    page.goto("/recall")
    page.get_by_label("Lot").fill("lot 1")
    page.get_by_role("button", name="Find").click()
    page.get_by_text("PDO threads").wait_for()
    look(page)
