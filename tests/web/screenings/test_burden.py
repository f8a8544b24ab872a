"""`screening burden` counts what a browser counts, also on lists that it has never seen."""

import re
import threading

import pytest
from werkzeug.serving import make_server

from screening.clinical.way.burden import burden_of, quiet_answer
from screening.clinical.way.rows import LIST, replies_to
from screening.workflow.screenings import answering
from tests import walk
from tests.conftest import SMALL, write_library
from tests.office import Office
from tests.web.visitors import open_app

GROUPS = (
    ("ask: Did you take a painkiller?\n  answer: yes-no", "both"),
    ("ask: Dental work lately or soon?\n  answer: yes-no", "both"),
    ("ask: Which blood thinner do you take?\n  answer: some-of", "both\n  row: Do you take one?"),
)


@pytest.fixture
def unknown(tmp_path):
    """Return an office with a small list that no test of this page has seen."""
    text = SMALL["sections/01-all.yaml"]
    for before, group in GROUPS:
        text = text.replace(before, f"{before}\n  together: {group}")
    folder = write_library(tmp_path / "lists", SMALL | {"sections/01-all.yaml": text})
    office = Office(tmp_path / "office", SCREENING_QUESTIONS=str(folder))
    yield office
    office.close()


@pytest.fixture
def shipped(furnish, tmp_path):
    office = furnish(tmp_path)
    yield office
    office.close()


class Counter:
    """A patient in a browser who counts the pages shown and everything that is touched."""

    def __init__(self, page, office, will):
        self.page, self.office, self.will = page, office, will
        self.items = {item.link_id: item for item in office.context.definitions.items}
        self.pages = self.taps = self.questions = 0

    def walk(self, address):
        self.page.goto(address)
        self.pages += 1
        self.touch(lambda: walk.press(self.page, "Start"))
        while "/screening/questions/" in self.page.url:
            self.pages += 1
            for name in walk.asked_on(self.page):
                self.questions += 1
                self.answer(name)
            self.touch(lambda: walk.press(self.page))
        assert self.page.url.endswith("/check"), self.page.url
        self.pages += 1
        self.touch(self.page.get_by_label("They are about me").check)
        self.touch(self.page.get_by_label("I agree with this declaration").check)
        self.touch(lambda: self.page.get_by_label("Your full name").fill("Ana Silva"))
        self.touch(self.page.get_by_role("button", name="Agree and send").click)
        self.page.get_by_text("Your answers have arrived").wait_for()
        return self.pages, self.questions, self.taps

    def touch(self, act):
        act()
        self.taps += 1

    def answer(self, name):
        link_id, _, option = name.partition(".")
        item = self.items[link_id]
        meant = self.will.get(link_id) or quiet_answer(item, self.office.now.date())
        field = self.page.locator(f'[name="{name}"]')
        if item.type.is_date:
            for box, part in zip(field.all(), reversed(meant.split("-")), strict=True):
                self.touch(lambda box=box, part=part: box.fill(part))
        elif item.type == "text":
            self.touch(lambda: field.fill(meant))
        else:
            if isinstance(meant, list) and (option or item.row):
                meant = replies_to(item, {link_id: meant}, {})[option or LIST]
            for code in meant if isinstance(meant, list) else [meant]:
                self.touch(self.page.locator(f'[name="{name}"][value="{code}"]').check)


def counted(office, chromium, procedure, will):
    server = make_server("127.0.0.1", 0, open_app(office), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    context.route("**/static/**", lambda route: route.abort())
    try:
        link = office.invite(procedure).link
        address = f"http://127.0.0.1:{server.server_port}/s/{link}"
        return Counter(context.new_page(), office, will).walk(address)
    finally:
        context.close()
        server.shutdown()


@pytest.mark.parametrize("will", [{}, {"painkiller": "yes", "thinner": ["aspirin"]}])
def test_on_a_list_that_nobody_has_seen(unknown, chromium, will):
    found = burden_of(unknown.context.definitions, ["peel"], unknown.now.date(), will)

    assert counted(unknown, chromium, "peel", will) == (found.pages, found.questions, found.taps)


def test_on_the_list_of_facial_mesotherapy(shipped, chromium):
    will = {"heart": ["stroke"], "kidney_liver": ["kidney"], "allergy_any": "yes"}
    found = burden_of(shipped.context.definitions, ["mesotherapy-face"], shipped.now.date(), will)
    told = counted(shipped, chromium, "mesotherapy-face", will)

    assert told == (found.pages, found.questions, found.taps)
    assert found.pages <= 30


def test_the_first_page_says_how_long_it_takes(shipped):
    invited = shipped.invite("mesotherapy-face")
    page = open_app(shipped).test_client().get(f"/s/{invited.link}").text
    found = burden_of(shipped.context.definitions, ["mesotherapy-face"], shipped.now.date())

    assert f"{found.pages} short pages" in page
    assert re.search(rf"About {found.minutes} minutes", page)
    assert answering.read_draft(shipped.context, invited.screening_id).state == "invited"
