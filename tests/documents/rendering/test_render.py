"""The PDF as a reader, an archive, a screen reader and an attacker meet it."""

import io
import itertools
import json
import re
import subprocess
import sys
import threading
import time
import unicodedata
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import ClassVar

import pikepdf
import pypdf
import pytest
from weasyprint.urls import URLFetchingError, fetch

from screening.clinical.evaluation.case import read_case
from screening.clinical.report.report import compile_report
from screening.documents.rendering.drawing import drawing_of
from screening.documents.rendering.render import (
    PICTURES,
    TEMPLATES,
    OwnPictures,
    Reader,
    _laid_out,
    render_pdf,
)
from screening.documents.tagged.tags import finish_tags
from tests.documents.conftest import DECISION, ISOTRETINOIN

HOSTILE = [
    '<script>alert(1)</script><img src="http://127.0.0.1:9/x">',
    '<link rel="attachment" href="file:///etc/passwd">',
    "{{ 7 * 7 }} {% include 'report.css' %}",
    "\x00\x01\x08\x1b[31m\x7f\x9f\ufffe\uffff",
    "\ud800 half of a pair \udfff",
    "\u202eevitagen\u202c \u2066\u2069\u200f",
    "\U0001f600\U0001f469\u200d\U0001f52c 漢字 ไทย \ue000 \U0010ffff",
    "W" * 10_000,
    "\u00a0" * 20_000,
    "z\u0335\u0316" * 5_000,
    "line\n" * 2_000,
    "مرحبا " * 400,
]


def pages(pdf: bytes) -> list[str]:
    """Return the text of each page as pdftotext reads it."""
    done = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    )
    return done.stdout.decode().split("\f")[:-1]


def words(text: str) -> str:
    """Return `text` without the breaks that a column makes."""
    return " ".join(text.split())


def plain_text(pdf: bytes, raw: bool = False) -> str:
    """Return the whole text in reading order, one line; `raw` in the order of the file."""
    command = ["pdftotext", *(["-raw"] if raw else []), "-", "-"]
    done = subprocess.run(command, input=pdf, capture_output=True, check=True)
    return words(done.stdout.decode())


def page_one(pdf: bytes) -> str:
    """Return the text of page one in reading order, one line."""
    done = subprocess.run(
        ["pdftotext", "-l", "1", "-", "-"], input=pdf, capture_output=True, check=True
    )
    return words(done.stdout.decode())


def attached(pdf: bytes) -> dict[str, bytes]:
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    return {name: contents[0] for name, contents in reader.attachments.items()}


@pytest.fixture(scope="module")
def elements(screening_pdf):
    """Every element of the tag tree with its kind."""
    found = []

    def walk(element):
        kids = element.get("/K", pikepdf.Array())
        for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
            if isinstance(kid, pikepdf.Dictionary):
                found.append((str(kid.get("/S", "")), kid))
                walk(kid)

    with pikepdf.open(io.BytesIO(screening_pdf)) as document:
        walk(document.Root.StructTreeRoot)
        yield found


def test_the_same_report_gives_the_same_bytes_in_another_process(
    sample, tmp_path, screening_pdf, decided_pdf
):
    """More than a second apart, in another folder, with other hash seeds."""
    case = tmp_path / "case.json"
    case.write_text(json.dumps([sample, DECISION]))
    (tmp_path / "sealed.pdf").write_bytes(screening_pdf)
    script = """if True:
        import json, sys
        from pathlib import Path
        from screening.documents.rendering.render import render_pdf
        report, decision = json.loads(Path(sys.argv[1]).read_text())
        sealed = Path(sys.argv[2]).read_bytes()
        sys.stdout.buffer.write(render_pdf(report, decision, {"screening-report.pdf": sealed}))
    """
    again = subprocess.run(
        [sys.executable, "-c", script, str(case), str(tmp_path / "sealed.pdf")],
        capture_output=True,
        check=True,
        cwd=tmp_path,
    )
    assert again.stdout == decided_pdf
    assert again.stderr == b""


def test_everything_the_report_says_can_be_read_back(sample, screening_pdf):
    text = plain_text(screening_pdf)
    flat = words(" ".join(pages(screening_pdf)))

    for section in sample["sections"]:
        for answer in section["answers"]:
            assert answer["question"] in text
            assert answer["text"].replace("2026-11-18", "18 November 2026") in text
    for procedure in sample["procedures"]:
        assert procedure["name"] in text
        for reason in procedure["reasons"]:
            assert reason["name"] in text
            assert reason["because"] in text
            assert all(source in text for source in reason["sources"])
    for said in (
        "Nguyễn Thị Lan",
        "born 3 May 1990",
        "21 November 2026, 10:15 GMT (UTC+0)",
        "SC-2026-000123",
        sample["frame"]["declaration"]["text"],
        sample["definitions"],
        sample["frame"]["audit_head"],
        "This report advises. The doctor decides.",
        "Lists are research drafts that no clinician has approved yet.",
        "No trusted time: the moments come from the clinic’s clock.",
    ):
        assert said in text or said in flat


def test_every_rule_that_the_clinic_changed_is_printed(brief, screening_pdf):
    face = next(p for p in brief["procedures"] if p["id"] == "mesotherapy-face")
    face["reasons"][0]["by_policy"] = True
    doctor = {"reason": "Our count of infections.", "by": "Dr Kern", "since": "2026-11-01"}
    strict = {"grade": "contraindication", "wait": "14 days", "ahead": "7 days"}
    weighed = {"grade": "precaution", "wait": None, "ahead": None}
    for_good = {"grade": "contraindication", "wait": None, "ahead": None}
    face["changes"] = [
        {"finding": "dental", "name": "Dental visit", "was": strict, "now": weighed, **doctor},
        {"finding": "sauna", "name": "Sauna", "was": None, "now": for_good, **doctor},
    ]

    text = plain_text(render_pdf(brief))

    for said in (
        "Rules that this clinic changed",
        "Dental visit",
        "In the list: Temporary contraindication (14 days), 7 days before a booked date.",
        "In this clinic: Precaution.",
        "In the list: No rule. In this clinic: Contraindication.",
        "Our count of infections. Dr Kern, since 1 November 2026",
        "this clinic’s rule",
    ):
        assert said in text
    unchanged = plain_text(screening_pdf)
    assert "this clinic" not in unchanged


def test_the_draft_sentence_goes_only_when_every_list_is_approved(report):
    drafts = "research drafts that no clinician has approved yet"
    approved = {"by": "Dr Anna Kern", "on": "2026-12-01"}
    two = [
        {**report["procedures"][0], "approved": approved},
        {**report["procedures"][0], "approved": None},
    ]

    assert drafts in plain_text(render_pdf({**report, "procedures": two}))
    assert drafts not in plain_text(render_pdf({**report, "procedures": two[:1]}))


def test_page_one_says_who_what_and_why(screening_pdf):
    first = page_one(screening_pdf)
    for said in (
        "Nguyễn Thị Lan, 36",
        "Lists are research drafts that no clinician has approved yet.",
        "Contraindicated",
        "Deferred, no date yet",
        "Information needed",
        "The doctor decides.",
        "Took isotretinoin",
        "September 2026",
        "Do a pregnancy test",
        "S7, LABEL-ISO",
        "no clinic may relax it",
    ):
        assert said in first


def test_what_many_do_not_know_does_not_push_the_verdicts_off_page_one(report):
    asked = next(a for s in report["sections"] for a in s["answers"] if a["unknown"])
    report["sections"][0]["answers"] += [asked | {"link_id": f"more_{n}"} for n in range(5)]
    text = plain_text(render_pdf(report))

    assert text.index("What the patient does not know") > text.index("Heart failure: not known")


def test_no_page_promises_what_only_a_doctor_may(screening_pdf, decided_pdf):
    for pdf in (screening_pdf, decided_pdf):
        assert not re.search(r"\b(safe|eligible|cleared)\b", plain_text(pdf), re.IGNORECASE)


def test_a_patient_who_knows_nothing_gets_every_reason_of_the_longest_list(sample, library):
    """The clinic's own questions and rules; nothing answered is nothing cleared."""
    raw = {"procedures": ["mesolifting"], "on": "2026-11-21", "answers": {}}
    report = compile_report(library, read_case(library, raw), raw, sample["frame"])
    [procedure] = report["procedures"]
    assert procedure["outcome"] == "information-needed"
    assert len(procedure["reasons"]) > 20

    # A hyphen at the end of a line is lost on the way back.
    text = plain_text(render_pdf(report)).replace("-", "")

    for reason in procedure["reasons"]:
        assert f"{reason['name']}: not known. {reason['because']}".replace("-", "") in text
        assert ", ".join(reason["sources"]).replace("-", "") in text
    assert not re.search(r"\b(safe|eligible|cleared)\b", text, re.IGNORECASE)


def test_each_outcome_has_its_own_words(report):
    """A day only where every deferral has one."""
    said = {
        ("contraindicated", None): "Contraindicated",
        ("deferred", "2026-11-25"): "Deferred until 25 November 2026",
        ("deferred", None): "Deferred, no date yet",
        ("information-needed", None): "Information needed",
        ("precaution", None): "Precaution: the doctor weighs",
        ("no-contraindication-identified", None): "No contraindication identified",
    }
    [model, *_] = report["procedures"]
    report["procedures"] = [
        model | {"id": str(n), "outcome": outcome, "until": until, "reasons": []}
        for n, (outcome, until) in enumerate(said)
    ]
    report["sections"] = []
    text = plain_text(render_pdf(report))
    assert all(word in text for word in said.values())


def test_the_decision_comes_right_after_the_header(decided_pdf):
    first = page_one(decided_pdf)
    order = ["Nguyễn Thị Lan", "Decline", "Signed as the deciding doctor", "SHA-256"]
    places = [first.index(said) for said in order]
    assert places == sorted(places)
    for said in (
        "Dr Mai Trần",
        "30 November 2026, 09:20 GMT (UTC+0)",
        "Request",
        "None given",
        DECISION["screening_sha256"],
    ):
        assert said in first


@pytest.mark.parametrize("written", ["Patch test first, 48 hours before.", "اختبار قبل أسبوع."])
def test_the_doctors_conditions_stand_on_the_plan_in_the_doctors_words(brief, written):
    brief["translated"] = {
        "language": "ar",
        "reviewed_by": None,
        "procedures": brief["procedures"],
        "sections": brief["sections"],
    }
    one = DECISION["decisions"][1] | {"decision": "proceed-with-conditions", "conditions": written}
    decision = DECISION | {"decisions": [one]}

    for reader in (Reader.DOCTOR, Reader.PATIENT):
        text = plain_text(render_pdf(brief, decision, reader=reader))
        read = unicodedata.normalize("NFKC", text)
        missing = [word for word in written.rstrip(".").split() if word not in read]
        assert missing == [], reader


def test_every_page_says_which_it_is_of_how_many(screening_pdf):
    texts = pages(screening_pdf)
    for number, text in enumerate(texts, 1):
        foot = words(text.strip().splitlines()[-1])
        assert foot.startswith("SC-2026-000123 · Nguyễn Thị Lan · born 3 May 1990")
        assert foot.endswith(f"page {number} of {len(texts)} · rules 3f2a91c0b7de")


def test_the_foot_of_a_page_is_an_artifact_and_everything_else_is_tagged(screening_pdf):
    with pikepdf.open(io.BytesIO(screening_pdf)) as pdf:
        for page in pdf.pages:
            content = page.Contents.read_bytes()
            parts = re.findall(rb"/(\w+)\s(?:<</MCID \d+>>\s)?B[DM]C(.*?)EMC", content, re.DOTALL)
            texts = [kind for kind, drawn in parts if b"BT\n" in drawn]
            assert content.count(b"BT\n") == len(texts)
            assert texts.count(b"Artifact") == 2


def test_headers_of_tables_say_what_they_head(elements):
    scopes = {str(one.A.Scope) for kind, one in elements if kind == "/TH"}
    assert scopes == {"/Column", "/Row"}


def test_headings_lead_down_without_a_gap_and_become_bookmarks(elements, screening_pdf):
    levels = [int(kind[2]) for kind, _ in elements if re.fullmatch(r"/H\d", kind)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    [title] = pypdf.PdfReader(io.BytesIO(screening_pdf)).outline[:1]
    assert title.title == "Nguyễn Thị Lan, 36"


def test_every_section_of_answers_has_a_bookmark(screening_pdf, sample):
    _, (_, *parts) = pypdf.PdfReader(io.BytesIO(screening_pdf)).outline
    [answers] = [n for n, part in enumerate(parts) if getattr(part, "title", "") == "All answers"]
    titles = [section.title for section in parts[answers + 1]]
    assert titles == [section["title"] for section in sample["sections"]]


def test_the_drawing_is_shown_and_described(elements):
    [figure] = [one for kind, one in elements if kind == "/Figure"]
    assert str(figure.Alt) == "Drawing made by the patient with the declaration"


def test_both_standards_are_claimed_with_language_title_and_times(screening_pdf):
    with pikepdf.open(io.BytesIO(screening_pdf)) as pdf:
        metadata = pdf.Root.Metadata.read_bytes().decode()
        assert pdf.Root.Lang == "en"
        assert pdf.Root.MarkInfo.Marked is True
        assert pdf.docinfo["/Title"] == "Screening report SC-2026-000123"
        assert str(pdf.docinfo["/CreationDate"]).startswith("D:20261121101500")
    assert 'pdfaid:part="3" pdfaid:conformance="A"' in metadata
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata


def test_our_own_fonts_are_embedded_bold_included(screening_pdf):
    listed = subprocess.run(
        ["pdffonts", "-"], input=screening_pdf, capture_output=True, check=True
    ).stdout.decode()
    rows = [line.split() for line in listed.splitlines()[2:]]
    assert {row[0].split("+")[1] for row in rows} == {
        "Noto-Sans",
        "Noto-Sans-Semi-Bold",
        "Noto-Serif-Medium",
    }
    assert all(row[-5:-2] == ["yes", "yes", "yes"] for row in rows)


def test_the_record_is_attached_without_the_drawing(sample, screening_pdf):
    files = attached(screening_pdf)
    assert list(files) == ["record.json"]
    record = json.loads(files["record.json"])
    assert record["case"] == sample["case"]
    assert record["verdicts"] == sample["verdicts"]
    assert record["definitions"] == sample["definitions"]
    assert record["frame"]["patient"]["name"] == "Nguyễn Thị Lan"
    assert "ink" not in record["frame"]["declaration"]
    assert "ink" in sample["frame"]["declaration"]


def test_the_answers_are_attached_as_the_source_of_the_report(brief):
    brief["response"] = {"resourceType": "QuestionnaireResponse", "status": "completed"}
    pdf = render_pdf(brief)
    assert json.loads(attached(pdf)["questionnaire-response.json"]) == brief["response"]
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        related = {str(one.UF): str(one.AFRelationship) for one in opened.Root.AF}
    assert related == {"record.json": "/Data", "questionnaire-response.json": "/Source"}


def test_the_decided_report_carries_the_sealed_one_as_its_source(decided_pdf, screening_pdf):
    assert attached(decided_pdf)["screening-report.pdf"] == screening_pdf
    with pikepdf.open(io.BytesIO(decided_pdf)) as pdf:
        assert {str(one.UF): str(one.AFRelationship) for one in pdf.Root.AF} == {
            "record.json": "/Data",
            "screening-report.pdf": "/Source",
        }
        assert len(pdf.Root.AF) == 2


def test_only_tags_that_say_something_are_left_and_each_mark_leads_back_to_its_own(screening_pdf):
    """Each object more is followed many times by whoever verifies the second signature."""
    with pikepdf.open(io.BytesIO(screening_pdf)) as pdf:
        numbers = list(pdf.Root.StructTreeRoot.ParentTree.Nums)
        parents = dict(zip(map(int, numbers[::2]), numbers[1::2], strict=True))
        keys = {page.obj.objgen: int(page.StructParents) for page in pdf.pages}
        marks = []

        def walk(element):
            for kid in element.K:
                if not isinstance(kid, pikepdf.Dictionary):
                    marks.append((keys[element.Pg.objgen], int(kid), element.objgen))
                elif kid.get("/Type") == pikepdf.Name.MCR:
                    marks.append((keys[kid.Pg.objgen], int(kid.MCID), element.objgen))
                else:
                    assert kid.P.objgen == element.objgen
                    assert pikepdf.Name.NonStruct != kid.S
                    assert pikepdf.Name.Span != kid.S or "/Lang" in kid or element.S != "/P"
                    walk(kid)

        for element in pdf.Root.StructTreeRoot.K:
            walk(element)
        tagged = [
            (key, number, element.objgen)
            for key, of_page in parents.items()
            for number, element in enumerate(of_page)
            if isinstance(element, pikepdf.Dictionary)
        ]
        assert sorted(marks) == tagged
        assert len(pdf.objects) < 800


def test_no_object_hides_in_a_compressed_stream(decided_pdf):
    """Two signatures on such a file would take four seconds to verify."""
    assert b"/ObjStm" not in decided_pdf


def test_a_case_without_patient_and_declaration_leaves_them_out(report):
    report["frame"] |= {
        "number": None,
        "clinic": None,
        "patient": None,
        "declaration": None,
        "appointment": None,
        "audit_head": None,
    }
    text = plain_text(render_pdf(report))
    assert "Contraindicated" in text
    for absent in ("None of the", "None yet", "declaration", "Appointment", "born"):
        assert absent not in text.replace("None of these", "")


def test_hostile_text_is_harmless_and_costs_seconds_not_minutes(report, caplog):
    for answer, text in zip(report["sections"][1]["answers"] * 2, HOSTILE, strict=False):
        answer["text"] = answer["find_out"] = text
    for section, text in zip(report["sections"] * 2, HOSTILE, strict=False):
        section["answers"][-1] |= {"text": text, "question": text, "plain": False}
        section["title"] = text
    report["frame"]["patient"]["name"] = "".join(HOSTILE[:6])
    report["frame"]["number"] = HOSTILE[2] + HOSTILE[5]
    report["frame"]["declaration"]["name"] = HOSTILE[6]
    report["frame"]["declaration"]["ink"] = "1,2 <script>"
    report["case"]["answers"] = {"medicines": "\ud800\x00"}

    started = time.process_time()
    pdf = render_pdf(report)
    assert time.process_time() - started < 8

    text = plain_text(pdf)
    assert "<script>alert(1)</script>" in text
    assert "Failed to load" not in caplog.text, "taken for a part of the page"
    assert "{{ 7 * 7 }}" in text
    assert "evitagen" in text
    assert not re.search("[\x00-\x08\x1b\u202d\u202e\u2066-\u2069]", text.replace("\f", ""))
    assert list(attached(pdf)) == ["record.json"]
    assert json.loads(attached(pdf)["record.json"])["case"]["answers"]["medicines"] == "\ud800\x00"
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert opened.check_pdf_syntax() == []


class Ear(BaseHTTPRequestHandler):
    """Remembers who asked it for something."""

    heard: ClassVar[list[str]] = []

    def do_GET(self):
        self.heard.append(self.path)
        self.send_error(404)


@pytest.mark.parametrize("address", ["http", "file", "data", "relative", "template"])
def test_nothing_is_fetched_from_outside(address):
    server = HTTPServer(("127.0.0.1", 0), Ear)
    listening = threading.Thread(target=server.serve_forever)
    listening.start()
    url = {
        "http": f"http://127.0.0.1:{server.server_port}/secret",
        "file": Path("/etc/hostname").as_uri(),
        "data": "data:image/svg+xml,<svg/>",
        "relative": f"{PICTURES}../report/diamond.svg",
        "template": f"{PICTURES}report.html",
    }[address]
    try:
        _laid_out(f'<html lang="en"><title>x</title><img src="{url}" alt="x">', [], None, None)
        with pytest.raises(URLFetchingError), fetch(OwnPictures(), url):
            pass
    finally:
        server.shutdown()
        listening.join()
        server.server_close()
    assert Ear.heard == []


def test_our_own_pictures_are_found():
    for path in (TEMPLATES / "report").glob("*.svg"):
        with fetch(OwnPictures(), f"{PICTURES}{path.name}") as found:
            assert found.read() == path.read_bytes()


def test_a_drawing_is_numbers_or_nothing():
    assert drawing_of("1,2 3,4;9,9").path == "M1 2L3 4 M9 9L9 9"
    assert drawing_of("1,2 3,4;9,9").view_box == "-5 -4 20 19"
    for ink in (None, "", ";", "1", '1,2"/><script>', "1,2 " * 5_001, "1.5,2", "1,2\x00"):
        assert drawing_of(ink) is None


@pytest.mark.parametrize("otherwise", ["absent", "unknown", None])
def test_a_report_says_where_what_was_not_mentioned_is_absent(report, otherwise):
    """It does not claim then that nothing was read as a no."""
    report["case"] = report["case"] | ({"otherwise": otherwise} if otherwise else {})
    text = plain_text(render_pdf(report))

    assert ("what it does not mention is absent" in text) == (otherwise == "absent")
    assert ("None of these was read as “no”" in text) == (otherwise != "absent")


WROTE = "Metformin 500 mg, twice a day"
CLASH = {
    "because": "Breastfeeding and no birth do not go together.",
    "answers": [
        {"link_id": "pregnant", "question": "Are you pregnant?", "text": "No"},
        {"link_id": "nobody_asked", "question": "Did the test say so?", "text": "Yes"},
    ],
    "leaves_open": ["Pregnant", "Breastfeeding", "Gave birth", "Trying for a baby"],
}


@pytest.fixture
def heard(report):
    """Return the report with a text to read, a contradiction and something that still goes on."""
    read = {"link_id": "medicines", "question": "Which medicines do you take?", "text": WROTE}
    report["to_read"] = [read | {"not_recognised": ["Metformin"]}]
    report["contradictions"] = [CLASH]
    light, face, gas = report["procedures"]
    light["reasons"] = [
        ISOTRETINOIN
        | {"wait": "6 months", "outcome": "deferred", "still": True, "counted_from": "last dose"}
    ]
    gas |= {"to_read": ["medicines"], "outcome": "precaution", "reasons": []}
    return report | {"procedures": [light, face, gas]}


def test_page_one_says_what_is_to_read_and_what_cannot_both_be_true(heard):
    first = words(pages(render_pdf(heard))[0])

    assert "To read" in first
    assert f"Which medicines do you take? {WROTE}" in first
    assert "not recognised: Metformin" in first
    assert "Cannot both be true" in first
    assert CLASH["because"] in first
    assert "Are you pregnant? No · Did the test say so? Yes" in first
    assert "left open: Pregnant; Breastfeeding; Gave birth, and 1 more" in first


def test_a_procedure_whose_answers_are_to_be_read_never_says_that_nothing_holds(heard):
    text = plain_text(render_pdf(heard))

    assert re.search(r"To be read first: \d+", text)
    assert "Nothing on the list of this procedure holds" not in text
    assert "Nothing on the list" not in plain_text(render_pdf(heard, reader=Reader.PATIENT))


def test_what_goes_on_has_no_end_yet_and_nobody_is_invited_to_stop_a_medicine(heard, copy_pdf):
    heard["procedures"] = heard["procedures"][:1]
    text = plain_text(render_pdf(heard))

    assert "No end yet: 6 months after the last dose" in text
    assert "Clears on" not in text
    assert "Do not stop taking any medicine" in plain_text(copy_pdf)


def test_the_copy_tells_the_patient_what_the_doctor_will_read_and_ask(heard):
    text = plain_text(render_pdf(heard, reader=Reader.PATIENT))

    assert f"The doctor reads this in your own words Which medicines do you take? {WROTE}" in text
    assert "Some of your answers do not fit together." in text
    assert CLASH["because"] in text


def test_a_report_of_before_prints_no_empty_block(screening_pdf):
    text = plain_text(screening_pdf)

    assert "To read" not in text
    assert "Cannot both be true" not in text


def test_who_approved_a_list_on_which_day_stands_where_the_draft_sentence_stood(report):
    approved = {"by": "Dr Anna Kern", "on": "2026-12-01"}
    one = {**report["procedures"][0], "approved": approved}
    text = plain_text(render_pdf({**report, "procedures": [one]}))

    assert "The list of Photorejuvenation was approved by Dr Anna Kern on 1 December 2026." in text
    assert "research drafts" not in text


def test_a_passage_in_another_language_than_its_page_is_tagged_with_it():
    html = '<html lang="ru"><title>x</title><p>а <span lang="vi">b</span> <b lang="ru">в</b></p>'
    page = finish_tags(_laid_out(f'{html}<p lang="en">c</p>', [], None, None))
    with pikepdf.open(io.BytesIO(page)) as pdf:
        spoken = [
            (str(element.S), str(element.Lang))
            for element in pdf.objects
            if isinstance(element, pikepdf.Dictionary) and {"/S", "/Lang"} <= set(element.keys())
        ]
        assert pdf.Root.Lang == "ru"
    assert sorted(spoken) == [("/P", "en"), ("/Span", "vi")]
