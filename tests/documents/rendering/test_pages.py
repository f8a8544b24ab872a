"""How many pages, what the patient is not told, and Arabic as a machine reads it."""

import re
import subprocess

import pikepdf
import pypdfium2
import pytest

from screening.clinical.definitions.definitions import assemble_questionnaire
from screening.clinical.definitions.questionnaire import first_unanswered, journey
from screening.clinical.evaluation.case import read_case
from screening.clinical.report.report import compile_report, translated
from screening.documents.rendering.reader import Reader
from screening.documents.rendering.render import _laid_out, render_pdf
from screening.workflow.core.language import answer_words
from tests.clinical.evaluation.test_promises import quiet_answer
from tests.documents.rendering.test_render import page_one, plain_text, words

ORDINARY = {
    "date_of_birth": "1986-05-03",
    "painkiller": "yes",
    "painkiller_last_dose": "2026-11-18",
    "easy_bruise": "unknown",
    "cold_sore_past": "sometimes",
}
VERDICT_WORDS = r"contraindicat|deferred|precaution|eligib|information needed|clears on|advice"
# Every join of lam and alef, words that fonts like to draw as one glyph, and a name.
ARABIC = "لا الآن الأدوية الإبر كلا فلا الآلام السلام إلى في سؤال الله محمد لله ليلى عيادة النور"


def pages_of(pdf, tmp_path):
    (tmp_path / "one.pdf").write_bytes(pdf)
    with pikepdf.open(tmp_path / "one.pdf") as document:
        return len(document.pages)


@pytest.fixture(scope="module")
def told(library, sample):
    """Return a function that makes the report of a patient with ordinary answers."""

    def make(*procedures, doctor="en", patient=None, paper="A4", **special):
        answers, said = {}, ORDINARY | special
        questionnaire = assemble_questionnaire(library, procedures)
        while item := first_unanswered(journey(questionnaire, answers), answers):
            answers[item.link_id] = said.get(item.link_id, quiet_answer(item))
        raw = {"procedures": list(procedures), "on": "2026-11-21", "visit": "2026-11-30"}
        raw["answers"] = answers
        case = read_case(library, raw)
        frame = sample["frame"] | {"language": doctor, "paper": paper}
        report = compile_report(library, case, raw, frame, answer_words(doctor))
        if patient:
            report["translated"] = translated(library, case, patient, answer_words(patient))
        return report

    return make


@pytest.mark.parametrize(
    ("procedures", "options", "most"),
    [
        (("mesotherapy-face",), {}, 2),
        (("thread-lift", "botulinum-toxin"), {}, 2),
        (("thread-lift", "botulinum-toxin"), {"paper": "Letter"}, 2),
        (("mesotherapy-face", "soft-lifting"), {"doctor": "ru"}, 2),
        (("mesotherapy-face", "soft-lifting"), {"doctor": "ar", "paper": "Letter"}, 2),
        (("mesotherapy-face", "soft-lifting", "botulinum-toxin"), {"paper": "Letter"}, 3),
        (("mesotherapy-face", "soft-lifting"), {"patient": "vi"}, 3),
    ],
)
def test_two_pages_decide_and_three_where_more_is_asked(told, tmp_path, procedures, options, most):
    pdf = render_pdf(told(*procedures, **options))

    assert pages_of(pdf, tmp_path) <= most


@pytest.fixture(scope="module")
def face(told):
    return render_pdf(told("mesotherapy-face"))


def test_page_one_holds_both_days_what_is_not_known_and_what_to_confirm(face):
    first = page_one(face)

    for said in (
        "Advice when answered, 21 November 2026",
        "Deferred until 25 November 2026",
        "On the visit, 30 November 2026",
        "Provided that these answers are confirmed on the day:",
        "over by the visit",
        "Do cuts bleed for more than ten minutes",
        "To confirm on the day",
    ):
        assert said in first


def test_a_none_of_these_says_what_was_listed(face):
    text = plain_text(face)

    assert "any of these? (High blood pressure; Heart trouble" in text


def test_what_was_decided_before_stands_on_page_one(told):
    ruling = {"name": "Mesotherapy", "decision": "decline", "codes": ["treat-first"]}
    decided = {"what": "decision", "day": "2025-09-03", "doctor": "Dr Haddad"}
    decided["rulings"] = [ruling | {"reason": "168/102 that day", "conditions": ""}]
    sign = {"what": "check-in", "day": "2025-09-12"}
    beside = {"earlier": [sign, decided], "unreadable": True, "unconfirmed": False}

    first = page_one(render_pdf({**told("mesotherapy-face"), "beside": beside}))

    assert "12 September 2025: Warning sign" in first
    assert "3 September 2025: Decline, Mesotherapy" in first
    assert "168/102 that day" in first and "Dr Haddad" in first
    assert "cannot be opened and may hold a prohibition" in first


def test_the_patients_copy_holds_every_answer_and_no_word_of_a_verdict(told):
    report = told("mesotherapy-face", can_be_pregnant="yes", pregnant="yes")
    text = plain_text(render_pdf(report, reader=Reader.PATIENT))

    assert not re.search(VERDICT_WORDS, text, re.IGNORECASE)
    for section in report["sections"]:
        for answer in section["answers"]:
            assert answer["question"] in text


def test_the_sheet_says_in_plain_words_what_was_decided_and_cares_only_for_what_may_be_done(told):
    report = told("thread-lift", "mesotherapy-hair")
    decision = {"doctor": {"name": "Dr Tran"}, "at": "2026-11-23T09:20:00+00:00"}
    decision["decisions"] = [
        {"procedure": p["id"], "name": p["name"], "reason": "", "conditions": ""}
        | {"decision": "decline" if p["id"] == "thread-lift" else "proceed"}
        for p in report["procedures"]
    ]
    report["beside"] = {"emergency": "112"}
    care = {p["id"]: p["aftercare"]["warning_signs"][0]["text"] for p in report["procedures"]}
    sheet = plain_text(render_pdf(report, decision, reader=Reader.PATIENT))

    assert "You may come." in sheet
    assert "This treatment is not for you." in sheet
    assert "Emergency: call 112 at once" in sheet
    assert care["mesotherapy-hair"] in sheet and care["thread-lift"] not in sheet
    decision["decisions"] = [one | {"decision": "decline"} for one in decision["decisions"]]
    alone = plain_text(render_pdf(report, decision, reader=Reader.PATIENT))
    assert "Your clinic has answered" in alone
    assert "Aftercare" not in alone and "Emergency" not in alone


def test_long_cases_go_on_over_more_pages_and_lose_nothing(told, library):
    medicines = "\n".join(f"Unheard{number} {number} mg" for number in range(60))
    report = told(*library.procedures, other_meds="yes", medicine_list=medicines)
    asked = report["sections"][-1]["answers"][-1]
    asked |= {"text": "word " * 380 + "end", "plain": False}
    text = words(plain_text(render_pdf(report), raw=True)).replace("-", "")

    for number in range(60):
        assert f"Unheard{number} {number} mg:" in text
    assert text.count("word ") >= 380 and "end" in text
    for procedure in report["procedures"]:
        assert procedure["name"].replace("-", "") in text
        for reason in procedure["reasons"]:
            assert reason["because"].replace("-", "") in text


def of_poppler(pdf):
    done = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True)
    return done.stdout.decode()


def of_pdfium(pdf):
    """Return the text as Chromium copies it, and whether its search finds each Arabic word."""
    with pypdfium2.PdfDocument(pdf) as document:
        pages = [page.get_textpage() for page in document]
        first = pages[0]
        for word in ARABIC.split():
            assert first.search(word).get_next(), word
        return "\n".join(page.get_text_bounded() for page in pages)


@pytest.mark.parametrize("read_by", [of_poppler, of_pdfium])
def test_arabic_is_copied_as_it_was_written(read_by):
    """A glyph for two letters would come back the wrong way round."""
    page = f'<html lang="ar" dir="rtl"><title>x</title><p>{ARABIC}</p><p><b>{ARABIC}</b></p>'
    pdf = _laid_out(page, [], None, None)
    read = re.sub("[\u200e\u200f\u202a-\u202e]", "", read_by(pdf)).split()

    assert read[: 2 * len(ARABIC.split())] == [*ARABIC.split(), *ARABIC.split()]


def test_a_sheet_ends_with_its_last_page_not_with_two_lines_on_another(told, tmp_path):
    report = told("mesotherapy-face")
    ruling = {"procedure": "mesotherapy-face", "decision": "proceed", "name": "", "reason": ""}
    decided = {"doctor": {"name": "Dr Mai Trần"}, "at": "2026-11-23T09:20:00+00:00"}
    sheet = render_pdf(report, decided | {"decisions": [ruling]}, reader=Reader.PATIENT)

    assert pages_of(sheet, tmp_path) == 2


def where_words_begin(pdf):
    """Return how far from the left each word of `pdf` begins, of the same words the first."""
    told = subprocess.run(
        ["pdftotext", "-bbox", "-", "-"], input=pdf, capture_output=True, check=True
    ).stdout.decode()
    found = re.findall(r'xMin="([\d.]+)"[^>]*>([^<]+)</word>', told)
    return {word: float(left) for left, word in reversed(found)}


def test_words_in_another_direction_than_the_page_keep_their_own(told):
    """The declaration ends with its full stop, and the age stands behind the name."""
    arabic = told("mesotherapy-face", doctor="ar", patient="en")
    begins = where_words_begin(render_pdf(arabic))
    assert begins["answered"] < begins["can."] and begins["doctor"] < begins["decides."]

    english = told("mesotherapy-face")
    named = english["frame"] | {"patient": {"name": "ليلى حسن", "born": "1986-05-03"}}
    begins = where_words_begin(render_pdf({**english, "frame": named}))
    assert min(begins[word] for word in begins if set(word) == set("حسن")) < begins["40"]
