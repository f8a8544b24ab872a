"""Links that patients hold open what the table of states says."""

from datetime import datetime

import pytest

from screening.workflow.core.actor import program
from screening.workflow.core.refusal import ActRefusedError
from screening.workflow.core.states import State
from screening.workflow.reception import invitations
from screening.workflow.screenings import answering
from tests.museum.visiting import ON_SQLITE, WINGS, browser, read_manifest

OPENS = {
    "invited": 200,
    "in-progress": 200,
    "submitted": 200,
    "decided": 200,
    "expired": 410,
    "withdrawn": 410,
    "superseded": 410,
    "confirmed": 410,
    "erased": 404,
}


def test_every_state_stands_in_the_museum():
    wings = [read_manifest(wing)["screenings"].values() for wing in WINGS]
    states = {told["state"] for screenings in wings for told in screenings}
    assert states == set(State) == set(OPENS)


def test_each_link_shows_the_page_of_its_state(shown):
    client = browser(shown)
    moved = {told["recheck_of"] for told in shown.told["screenings"].values() if "link" in told}
    for name, told in shown.told["screenings"].items():
        if (
            "link" not in told
        ):  # it leads to the screening that came after, or still to the one before
            assert told["id"] in moved or told["recheck_of"]
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
    told = museum.screening("expired")
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
    for link in {told["link"] for told in waiting.values() if "link" in told}:
        with pytest.raises(ActRefusedError, match="expired"):
            answering.follow_link(museum.context, link)


def test_a_live_link_is_from_now_on_for_the_first_browser_that_begins(museum):
    for name, told in museum.in_state("invited", "in-progress").items():
        if "link" not in told or told.get("bound") or ended(museum, told):
            continue
        phone, other = browser(museum), browser(museum)
        assert phone.get(f"/s/{told['link']}").status_code == 200
        assert phone.post(f"/s/{told['link']}").status_code == 303, name

        assert phone.post(f"/s/{told['link']}").status_code == 303
        assert other.post(f"/s/{told['link']}").status_code == 403, name


def test_what_was_sent_before_there_were_devices_opens_for_nobody_by_its_link(museum):
    """Nobody knows on which device it was answered: docs/decisions/proof.md."""
    for name, told in museum.in_state("submitted", "decided").items():
        if "link" not in told or ended(museum, told):
            continue
        phone = browser(museum)
        page = phone.get(f"/s/{told['link']}").text
        assert "This was begun on another device" in page, name
        assert phone.post(f"/s/{told['link']}").status_code == 403
        assert phone.get("/screening/report.pdf").status_code == 403

        begun = phone.post(f"/s/{told['link']}/afresh", follow_redirects=True)
        assert begun.request.path == "/screening/procedures", name
        assert museum.held(told["id"])["state"] == told["state"], "that stays as it is"
