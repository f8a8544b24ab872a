"""Walk through the pages the way a person does, whatever the questions are."""

import itertools
import re

YES_SAYS = re.compile(r"^Yes\b")
_numbers = itertools.count(1)


def somebody():
    """Return the name of somebody new: who comes again is asked what is still true."""
    return f"Ana Silva {next(_numbers)}"


def begin(page, link):
    page.goto(link)
    page.get_by_role("button", name=re.compile("Start|Go on")).click()


def confirm_treatments(page):
    page.get_by_role("button", name="Continue").click()


def answer_all(page, special=(), until=150):
    """Answer every question with "no" or "none", those named in `special` as told.

    `special` maps a link id to a function that fills the page; `until` is how many at most.
    """
    special = dict(special)
    seen = []
    while len(seen) < until:
        found = re.search(r"/screening/questions/(\w+)", page.url)
        if not found:
            return
        link_id = found[1]
        assert link_id not in seen, f"{link_id} came twice"
        seen.append(link_id)
        page.wait_for_load_state()  # what is counted on half a page is not there
        special.get(link_id, answer_quietly)(page)
        page.get_by_role("button", name="Continue", exact=True).click()
        page.wait_for_url(lambda url, asked=link_id: not url.endswith(f"/{asked}"))
    assert until < 150, "the questions do not end"


def answer_quietly(page):
    """Say no, none, or what someone with nothing to report says."""
    if page.locator(".date").count():
        fill_date(page, "3", "5", "1986")
    elif page.locator("textarea").count():
        page.locator("textarea").fill("nothing")
    elif page.get_by_label("None of these").count():
        page.get_by_label("None of these").check()
    elif page.get_by_label("No", exact=True).count():
        page.get_by_label("No", exact=True).check()
    else:
        quiet = page.locator("input[type=radio][value^=n]")
        (quiet if quiet.count() else page.locator("input[type=radio]")).last.check()


def fill_date(page, day, month, year):
    for label, value in (("Day", day), ("Month", month), ("Year", year)):
        page.get_by_label(label, exact=True).fill(str(value))


def say_who_answered(page):
    page.get_by_label("They are about me").check()
    page.get_by_role("button", name="Continue", exact=True).click()


def declare(page, name="Lan Nguyen"):
    page.get_by_role("link", name="My answers are right").click()
    say_who_answered(page)
    page.get_by_label("I agree with this declaration").check()
    page.get_by_label("Your full name").fill(name)
    page.get_by_role("button", name="Agree and send").click()
