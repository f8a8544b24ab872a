"""What a link shows on a device that did not begin it, and the pages of the patient's own code."""

import re

import pytest

from screening.web.core.limits import limiter
from screening.workflow.reception import asking_again
from screening.workflow.review import reviews
from screening.workflow.screenings import answering, own_code, previous_answers
from tests.office import DECLARED, PHONE, decide
from tests.web.visitors import browser_with, open_app, phone_of

CODE = "seven hills"


@pytest.fixture(scope="module")
def office(tmp_path_factory, furnish):
    office = furnish(tmp_path_factory.mktemp("office"))
    yield office
    office.close()


@pytest.fixture(scope="module")
def app(office):
    return open_app(office)


@pytest.fixture(autouse=True)
def uncounted():
    yield
    limiter.reset()


def sent(office):
    """Return the invitation of what was sent from the phone."""
    invitation = office.invite()
    office.answer(invitation.screening_id, date_of_birth="1986-05-03", cold_sore_now="yes")
    answering.submit(office.context, office.hold(invitation.screening_id), DECLARED)
    return invitation


def begun(office):
    invitation = office.invite()
    office.answer(invitation.screening_id)
    return invitation


def test_who_only_looks_at_a_link_is_given_no_cookie_that_lasts(office, app):
    link, scanner, phone = office.invite().link, app.test_client(), app.test_client()
    for _ in range(2):
        assert scanner.get(f"/s/{link}").status_code == 200
    assert scanner.get_cookie("device") is None

    assert phone.post(f"/s/{link}").status_code == 303
    kept = phone.get_cookie("device")
    assert kept.http_only and kept.same_site == "Lax" and kept.max_age > 300 * 24 * 3600
    assert len(kept.value) >= 32


def test_the_link_goes_on_in_the_same_browser_long_after_the_visit_has_ended(office, app):
    link, phone = office.invite().link, app.test_client()
    phone.post(f"/s/{link}")
    office.pass_time(days=3)
    phone.post(f"/s/{link}")

    assert phone.get("/screening/procedures").status_code == 200


@pytest.mark.parametrize("made", [begun, sent])
def test_another_device_is_told_so_and_shown_the_ways_on(office, app, made):
    invitation, other = made(office), app.test_client()
    page = other.get(f"/s/{invitation.link}")

    assert "This was begun on another device" in page.text
    assert "Go on with my code" in page.text and "Begin anew on this device" in page.text
    assert 'href="tel:123"' in page.text
    assert "Lan Nguyen" not in page.text
    assert other.post(f"/s/{invitation.link}").status_code == 403
    for path in ("check", "receipt", "report.pdf", "aftercare.ics", "change", "own-code"):
        assert other.get(f"/screening/{path}").status_code == 403, path


def test_a_copied_link_with_a_cookie_of_another_browser_opens_nothing(office, app):
    invitation, other = begun(office), app.test_client()
    other.post(f"/s/{office.invite().link}")

    assert "begun on another device" in other.get(f"/s/{invitation.link}").text


def test_the_own_code_opens_it_there_and_a_wrong_one_is_told(office, app):
    invitation, other = sent(office), app.test_client()
    own_code.choose(office.context, office.hold(invitation.screening_id), CODE)
    wrong = other.post(f"/s/{invitation.link}/code", data={"code": "nine rivers"})
    assert wrong.status_code == 422 and "does not open your answers" in wrong.text
    assert 'value="nine rivers"' not in wrong.text

    page = other.post(f"/s/{invitation.link}/code", data={"code": CODE}, follow_redirects=True)
    assert "Your answers have arrived" in page.text and "Change my own code" in page.text
    assert "begun on another device" in phone_of(app).get(f"/s/{invitation.link}").text


def test_too_many_wrong_codes_are_told_to_wait(office, app):
    invitation, other = sent(office), app.test_client()
    for _ in range(own_code.FREE_MISSES + 1):
        page = other.post(f"/s/{invitation.link}/code", data={"code": "nine rivers"})

    assert "Too many wrong codes" in page.text and "begin anew" in page.text


def test_beginning_anew_shows_an_empty_questionnaire(office, app):
    invitation, other = begun(office), app.test_client()
    page = other.post(f"/s/{invitation.link}/afresh", follow_redirects=True)

    assert page.request.path == "/screening/procedures"
    assert answering.read_draft(office.context, invitation.screening_id).answers == {}


def test_a_code_is_offered_at_the_first_pause_and_nothing_else_opens_then(office, app):
    invitation, phone = begun(office), phone_of(app)
    phone.post(f"/s/{invitation.link}")
    page = phone.post("/screening/leave", follow_redirects=True)
    assert "Your answers are kept" in page.text and "Choose a code of your own" in page.text
    assert phone.get("/screening/check").status_code == 403

    weak = phone.post("/screening/own-code", data={"code": "123456"})
    assert weak.status_code == 422 and "Others would guess this code" in weak.text
    kept = phone.post("/screening/own-code", data={"code": CODE}, follow_redirects=True)
    assert "Your code is kept" in kept.text
    assert phone.get("/screening/own-code").status_code == 403
    phone.post(f"/s/{invitation.link}")
    assert (
        "Choose a code of your own"
        not in phone.post("/screening/leave", follow_redirects=True).text
    )


def test_the_receipt_says_when_the_copy_takes_longer_than_usual(office, app):
    invitation, phone = sent(office), phone_of(app)
    phone.post(f"/s/{invitation.link}")
    assert "Your copy is being made" in phone.get("/screening/receipt").text

    office.pass_time(seconds=4)
    late = phone.get("/screening/receipt").text
    assert "It takes longer than usual" in late and "are kept" in late and "data-waits" in late
    office.make_reports()
    there = phone.get("/screening/receipt").text
    assert "Download my copy" in there and "longer than usual" not in there


def test_the_receipt_of_an_arrival_withholds_what_stood_in_it_before(office, app):
    """Whoever makes the link for an arrival follows it first, and sends it."""
    invitation, desk = sent(office), app.test_client()
    link = asking_again.arrive(office.context, office.desk, invitation.screening_id).link
    desk.post(f"/s/{link}")
    for page in ("1", "2"):
        shown = desk.get(f"/screening/arrival/{page}").text
        rows = dict.fromkeys(re.findall(r'type="radio" name="([^"]+)"', shown), "no")
        assert rows
        desk.post(f"/screening/arrival/{page}", data=rows)
    desk.post("/screening/check", data={"who": "self", "agree": "y", "full_name": "Lan Nguyen"})
    office.make_reports()

    receipt = desk.get("/screening/receipt").text
    assert "Answers of an earlier visit stand in them" in receipt
    assert "Download my copy" not in receipt and "Something has changed" not in receipt
    for path in ("report.pdf", "aftercare.ics"):
        assert desk.get(f"/screening/{path}").status_code == 403
    assert desk.post("/screening/change").status_code == 403


def test_who_comes_again_in_the_same_browser_is_asked_what_is_still_true(office, app):
    sent(office)
    office.pass_time(days=100)
    for cookies, asked in (({"device": PHONE}, True), ({}, False)):
        browser, link = browser_with(app, cookies), office.invite().link
        browser.post(f"/s/{link}")
        browser.post("/screening/procedures", data={"procedures": "mesotherapy-face"})
        birth = browser.get("/screening/questions/date_of_birth").text
        assert "I was here before, and chose a code of my own" in birth
        said = {"date_of_birth": ["3", "5", "1986"]}
        after = browser.post("/screening/questions/date_of_birth", data=said)
        assert after.location.endswith("/since") == asked


def test_who_comes_again_elsewhere_types_the_code(office, app, monkeypatch):
    browser, link = app.test_client(), office.invite().link
    browser.post(f"/s/{link}")
    assert "what is still true" in browser.get("/screening/earlier-answers").text
    wrong = browser.post("/screening/earlier-answers", data={"code": CODE})
    assert wrong.status_code == 422 and "does not open your answers" in wrong.text

    monkeypatch.setattr(previous_answers, "bring_back_by_code", lambda *_: True)
    assert browser.post("/screening/earlier-answers", data={"code": CODE}).status_code == 303


def test_something_has_changed_asks_first_and_can_be_given_up(office, app):
    invitation, phone = sent(office), phone_of(app)
    phone.post(f"/s/{invitation.link}")
    page = phone.get("/screening/change").text
    assert "What you have sent counts until you send the new answers." in page
    check = phone.post("/screening/change", follow_redirects=True)
    assert check.request.path == "/screening/check"
    assert "Nothing has changed after all" in check.text
    phone.post(f"/s/{invitation.link}")
    assert "You began to say what has changed" in phone.get("/screening/receipt").text

    phone.post("/screening/change")
    receipt = phone.post("/screening/unchanged", follow_redirects=True).text
    assert "You began to say" not in receipt and "Your answers have arrived" in receipt


def test_the_answer_of_the_clinic_is_told_in_plain_words(office, app):
    invitation, phone = sent(office), phone_of(app)
    reviews.decide(*decide(office, invitation.screening_id, "proceed-with-conditions", "fits"))
    welcome = phone.get(f"/s/{invitation.link}").text
    assert "may come" not in welcome and "Patch test" not in welcome
    phone.post(f"/s/{invitation.link}")
    receipt = " ".join(phone.get("/screening/receipt").text.split())

    assert "Your clinic has answered" in receipt and "You may come." in receipt
    assert "Patch test first" in receipt and "Call the clinic: <bdi>123</bdi>" in receipt
    assert "Opened by a doctor on" in receipt
    assert "Mai Tran" not in receipt
