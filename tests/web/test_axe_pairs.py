"""axe in every language, scheme and size: each pair of them meets on at least one page."""

import itertools

import pytest

from tests import walk
from tests.installation import Installation
from tests.web.test_accessibility import check

LANGUAGES = ("en", "ar", "ru", "vi")
SCHEMES = ("light", "dark", "forced")
SIZES = {"phone": (390, 844), "tablet": (820, 1180), "desktop": (1280, 900)}
# A Latin square: every language with every scheme, and so that schemes meet every size.
COMBINATIONS = [
    (language, scheme, list(SIZES)[(i + j) % 3])
    for (i, language), (j, scheme) in itertools.product(enumerate(LANGUAGES), enumerate(SCHEMES))
]


class Polyglot(Installation):
    @property
    def environment(self):
        return super().environment | {"SCREENING_LANGUAGES": ",".join(LANGUAGES)}


@pytest.fixture(scope="module")
def polyglot(tmp_path_factory):
    installation = Polyglot(tmp_path_factory.mktemp("polyglot")).start()
    yield installation
    installation.stop()


def test_the_combinations_hold_every_pair():
    for one, other in itertools.combinations(range(3), 2):
        pairs = {(c[one], c[other]) for c in COMBINATIONS}
        values = [{c[part] for c in COMBINATIONS} for part in (one, other)]
        assert len(pairs) == len(values[0]) * len(values[1])


def test_axe_finds_nothing_on_a_patients_pages(polyglot, chromium):
    link = polyglot.invite(walk.somebody(), "thread-lift")
    for language, scheme, size in COMBINATIONS:
        looks = {"forced_colors": "active"} if scheme == "forced" else {"color_scheme": scheme}
        width, height = SIZES[size]
        context = chromium.new_context(
            viewport={"width": width, "height": height}, base_url=polyglot.url, **looks
        )
        page = context.new_page()
        page.goto(f"{link}?lang={language}")
        assert page.locator("html").get_attribute("lang").startswith(language)
        check(page)
        page.locator("button.primary").click()
        if page.url.endswith("/procedures"):
            page.locator("button.primary").click()
        page.wait_for_url("**/date_of_birth")
        page.locator("button.primary").click()
        page.locator(".errors").wait_for()
        check(page)
        page.goto("/accessibility")
        check(page)
        context.close()
