"""What a patient began goes on where it was left, on phone and tablet, and ends in a report."""

import re

import pytest

from screening.clinical.definitions.questionnaire import first_unanswered, journey
from screening.workflow.core.refusal import ActRefusedError
from screening.workflow.review import reviews
from screening.workflow.screenings import answering
from tests.museum.visiting import ON_SQLITE, browser, wings_with
from tests.office import DECLARED, START, quiet_answer

OPEN = ("invited", "in-progress")
QUESTION = re.compile(r"/screening/questions/\w+$")


def open_item(museum, id):
    """Return the first open question and the answers so far."""
    draft = answering.read_draft(museum.context, id)
    steps = journey(draft.questionnaire(museum.context.definitions), draft.answers)
    return first_unanswered(steps, draft.answers), draft.answers


def finish(museum, id):
    """Answer the first open question as pages do, all others at once, and send it."""
    if item := open_item(museum, id)[0]:
        answering.give_answer(museum.context, museum.hold(id), item.link_id, quiet_answer(item))
    draft = answering.read_draft(museum.context, id)
    questionnaire, answers = draft.questionnaire(museum.context.definitions), dict(draft.answers)
    while item := first_unanswered(journey(questionnaire, answers), answers):
        answers[item.link_id] = quiet_answer(item)
    answering.change_draft(museum.context, museum.hold(id), {"answers": answers})
    answering.submit(museum.context, museum.hold(id), DECLARED)


def test_every_draft_asks_again_only_what_was_answered_on_an_earlier_day(shown):
    for name, told in shown.in_state(*OPEN).items():
        draft = answering.read_draft(shown.context, told["id"])
        gone = told["draft"]["answers"].keys() - draft.answers.keys()
        assert all(draft.given[key].answered_on < draft.today for key in gone), name
        assert all(one.answered_on <= draft.today for one in draft.given.values()), name


def test_every_draft_says_what_was_answered_and_what_is_open(shown):
    for name, told in shown.in_state(*OPEN).items():
        item, answers = open_item(shown, told["id"])
        assert shown.held(told["id"])["draft"]["answers"] == told["draft"]["answers"], name
        assert answers.items() <= told["draft"]["answers"].items(), name
        assert answers or not told["draft"]["answers"], name
        # Whoever had answered all may meet what the lists ask since.
        assert item or name == "goes through it again", name


def test_every_draft_goes_on_and_is_sent_with_what_was_answered_before(museum):
    drafts = museum.in_state(*OPEN)
    for told in drafts.values():
        finish(museum, told["id"])
    mai = museum.sign_in("doctor")
    for name, told in drafts.items():
        report = reviews.open_review(museum.context, mai, told["id"]).report
        kept = told["draft"]["answers"].items()
        assert kept <= report["case"]["answers"].items(), name
        assert all(p["outcome"] for p in report["procedures"]), name


@pytest.mark.parametrize("museum", wings_with("cookies"), indirect=True)
def test_a_visit_on_the_phone_goes_on_for_an_hour(museum):
    client = browser(museum, session=museum.told["cookies"]["phone"])
    assert QUESTION.search(client.get("/screening").headers["Location"])
    museum.pass_time(minutes=61)
    assert client.get("/screening/check").status_code == 403


@pytest.mark.parametrize("museum", wings_with("cookies"), indirect=True)
def test_a_visit_on_the_tablet_goes_on_for_a_quarter_of_an_hour(museum):
    tablet = museum.told["tablets"]["Waiting room"]["token"]
    client = browser(museum, session=museum.told["cookies"]["tablet"], kiosk=tablet)
    place = client.get("/screening").headers["Location"]
    assert QUESTION.search(place) and client.get(place).status_code == 200
    museum.pass_time(minutes=15)
    assert client.get(place).status_code == 403


def test_a_start_code_begins_on_the_paired_tablet_once(museum):
    code = museum.screening("mail waits")["start_code"]
    client = browser(museum, kiosk=museum.told["tablets"]["Waiting room"]["token"])
    begun = client.post("/kiosk/start", data={"code": code, **START})

    assert begun.headers["Location"].endswith("/screening")
    assert client.get("/screening").status_code == 303
    assert client.post("/kiosk/start", data={"code": code, **START}).status_code == 422


def test_a_draft_moves_from_phone_to_tablet_and_from_tablet_to_phone(museum):
    tablet = browser(museum, kiosk=museum.told["tablets"]["Waiting room"]["token"])
    code = museum.screening("from phone to tablet")["move_code"]
    assert tablet.post("/kiosk/start", data={"code": code, **START}).status_code == 303
    assert QUESTION.search(tablet.get("/screening").headers["Location"])

    phone, link = browser(museum), museum.screening("from tablet to phone")["move_link"]
    assert phone.post(f"/go-on/{link}").status_code == 303
    assert QUESTION.search(phone.get("/screening").headers["Location"])
    assert browser(museum).post(f"/go-on/{link}").status_code == 410


@pytest.mark.parametrize("shown", ON_SQLITE, indirect=True)
def test_a_returning_patient_is_still_shown_last_times_answers(shown):
    told = shown.screening("returning")
    draft = answering.read_draft(shown.context, told["id"])

    assert draft.last == told["draft"]["last"] and draft.last["answers"]
    assert draft.last["number"] == shown.screening("first visit")["number"]
    assert draft.confirmed == told["draft"]["confirmed"] != {}


def test_what_is_over_takes_no_answer(shown):
    every = set(shown.told["screenings"]) - set(shown.in_state(*OPEN))
    assert len(every) > 2
    for name in every:
        told = shown.screening(name)
        with pytest.raises(ActRefusedError, match=told["state"]):
            answering.read_draft(shown.context, told["id"])
