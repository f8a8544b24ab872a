"""Walk through the pages the way a person does, whatever the questions are."""

import itertools
import re

YES_SAYS = re.compile(r"^Yes\b")
_numbers = itertools.count(1)


def somebody():
    """Return the name of somebody new: who comes again is asked what is still true."""
    return f"Ana Silva {next(_numbers)}"


def press(page, name="Continue", exact=True):
    """Press the button that leads to another page, and wait until that page is there.

    `page.url` is else the former page's for a moment, and what is asked of it too.
    """
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=exact).click()


def begin(page, link):
    """Open the link and start; what is ticked there is what the visit is for."""
    page.goto(link)
    press(page, re.compile("Start|Go on"))


def confirm_treatments(page):
    """Go on from a page that asks for the treatments; the link's own page has asked already."""
    if "/procedures" in page.url:
        press(page, re.compile("Start|Continue"))


def answer_all(page, special=(), until=150):
    """Answer every question with "no" or "none", those named in `special` as told.

    `special` maps a link id, or a list and its option as in "heart.stroke", to a function that
    fills what asks it; `until` is how many pages at most. Return how often what was touched.
    """
    special, taps, seen = dict(special), [], []
    while len(seen) < until:
        found = re.search(r"/screening/questions/([\w-]+)", page.url)
        if not found:
            return taps
        assert found[1] not in seen, f"{found[1]} came twice"
        seen.append(found[1])
        for name in asked_on(page):
            special.get(name, answer_quietly)(field_of(page, name))
            taps.append(name)
        press(page)
    assert until < 150, "the questions do not end"
    return taps


def asked_on(page):
    """Return the names of what a screen asks, in order."""
    return page.locator('[name="screen.asked"]').get_attribute("value").split()


def field_of(page, name):
    """Return the part of the page that asks `name`."""
    return page.locator(f'fieldset:has([name="{name}"]), .field:has(textarea[name="{name}"])').last


def answer_quietly(asked):
    """Say no, none, or what someone with nothing to report says."""
    if asked.locator(".date").count():
        fill_date(asked, "3", "5", "1986")
    elif asked.locator("textarea").count():
        asked.locator("textarea").fill("nothing")
    elif asked.get_by_label("None of these").count():
        asked.get_by_label("None of these").check()
    elif asked.get_by_label("No", exact=True).count():
        asked.get_by_label("No", exact=True).check()
    else:
        quiet = asked.locator("input[type=radio][value^=n]")
        (quiet if quiet.count() else asked.locator("input[type=radio]")).last.check()


def fill_date(page, day, month, year):
    for label, value in (("Day", day), ("Month", month), ("Year", year)):
        page.get_by_label(label, exact=True).fill(str(value))


def say_who_answered(page):
    page.get_by_label("They are about me").check()


def declare(page, name="Lan Nguyen"):
    say_who_answered(page)
    page.get_by_label("I agree with this declaration").check()
    page.get_by_label("Your full name").fill(name)
    page.get_by_role("button", name="Agree and send").click()
