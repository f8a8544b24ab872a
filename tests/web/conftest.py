"""A served demo clinic and a real Chromium."""

import asyncio
import shutil

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.installation import Installation
from tests.web.tablet_visit import pair

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
expect.set_options(timeout=60_000)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def clinic(tmp_path_factory):
    """Return the demo clinic, served."""
    installation = Installation(tmp_path_factory.mktemp("clinic")).start()
    yield installation
    installation.stop()


@pytest.fixture(scope="session")
def started():
    """Return Chromium, and the event loop that reaches it; to start them costs a second."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=ARGUMENTS,
            ignore_default_args=["--disable-back-forward-cache"],
        )
        loop = asyncio.get_running_loop()
        asyncio._set_running_loop(None)
        yield browser, loop
        asyncio._set_running_loop(loop)
        browser.close()


@pytest.fixture(scope="module")
def chromium(started):
    """Return Chromium with the back-forward cache on, as patients have it.

    Its event loop counts as running in the files that use it alone: sealing a report in this
    process needs one of its own.
    """
    browser, loop = started
    asyncio._set_running_loop(loop)
    yield browser
    asyncio._set_running_loop(None)


@pytest.fixture
def browser_of(chromium, clinic):
    """Return a function that opens a fresh browser window: phone, tablet or desktop."""
    sizes = {"phone": (390, 844), "tablet": (820, 1180), "desktop": (1280, 900)}
    contexts = []

    def open_window(size="phone", **options):
        width, height = sizes[size]
        context = chromium.new_context(
            viewport={"width": width, "height": height}, base_url=clinic.url, **options
        )
        context.set_default_timeout(60_000)
        contexts.append(context)
        return context.new_page()

    yield open_window
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def tablet(chromium, clinic):
    """Return a paired tablet; it stays paired for all tests of a file, as in life."""
    context = chromium.new_context(viewport={"width": 820, "height": 1180}, base_url=clinic.url)
    context.set_default_timeout(60_000)
    pair(context.new_page(), clinic)
    yield context
    context.close()
