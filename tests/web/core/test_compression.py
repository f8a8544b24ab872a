"""Light over the wire, counted by Chromium itself: requests, bytes, and shifts of the layout."""

import hashlib
from pathlib import Path

import pytest

from tests import walk

STATIC = Path(__file__).parents[3] / "screening" / "web" / "static"
ICON = 1_000
FIRST_PAGE, NEXT_PAGE = 8_000, 5_000  # bytes with headers, as they cross the wire

SHIFTS = """
new Promise(done => {
  let moved = 0;
  new PerformanceObserver(list => list.getEntries().forEach(e => (moved += e.value)))
    .observe({type: "layout-shift", buffered: true});
  setTimeout(() => done(moved), 300);
})"""


class Counter:
    """Counts what a page fetches, from outside the page."""

    def __init__(self, page, encoding=None):
        self.page, self.fetched, self.names = page, {}, {}
        network = page.context.new_cdp_session(page)
        network.send("Network.enable")
        if encoding:
            headers = {"headers": {"Accept-Encoding": encoding}}
            network.send("Network.setExtraHTTPHeaders", headers)
        network.on("Network.requestWillBeSent", self._asked)
        network.on("Network.loadingFinished", self._came)

    def _asked(self, event):
        self.names[event["requestId"]] = event["request"]["url"]

    def _came(self, event):
        name = self.names.get(event["requestId"], event["requestId"])
        self.fetched[name] = event["encodedDataLength"]

    def around(self, act):
        """Return what `act` made the page fetch: bytes by address."""
        self.fetched.clear()
        act()
        self.page.wait_for_load_state("networkidle")
        # The icon of the tab comes when the page is shown already, and never again.
        assert all(size < ICON for name, size in self.fetched.items() if "icon.svg" in name)
        return {name: size for name, size in self.fetched.items() if "icon.svg" not in name}


@pytest.mark.parametrize("encoding", ["br", "gzip"])
def test_the_first_page_and_the_next_are_light(clinic, browser_of, encoding):
    page = browser_of("phone")
    counter = Counter(page, encoding)
    link = clinic.invite(walk.somebody(), "soft-lifting")

    first = counter.around(lambda: page.goto(link))
    assert len(first) == 2, first
    assert sum(first.values()) < FIRST_PAGE, first
    assert page.evaluate(SHIFTS) == 0

    page.get_by_role("button", name="Start").click()
    walk.confirm_treatments(page)
    page.wait_for_load_state("networkidle")
    for _ in range(4):
        for name in walk.asked_on(page):
            walk.answer_quietly(walk.field_of(page, name))
        button = page.get_by_role("button", name="Continue", exact=True)
        question = counter.around(button.click)
        fetched = [name for name, size in question.items() if size]  # from the cache it is 0
        assert len(fetched) == 1, question
        assert sum(question.values()) < NEXT_PAGE, question
        assert page.evaluate(SHIFTS) == 0


def test_every_file_is_kept_for_ever_under_an_address_that_changes_with_it(clinic, browser_of):
    page = browser_of("phone")
    page.goto("/sign-in")
    style = page.locator("link[rel=stylesheet]").get_attribute("href")
    mark = hashlib.sha256((STATIC / "passkey.js").read_bytes()).hexdigest()[:10]
    for address in (style, f"/static/passkey.js?v={mark}"):
        kept = page.request.get(clinic.url + address)
        assert "immutable" in kept.headers["cache-control"], address
        assert "set-cookie" not in kept.headers
    plain = page.request.get(clinic.url + "/static/passkey.js")
    assert "immutable" not in plain.headers["cache-control"], "without its mark it may change"


def test_who_takes_no_packed_answers_gets_plain_ones(clinic, browser_of):
    page = browser_of("phone")
    headers = {"Accept-Encoding": "identity"}
    plain = page.request.get(clinic.url + "/sign-in", headers=headers)

    assert "content-encoding" not in plain.headers
    assert "Accept-Encoding" in plain.headers["vary"]
    assert "<main" in plain.text()
