"""A folder of another field, the contrast scan of tests/another_field, is served like our own."""

import ast
import re
import urllib.parse
from html import unescape
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from screening.bootstrap import trusted
from screening.clinical.definitions.folder import in_other_words
from screening.definitions.loading import load_definitions
from screening.documents.rendering.render import render_pdf
from screening.documents.rendering.wording import say_in
from screening.documents.verifying.verify import verify_pdf
from screening.shipped import QUESTIONS, TRANSLATIONS
from screening.workflow.reception import asking_again
from screening.workflow.review import reviews
from screening.workflow.screenings import answering, arrival
from tests.office import decide, refused, text_of
from tests.visitor import Visitor

FOLDER = Path(__file__).parent / "another_field"
ROOT = Path(__file__).parent.parent
# Words that are an id of ours too, and mean something else where a module uses them.
OTHERWISE = {
    "device": "a patient's phone, and its cookie",
    "period": "a row of an arrival, and a span of months",
}


@pytest.fixture(scope="module")
def folder():
    return load_definitions(FOLDER)


@pytest.fixture(scope="module")
def office(tmp_path_factory, furnish):
    office = furnish(
        tmp_path_factory.mktemp("scans"),
        SCREENING_QUESTIONS=str(FOLDER),
        SCREENING_LANGUAGES="en,ru",
    )
    yield office
    office.close()


class Phone(Visitor):
    """A patient's browser without a network between it and the pages; `seen` is every page."""

    def __init__(self, office):
        self.client, self.seen, self.url, self.html = office.app().test_client(), {}, "", ""

    def _open(self, request):
        path = urllib.parse.urlsplit(request.full_url)._replace(scheme="", netloc="").geturl()
        answer = self.client.open(
            path,
            method=request.get_method(),
            data=request.data,
            content_type="application/x-www-form-urlencoded",
            follow_redirects=True,
        )
        assert answer.status_code == 200, (path, answer.status_code)
        self.url = f"http://clinic{answer.request.path}"
        self.html = self.seen[answer.request.path] = answer.text
        return self


def walked(office, language, **special):
    """Return the phone of someone who was invited, answered everything, and sent it."""
    invitation = office.invite("contrast-scan", name=f"Ada Brook {language}", born="1986-05-03")
    phone = Phone(office)
    phone.get(f"http://clinic/s/{invitation.link}?lang={language}")
    phone.submit_quietly(f"http://clinic/s/{invitation.link}", special, f"Ada Brook {language}")
    return phone, invitation.screening_id


@pytest.fixture(scope="module")
def english(office):
    return walked(office, "en", kidneys="yes")


@pytest.fixture(scope="module")
def russian(office):
    return walked(office, "ru")


def words_on(page):
    """Return what a person reads of a page."""
    shown = re.sub(r"<(script|style)\b.*?</\1>", " ", page, flags=re.S)
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", shown).split()))


def test_a_link_leads_to_a_sealed_report_with_the_birth_date_and_to_a_decision(
    office, english, tmp_path
):
    phone, id = english
    assert "Thank you" in words_on(phone.html)
    office.make_reports(render_pdf, of=id)
    review = reviews.open_review(office.context, office.doctor, id)
    [verdict] = review.report["procedures"]
    assert (verdict["id"], verdict["outcome"]) == ("contrast-scan", "precaution")
    assert review.report["frame"]["patient"]["born"] == "1986-05-03"
    sealed = reviews.read_report(office.context, office.doctor, id, "screening")
    assert verify_pdf(sealed, trusted(office.config), office.now).status == "PASSED"
    read = text_of(sealed, tmp_path)
    assert "3 May 1986" in read
    assert "Weak kidneys let the fluid go slowly." in read

    reviews.decide(*decide(office, id, "proceed-with-conditions"))
    office.make_reports(render_pdf, of=id)
    decided = reviews.read_report(office.context, office.doctor, id, "decided")
    assert verify_pdf(decided, trusted(office.config), office.now).status == "PASSED"
    sheet = text_of(reviews.read_report(office.context, office.doctor, id, "plan"), tmp_path)
    assert "Drink a glass of water each hour." in sheet
    assert re.findall(r"treat\w*", sheet, re.I) == []


def test_an_arrival_asks_the_rows_that_the_folder_binds(office):
    id = office.submit("plain-scan")
    reviews.decide(*decide(office, id, "proceed"))
    again = asking_again.arrive(office.context, office.desk, id).screening_id
    rows = answering.read_draft(office.context, again).open_rows(office.context.definitions)
    assert rows == ["pregnancy", "medicines", "else"]

    strange = refused(arrival.answer_rows, office.context, office.hold(again), {"period": "no"})
    assert strange == "incomplete"
    arrival.answer_rows(office.context, office.hold(again), dict.fromkeys(rows, "no"))
    assert not arrival.is_new(office.context, again)
    arrival.confirm_arrival(office.context, office.hold(again), "Nothing new.")


@pytest.mark.parametrize(("language", "ours"), [("en", r"treat"), ("ru", r"процедур|лечен")])
def test_no_page_of_a_patient_speaks_of_treatments(request, office, language, ours, tmp_path):
    phone, id = request.getfixturevalue({"en": "english", "ru": "russian"}[language])
    phone.get("http://clinic/screening/receipt")
    title = {"en": "Questions before your scan", "ru": "Вопросы перед съёмкой"}[language]
    first = next(iter(phone.seen.values()))
    assert title in words_on(first)
    told = {path: re.findall(rf".*({ours}).*", words_on(p)) for path, p in phone.seen.items()}
    assert len(told) >= 6
    assert {path: found for path, found in told.items() if found} == {}

    office.make_reports(render_pdf, of=id)
    copy = text_of(reviews.read_report(office.context, office.doctor, id, "copy"), tmp_path)
    assert re.findall(ours, copy, re.I) == []


def test_no_page_asks_a_question_of_ours(english):
    """What is asked, where it is sent and what the page holds names no link id of questions/."""
    phone, _ = english
    pages = " ".join(phone.seen.values())
    named = set(re.findall(r"""[ "'/]([a-z]+(?:_[a-z]+)+)[ "'?]""", pages))
    assert named & OURS == set()


@pytest.mark.parametrize(("language", "ours"), [("en", r"\btreat"), ("ru", r"процедур|лечен")])
def test_each_text_that_names_a_treatment_says_it_in_the_folders_words(folder, language, ours):
    """Not only on the pages that the walk met: in every text that is shown to anyone."""
    say = say_in(language, folder.words[language])
    named = re.compile(r"(?<!%\()\btreatments?\b", re.IGNORECASE)
    left = {text: say(text) for text in catalog() if named.search(text)}
    assert len(left) > 40
    assert {t: said for t, said in left.items() if re.search(ours, said, re.I)} == {}


def catalog():
    """Return every text of ours, in English."""
    known = TRANSLATIONS / "ru" / "LC_MESSAGES" / "messages.po"
    with known.open("rb") as file:
        for message in read_po(file):
            if message.id:
                yield message.id if isinstance(message.id, str) else message.id[0]


def test_words_are_replaced_whole_and_the_longest_first():
    say = in_other_words((("treatment", "scan"), ("another treatment", "a further scan")))
    assert say("Treatment") == "Scan"
    assert say("another treatment, treatments") == "a further scan, treatments"
    assert say("Another treatment") == "A further scan"
    assert say("Treatment %(treatment)s (treatment)") == "Scan %(treatment)s (scan)"


OURS = {
    found
    for path in (QUESTIONS / "sections").glob("*.yaml")
    for found in re.findall(r"^ *- id: (\w+)\n +ask:", path.read_text(), re.M)
}


def test_no_module_names_a_question_of_ours():
    """What the program has to know of a folder stands below `bindings:` of its settings."""
    assert len(OURS) > 100
    found = {
        f"{path.relative_to(ROOT)}:{node.lineno}: {node.value}"
        for path in (ROOT / "screening").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and node.value in OURS - OTHERWISE.keys()
    }
    # Folders that were packed before they could say it, which is all that this one place is for.
    [known] = [one for one in found if one.startswith("screening/clinical/definitions/folder.py")]
    assert found == {known}
    assert known.endswith("date_of_birth")


def test_no_module_names_a_finding_of_ours():
    ids = set(re.findall(r"^- id: (\w+_\w+)", (QUESTIONS / "findings.yaml").read_text(), re.M))
    assert len(ids) > 100
    found = {
        f"{path.relative_to(ROOT)}: {node.value}"
        for path in (ROOT / "screening").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and node.value in ids
    }
    assert {one.split(":")[0] for one in found} == {"screening/clinical/definitions/folder.py"}


def test_no_template_names_a_question_of_ours():
    named = {
        f"{path.relative_to(ROOT)}: {word}"
        for path in (ROOT / "templates").rglob("*.*")
        for word in re.findall(r"""["'](\w+)["']""", path.read_text())
        if word in OURS - OTHERWISE.keys()
    }
    assert named == set()
