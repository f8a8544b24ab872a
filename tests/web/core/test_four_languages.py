"""The pages of patient and tablet in four languages: axe, sizes, and nothing typed is lost.

Every page is met once, the next one in another language, scheme and size, so that each of these
meets each other one on some page.
"""

import itertools
import re

import pytest
from playwright.sync_api import expect

from tests import walk
from tests.installation import Installation
from tests.visitor import Unseen, Visitor
from tests.web.core.test_accessibility import check
from tests.web.screenings.test_reading_aloud import CUT, TARGETS
from tests.web.tablet_visit import identify, pair, start_code

LANGUAGES = ("ar", "ru", "vi", "en")
SCHEMES = ("light", "dark", "forced")
SIZES = {"phone": (390, 844), "tablet": (820, 1180), "desktop": (1280, 900)}
# A Latin square: every language with every scheme, and so that schemes meet every size.
COMBINATIONS = [
    (language, scheme, list(SIZES)[(i + j) % 3])
    for (i, language), (j, scheme) in itertools.product(enumerate(LANGUAGES), enumerate(SCHEMES))
]
STEP = 5  # has no divisor in common with the twelve: each comes, and neighbours differ in all


class Polyglot(Installation):
    @property
    def environment(self):
        return super().environment | {"SCREENING_LANGUAGES": ",".join(LANGUAGES)}


class Looker:
    """Looks at pages; `turn` counts them, and moves language, scheme and size on."""

    def __init__(self, page, turn=0):
        self.page, self.turn = page, turn

    def at(self, address, *acts):
        """Check what `address`, or after it each button or act, leads to; go on in English."""
        language, scheme, size = COMBINATIONS[STEP * self.turn % len(COMBINATIONS)]
        forced = "active" if scheme == "forced" else "none"
        light = "dark" if scheme == "dark" else "light"
        self.page.emulate_media(color_scheme=light, forced_colors=forced)
        self.page.goto(f"{address}?lang={language}")
        for act in acts or [lambda page: None]:
            self.press(act) if isinstance(act, str) else act(self.page)
            assert self.page.locator("html").get_attribute("lang").startswith(language)
            self.look(size)
        self.connect_again()
        self.turn += 1
        if acts:  # what they led to stays on the screen
            self.page.request.get(f"{address}?lang=en")
        else:
            self.page.goto(f"{address}?lang=en")

    def connect_again(self):
        """Leave the page first: one that finds its connection again goes on by itself."""
        if self.page.locator("#offline").is_visible():
            self.page.goto("about:blank")
            self.page.context.set_offline(False)

    def press(self, button):
        if button == WRONG:
            self.page.locator(button).first.click()
            self.page.locator(".errors[role=alert]").wait_for()
        else:
            with self.page.expect_navigation():
                self.page.locator(button).first.click()

    def look(self, size):
        page = self.page
        resize(page, *SIZES[size])
        check(page)
        assert page.evaluate(TARGETS) == [], page.url
        resize(page, 320, 640)
        assert page.evaluate(TOO_WIDE) <= 0, f"{page.url} at 320 px"
        resize(page, *SIZES["phone"])
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate(TOO_WIDE) <= 0, f"{page.url} twice the text"
        assert page.evaluate(CUT) == [], page.url
        page.evaluate("document.documentElement.style.fontSize = ''")


WRONG = "main button.primary"  # pressed on a page where nothing was filled in
TOO_WIDE = "document.documentElement.scrollWidth - innerWidth"


def resize(page, width, height):
    page.set_viewport_size({"width": width, "height": height})


@pytest.fixture(scope="module")
def polyglot(tmp_path_factory):
    installation = Polyglot(tmp_path_factory.mktemp("polyglot")).start()
    yield installation
    installation.stop()


@pytest.fixture
def looker(polyglot, chromium):
    """Return who looks; each test says in `turn` where the one before it ends."""
    context = chromium.new_context(base_url=polyglot.url)
    context.set_default_timeout(60_000)
    yield Looker(context.new_page())
    context.close()


def test_the_combinations_hold_every_pair():
    for one, other in itertools.combinations(range(3), 2):
        pairs = {(c[one], c[other]) for c in COMBINATIONS}
        values = [{c[part] for c in COMBINATIONS} for part in (one, other)]
        assert len(pairs) == len(values[0]) * len(values[1])


def test_nothing_is_found_on_a_phones_pages(polyglot, looker):
    page, name = looker.page, walk.somebody()
    earlier = Visitor().submit_quietly(polyglot.invite(name, "thread-lift"), name=name)
    earlier.lend(page)
    link = polyglot.invite(name, "thread-lift")
    looker.at(link)
    walk.begin(page, f"{link}?lang=en")
    page.wait_for_url("**/date_of_birth*")
    looker.at(page.url.split("?")[0], WRONG)
    looker.at(page.url.split("?")[0], "button[formaction$=tablet-code]")
    looker.at("/accessibility")
    page.goto("/screening?lang=en")
    walk.fill_date(page, "3", "5", "1986")
    page.locator(WRONG).click()
    page.wait_for_url("**/since")
    looker.at("/screening/since", WRONG)
    page.goto("/screening/since?lang=en")
    for row in page.locator("fieldset").all():
        row.get_by_label("No", exact=True).check()
    page.locator(WRONG).click()
    page.wait_for_url("**/still-true")
    looker.at("/screening/still-true")
    looker.at("/nowhere")


TAKES = {"other_meds": "yes", "medicine_list": "Eliqis 5 mg", "medicine_kinds": ["none"]}


def test_nothing_is_found_on_the_last_pages_of_a_phone(polyglot, looker):
    page, looker.turn = looker.page, 7
    link = polyglot.invite(walk.somebody(), "thread-lift")
    walk.begin(page, link)
    Unseen(page).answer_quietly(TAKES | {"bleeding": "unknown"})
    looker.at("/screening/medicine", WRONG)
    page.goto("/screening/medicine?lang=en")
    while page.url.split("?")[0].endswith("/medicine"):
        for asked in page.locator("fieldset").all():
            asked.locator("input[type=radio]").last.check()
        with page.expect_navigation():
            page.locator(WRONG).click()
    Unseen(page).answer_quietly()
    looker.at("/screening/check", WRONG)
    page.goto("/screening/check?lang=en")
    walk.say_who_answered(page)
    page.locator("#agree").check()
    page.locator("#full_name").fill("Ana Silva")
    page.locator(WRONG).click()
    page.locator(".find-out").wait_for()
    looker.at("/screening/receipt")
    looker.at(link)


def test_nothing_is_found_on_the_tablets_pages_between_patients(looker, polyglot):
    page, looker.turn = looker.page, 13
    looker.at("/kiosk", WRONG)
    pair(page, polyglot)
    for address, *acts in (
        ("/kiosk", WRONG),
        ("/kiosk/release", WRONG),
        ("/kiosk/done",),
        ("/screening",),
        ("/kiosk", lose_connection),
    ):
        looker.at(address, *acts)
    page.goto("/kiosk?lang=en")
    for _ in range(5):
        identify(page, "AAAA-AAAA")
        page.locator(".errors[role=alert]").wait_for()
    page.goto("/kiosk?lang=en")
    page.get_by_text("This tablet is locked").wait_for()
    looker.at("/kiosk")


def test_nothing_is_found_on_the_tablets_pages_with_a_patient(polyglot, looker, chromium):
    page, looker.turn = looker.page, 20
    pair(page, polyglot)
    identify(page, start_code(polyglot, "Zara Quux"))
    page.wait_for_url("**/can_be_pregnant")  # the desk has said what the visit is for
    looker.at("/screening/questions/can_be_pregnant", WRONG, lose_connection)
    looker.at("/screening/questions/can_be_pregnant", "button[formaction$=phone-picture]")
    phone = Looker(chromium.new_context(base_url=polyglot.url).new_page(), looker.turn)
    phone.at(page.locator(".secret").text_content())
    phone.page.context.close()
    page.goto("/screening?lang=en")
    Unseen(page).answer_quietly()
    page.clock.install()
    looker.at("/screening/check", be_away)
    looker.at("/screening/check", WRONG)


def lose_connection(page):
    page.context.set_offline(True)
    page.locator("#offline").wait_for()


def be_away(page):
    page.clock.run_for(62_000)
    page.locator("#idle").wait_for()


def test_a_change_of_language_on_the_error_page_keeps_what_was_typed(polyglot, looker):
    page = looker.page
    walk.begin(page, polyglot.invite(walk.somebody(), "thread-lift"))
    walk.confirm_treatments(page)
    walk.fill_date(page, "31", "2", "1986")
    page.get_by_role("button", name="Continue", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("31 February does not exist")
    for language in ("ar", "ru", "vi", "en"):
        page.locator(".langs summary").click()
        page.locator(f".langs [lang={language}]").click()
        expect(page.locator("html")).to_have_attribute("lang", re.compile(f"^{language}"))
        typed = [box.input_value() for box in page.locator(".date input").all()]
        assert typed == ["31", "2", "1986"]
        expect(page.locator(".errors[role=alert]")).to_be_visible()
    walk.fill_date(page, "28", "2", "1986")
    page.get_by_role("button", name="Continue", exact=True).click()
    expect(page).to_have_url(re.compile("can_be_pregnant$"))
