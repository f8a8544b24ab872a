"""The language of a clinic: what its reports say, and that no verdict depends on it."""

from datetime import date, timedelta

import pytest

from screening.clinical.report.report_diff import changes_between
from screening.storage.tables import Clinic
from screening.workflow.core.language import answer_words, known_language, spoken
from screening.workflow.core.refusal import ActRefusedError
from screening.workflow.reception import appointments
from screening.workflow.reports import verification
from screening.workflow.review import reviews
from screening.workflow.screenings import answering
from screening.workflow.treatments import answers, treating
from screening.workflow.treatments.page import open_page
from screening.workflow.treatments.treating import Done
from tests.office import DECLARED, decide, render_briefly
from tests.workflow.reports.test_verification import pdf_of
from tests.workflow.treatments.clinic import go_to_day

TOLD = {"painkiller": "unknown", "smoke": "daily"}


def speak(office, language):
    with office.context.database.write() as session:
        session.get_one(Clinic, office.clinic).language = language


def report_of(office, id):
    return reviews.read_review(office.context, office.doctor, id).report


def test_every_language_of_the_pages_has_words_for_every_answer():
    assert spoken() == ("en", "ar", "ru", "vi")
    assert len({answer_words(language)["unknown"] for language in spoken()}) == 4
    assert answer_words("ru")["yes"] == "Да"


@pytest.mark.parametrize("language", ["ru", "ar"])
def test_a_report_speaks_its_clinics_language_and_its_record_english(office, language):
    english = report_of(office, office.submit(**TOLD))
    speak(office, language)
    id = office.submit(**TOLD)
    report, texts = report_of(office, id), office.context.definitions.translations[language]

    assert report["frame"]["language"] == language
    assert report["reviewed_by"] is None
    asked = [(e, r) for e, r in zip(english["sections"], report["sections"], strict=True)]
    for before, now in asked:
        assert now["title"] == texts[before["title"]]
        for one, other in zip(before["answers"], now["answers"], strict=True):
            assert other["question"] == texts[one["question"]]
            assert (other["answer"], other["matters"]) == (one["answer"], one["matters"])
    assert [r["because"] for p in report["procedures"] for r in p["reasons"]] == [
        texts[r["because"]] for p in english["procedures"] for r in p["reasons"]
    ]
    assert report["verdicts"]["procedures"] == english["verdicts"]["procedures"]
    assert report["case"]["answers"] == english["case"]["answers"]
    # The patient read English, which needs no reviewer, and the report keeps it beside.
    assert report["translated"]["language"] == "en"
    assert [s["title"] for s in report["translated"]["sections"]] == [
        s["title"] for s in english["sections"]
    ]


def test_who_reads_the_clinics_language_has_nothing_beside_the_report(office):
    speak(office, "vi")
    invitation = office.invite()
    office.answer(invitation.screening_id)
    words = (DECLARED, "vi", answer_words("vi"))
    answering.submit(office.context, office.hold(invitation.screening_id), *words)
    assert "translated" not in report_of(office, invitation.screening_id)


def test_the_verdict_for_a_later_visit_stays_in_the_reports_language(office):
    speak(office, "ru")
    id = office.submit(painkiller="yes", painkiller_last_dose=office.day(2))
    speak(office, "en")
    at = office.evening + timedelta(days=2)
    appointments.reschedule(office.context, office.desk, id, at)
    report = report_of(office, id)

    [procedure] = report["procedures"]
    assert procedure["visit"]["reasons"][0]["because"] == procedure["reasons"][0]["because"]
    assert verification.replay(office.context, report)


def test_a_sealed_report_in_russian_is_found_as_issued_and_its_verdicts_replay(office):
    speak(office, "ru")
    office.submit(**TOLD)
    office.make_reports(render_briefly)
    found = verification.verify_upload(office.context, pdf_of(office))
    assert (found.status, found.replayed) == ("PASSED", True)


def test_a_report_of_before_the_change_stays_as_it_was_sealed(office):
    id = office.submit(**TOLD)
    office.make_reports()
    before = report_of(office, id), pdf_of(office)
    speak(office, "ru")
    reviews.decide(*decide(office, id, "decline", "Not today."))
    office.make_reports()
    after = report_of(office, id)
    assert (after, pdf_of(office)) == before
    assert after["frame"]["language"] == "en"


def test_what_changed_between_two_languages_is_only_what_was_answered_otherwise(office):
    first = office.submit(**TOLD)
    speak(office, "ru")
    again = office.submit(**TOLD | {"painkiller": "no"})
    changes = changes_between(report_of(office, first), report_of(office, again))
    assert [(c["before"], c["now"]) for c in changes["answers"]] == [("I do not know", "Нет")]


def test_a_check_in_names_the_treatment_in_its_readers_language(office):
    speak(office, "ru")
    id = office.submit("thread-lift")
    reviews.decide(*decide(office, id, "proceed", "Talked over."))
    office.pass_time(minutes=1)
    on = date.fromisoformat(office.day())
    treating.treat(office.context, office.doctor, id, on, [Done("thread-lift")], "Dr Mai Tran")
    go_to_day(office, 8)
    [call] = answers.list_to_call(office.context, office.doctor)
    lists = office.context.definitions
    named = lists.procedures["thread-lift"].name
    for language in ("vi", "en"):
        page = open_page(office.context, call.check_in_id, language, office.doctor)
        assert page.procedures == (lists.translations.get(language, {}).get(named, named),)


def test_a_language_that_nobody_wrote_is_refused():
    with pytest.raises(ActRefusedError, match="no-language"):
        known_language("../en")
