"""Links that patients hold open what the table of states says."""

from datetime import datetime

import pytest

from screening.workflow.core.actor import program
from screening.workflow.core.refusal import ActRefusedError
from screening.workflow.core.states import State
from screening.workflow.reception import invitations
from screening.workflow.screenings import answering
from tests.museum.visiting import ON_SQLITE, browser

OPENS = {
    "invited": 200,
    "in-progress": 200,
    "submitted": 200,
    "decided": 200,
    "expired": 410,
    "withdrawn": 410,
    "superseded": 410,
    "erased": 404,
}

LATER = {State.CONFIRMED}  # which no wing knows yet


def test_every_state_stands_in_the_museum(shown):
    states = {told["state"] for told in shown.told["screenings"].values()}
    assert states == set(State) - LATER == set(OPENS)


def test_each_link_shows_the_page_of_its_state(shown):
    client = browser(shown)
    moved = {told["recheck_of"] for told in shown.told["screenings"].values() if "link" in told}
    for name, told in shown.told["screenings"].items():
        if "link" not in told:  # it leads to the screening that came after
            assert told["id"] in moved
            continue
        page = client.get(f"/s/{told['link']}")
        assert page.status_code == (410 if ended(shown, told) else OPENS[told["state"]]), name


def ended(museum, told):
    """Return whether the two weeks of a link are over, whatever became of its screening."""
    return told["state"] != "erased" and datetime.fromisoformat(told["link_ends"]) <= museum.now


def test_each_link_leads_to_its_screening(shown):
    for name, told in shown.told["screenings"].items():
        if "link" in told and OPENS[told["state"]] == 200 and not ended(shown, told):
            found = answering.follow_link(shown.context, told["link"])
            assert found == (told["id"], told["state"]), name


def test_a_link_that_ended_is_renewed_and_its_answers_are_still_there(museum):
    [told] = museum.in_state("expired").values()
    link = invitations.renew_link(museum.context, program(told["clinic"]), told["id"]).link

    assert answering.follow_link(museum.context, link) == (told["id"], "in-progress")
    draft = answering.read_draft(museum.context, told["id"])
    assert draft.answers and draft.answers.items() <= told["draft"]["answers"].items()
    assert museum.held(told["id"])["draft"]["answers"] == told["draft"]["answers"]
    with pytest.raises(ActRefusedError, match="gone"):
        answering.follow_link(museum.context, told["link"])


@pytest.mark.parametrize("museum", ON_SQLITE, indirect=True)
def test_links_end_two_weeks_after_they_were_given(museum):
    waiting = museum.in_state("invited", "in-progress")
    museum.pass_time(days=14)
    for told in waiting.values():
        with pytest.raises(ActRefusedError, match="expired"):
            answering.follow_link(museum.context, told["link"])
