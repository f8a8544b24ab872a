"""What a patient typed and did not send: in the draft, and in nothing that is made of it."""

import pytest

from screening.storage.tables import Screening
from screening.workflow.core.sealed import open_sealed
from screening.workflow.core.unfinished import MOST_BYTES, MOST_FORMS, drop, put
from screening.workflow.screenings import answering, unfinished
from tests.office import DECLARED

PAGE = "/screening/questions/date_of_birth"


@pytest.fixture
def office(tmp_path, furnish):
    office = furnish(tmp_path)
    yield office
    office.close()


def typed(text="3", at="2026-11-21T09:00:00+00:00"):
    return {"fields": [["born", text]], "names": ["born"], "at": at}


def draft_of(office, id):
    with office.context.database.read() as session:
        return open_sealed(office.context, session, session.get_one(Screening, id), "draft")


def test_what_was_never_sent_is_no_part_of_what_is(office):
    id = office.invite().screening_id
    office.answer(id)
    unfinished.keep_unfinished(office.context, office.hold(id), PAGE, PAGE, typed("zzq"))
    assert "zzq" in str(draft_of(office, id))

    answering.submit(office.context, office.hold(id), DECLARED)
    assert "zzq" not in str(draft_of(office, id))


def test_it_ends_when_its_form_is_sent_and_other_forms_stay(office):
    id = office.invite().screening_id
    lock = office.hold(id)
    unfinished.keep_unfinished(office.context, lock, PAGE, "/a", typed())
    unfinished.keep_unfinished(office.context, lock, PAGE, "/b", typed())
    unfinished.forget_unfinished(office.context, lock, PAGE, "/a")

    assert unfinished.read_unfinished(office.context, lock) == {PAGE: {"/b": typed()}}


def test_the_oldest_goes_where_too_much_is_typed():
    pages = {}
    for nth in range(MOST_FORMS + 5):
        pages = put(pages, f"/{nth}", "", typed(at=f"2026-11-21T09:{nth:02}:00+00:00"))

    assert len(pages) == MOST_FORMS and "/0" not in pages
    assert put(pages, "/large", "", typed("x" * MOST_BYTES)).keys() <= pages.keys()
    assert drop(pages, "/9") == {page: forms for page, forms in pages.items() if page != "/9"}
