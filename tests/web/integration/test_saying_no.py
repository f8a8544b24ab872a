"""Every no that a program can get: of the right kind, and in words for whoever wrote it."""

import re

import pytest
from werkzeug.exceptions import default_exceptions

from screening.storage.encryption import SealedBlobError
from screening.storage.turn import WaitedTooLongError
from screening.web.core.problems import MEDIA_TYPE, SAID
from screening.web.integration import refused
from screening.web.integration.verifying import REFUSED
from screening.workflow.core.refusal import ActRefusedError, Refusal
from tests.web.integration.test_fhir import is_outcome

FOR_PEOPLE = re.compile(r"\b(page|button|go back|tap|tablet|phone|sign in|cookie|clinic.s)\b", re.I)
CODES = sorted({code for code in default_exceptions if code >= 400} | {503})
PLACES = ("/api", "/api/v1/x", "/fhir", "/fhir/R4/x")
OTHERS = (WaitedTooLongError(), SealedBlobError(), ValueError(), ActRefusedError(Refusal.GONE))


@pytest.fixture(scope="module")
def app(tmp_path_factory, furnish):
    office = furnish(tmp_path_factory.mktemp("office"))
    app = office.app()
    app.testing = False  # so that what is broken is answered
    yield app
    office.close()


def told(answer, place):
    """Return the words of a no, once it is one of the kind that is usual there."""
    if place.startswith("/fhir"):
        assert is_outcome(answer, answer.status_code)
        [issue] = answer.json["issue"]
        return issue["details"]["text"]
    assert answer.mimetype == MEDIA_TYPE
    assert answer.json["status"] == answer.status_code
    assert {"type", "title", "detail"} <= answer.json.keys()
    return answer.json["detail"]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    "error", [*(default_exceptions[code]() for code in CODES), *OTHERS], ids=repr
)
def test_whatever_goes_wrong_is_said_to_a_program_in_its_own_way(app, place, error):
    with app.test_request_context(place, headers={"Accept-Language": "ar"}):
        answer = app.make_response(app.handle_user_exception(error))

        assert answer.status_code == getattr(error, "code", None) or answer.status_code >= 400
        assert re.fullmatch(r"[A-Z][ -~–—“”…]+\.", words := told(answer, place)), words
        assert not FOR_PEOPLE.search(words), words


def test_no_sentence_for_programs_speaks_of_a_page():
    every = [*SAID.values(), *REFUSED.values(), *(said for _status, said in refused.SAID.values())]

    assert [said for said in every if FOR_PEOPLE.search(said)] == []


@pytest.mark.parametrize("place", ["/api/v1/screenings", "/fhir/R4/Questionnaire"])
def test_who_takes_the_wrong_method_is_told_the_right_ones(app, place):
    answer = app.test_client().delete(place)

    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_who_sends_too_much_is_told_how_much_may_be_sent(app):
    with app.test_request_context("/api/v1/screenings"):
        answer = app.make_response(app.handle_user_exception(default_exceptions[413]()))

    assert "65536 bytes" in told(answer, "/api/v1/screenings")
