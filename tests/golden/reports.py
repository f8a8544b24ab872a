"""Reports of made-up patients at one moment, before they are sealed, and what such a file says."""

import io
import json
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pikepdf
from pypdf import PdfReader

from screening.clinical.definitions.definitions import Definitions, assemble_questionnaire
from screening.clinical.definitions.questionnaire import first_unanswered, journey
from screening.clinical.evaluation.case import read_case
from screening.clinical.report.decisive import decisive_answers
from screening.clinical.report.parts import Report
from screening.clinical.report.report import compile_report, translated
from screening.definitions.loading import load_definitions
from screening.documents.rendering.logo import clean_logo
from screening.documents.rendering.reader import Reader
from screening.documents.rendering.render import render_pdf
from screening.workflow.core.language import answer_words
from tests.clinical.evaluation.test_promises import quiet_answer

ROOT = Path(__file__).parents[2]
LOGO = clean_logo((ROOT / "tests" / "logo.png").read_bytes())
INK = (
    "20,90 24,60 32,30 40,28 44,50 40,80 52,84 64,60 70,52 74,70 80,84 96,60 "
    "108,40 112,70 120,82 140,60 180,56 230,50;118,30"
)
FRAME = {
    "number": "SC-2026-000123",
    "clinic": {"name": "Aurelia", "address": "1 Demo Street, London", "phone": "+44 20 7946 0000"},
    "patient": {"name": "Nguyễn Thị Lan", "born": "1990-05-03"},
    "submitted_at": "2026-11-21T10:15:00+00:00",
    "zone": "Europe/London",
    "language": "en",
    "paper": "A4",
    "confirmed": None,
    "appointment": "2026-11-30T09:00:00+00:00",
    "declaration": {
        "text": "I have answered as well as I can. I know that the doctor decides.",
        "name": "Nguyễn Thị Lan",
        "at": "2026-11-21T10:14:30+00:00",
        "ink": "",
    },
    "audit_head": "0f" * 32,
    "verify": {
        "code": "ABCD-EFGH-JKLM-NPQR",
        "address": "https://clinic.example/verify/ABCD-EFGH-JKLM-NPQR",
        "trusted_time": False,
    },
}
TABLET = FRAME | {
    "paper": "Letter",
    "declaration": FRAME["declaration"]
    | {"ink": INK, "by": {"who": "interpreter", "name": "Thu Tran"}},
}
# Each of the five outcomes once: clear, information needed, deferred, precaution, contraindicated.
FIVE = ("chemical-peel", "botulinum-toxin", "mesotherapy-face", "prp", "microcurrent")
ILL = {
    "painkiller": "yes",
    "painkiller_last_dose": "2026-11-18",
    "muscle": "unknown",
    "smoke": "daily",
    "other_meds": "yes",
    "medicine_list": "Metformin 500 mg & a <b>cream</b>\nfor the skin",
    "viral_blood": ["tell-doctor"],
    "device": "yes",
}
CONDITIONS = "Проба за неделю"
DECIDED = {
    "doctor": {"name": "Dr Mai Trần"},
    "at": "2026-11-30T09:20:00+00:00",
    "decisions": [
        {
            "procedure": "mesotherapy-face",
            "name": "Mesotherapy, face",
            "decision": "proceed-with-conditions",
            "reason": "A small area first.",
            "conditions": "Patch test a week before",
        },
        {
            "procedure": "microcurrent",
            "name": "Microcurrent",
            "decision": "decline",
            "reason": "Not with a device that runs on a battery.",
        },
        {"procedure": "prp", "name": "PRP", "decision": "defer", "reason": ""},
    ],
    "screening_sha256": "c0ffee" * 10 + "beef",
}
BESIDE = {
    "emergency": "112",
    "earlier": [
        {
            "what": "decision",
            "day": "2025-09-03",
            "doctor": "Dr Omar Haddad",
            "rulings": [DECIDED["decisions"][1] | {"codes": ["treat-first"], "conditions": ""}],
        },
        {"what": "treatment", "day": "2025-06-14", "names": ["PRP"]},
        {"what": "check-in", "day": "2025-06-21"},
    ],
    "unreadable": False,
    "unconfirmed": True,
}
MOSCOW = FRAME | {"zone": "Europe/Moscow"}
IN_RUSSIAN = DECIDED | {
    "doctor": {"name": "Анна Лебедева"},
    "decisions": [
        one | {"name": name, "reason": reason} | ({"conditions": CONDITIONS} if reason else {})
        for one, name, reason in zip(
            DECIDED["decisions"],
            ("Мезотерапия лица", "Микротоки", "PRP"),
            ("Сначала небольшой участок.", "Не при имплантированном приборе.", ""),
            strict=True,
        )
    ],
}


@cache
def _definitions() -> Definitions:
    return load_definitions(ROOT / "questions")


def _report(
    procedures: tuple[str, ...],
    frame: dict[str, Any],
    patient: str = "en",
    doctor: str = "en",
    **special: Any,
) -> Report:
    """Return the report of a patient who reads `patient` and has nothing but `special` to say."""
    definitions, answers = _definitions(), {}
    questionnaire = assemble_questionnaire(definitions, procedures)
    while item := first_unanswered(journey(questionnaire, answers), answers):
        answers[item.link_id] = special.get(item.link_id, quiet_answer(item))
    raw = {"procedures": list(procedures), "on": "2026-11-21", "answers": answers}
    case = read_case(definitions, raw)
    frame = frame | {"language": doctor}
    report = compile_report(definitions, case, raw, frame, answer_words(doctor))
    report["decisive"] = decisive_answers(definitions, case)
    if patient != doctor:
        report["translated"] = translated(definitions, case, patient, answer_words(patient))
    return report


@cache
def pdfs() -> dict[str, bytes]:
    """Return one report of each kind, the same bytes at every call on one machine."""
    everything = _report(FIVE, FRAME, **ILL)
    three = _report(FIVE[2:], FRAME, **ILL)
    two_languages = _report(("prp",), FRAME, patient="vi", **ILL)
    arabic = _report(("mesotherapy-hair",), FRAME, patient="ar", doctor="ar", pregnant="unknown")
    russian = _report(FIVE[2:], MOSCOW, patient="vi", doctor="ru", **ILL)
    tablet = _report(("microcurrent", "prp"), TABLET, patient="ru", **ILL)
    brief, arabic_pdf = render_pdf(two_languages), render_pdf(arabic)
    return {
        "screening": render_pdf({**everything, "beside": BESIDE}, logo=LOGO),
        "copy": render_pdf(everything, reader=Reader.PATIENT),
        "decided": render_pdf(three, DECIDED, {"SC-2026-000123-screening.pdf": brief}),
        "plan": render_pdf({**three, "beside": BESIDE}, DECIDED, reader=Reader.PATIENT, logo=LOGO),
        "right-to-left": arabic_pdf,
        "russian": render_pdf(russian, IN_RUSSIAN, {"SC-2026-000123-screening.pdf": arabic_pdf}),
        "two-languages": brief,
        "tablet": render_pdf(tablet),
    }


def said_by(pdf: bytes) -> str:
    """Return what `pdf` claims, its tags, its text page by page, and its attachments."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        about = {key: str(value) for key, value in sorted(document.docinfo.items())}
        claims = document.Root.Metadata.read_bytes().decode()
        files = {n: f.get_file().read_bytes() for n, f in sorted(document.attachments.items())}
        tags = "\n".join(_tags(document.Root.StructTreeRoot))
    read = ["pdftotext", "-layout", "-", "-"]
    text = subprocess.run(read, input=pdf, capture_output=True, check=True).stdout.decode()
    pages = text.rstrip("\f\n").replace("\f", "\n---- next page ----\n")
    attached = (f"attached: {name}\n{_shown(content)}" for name, content in files.items())
    return "\n\n".join([json.dumps(about, indent=1), claims, pages, tags, *attached])


def _tags(element: pikepdf.Dictionary, depth: int = 0) -> Iterator[str]:
    """Yield the tags below `element`, a line each: kind, and what is to be said instead."""
    kids = element.get("/K", pikepdf.Array())
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            said = [f"{key}={kid[key]}" for key in ("/Alt", "/ActualText", "/Lang") if key in kid]
            yield " ".join([" " * depth + str(kid["/S"])[1:], *said])
            yield from _tags(kid, depth + 1)


def _shown(content: bytes) -> str:
    try:
        return json.dumps(json.loads(content), indent=1, ensure_ascii=False, sort_keys=True)
    except ValueError:
        is_pdf = content.startswith(b"%PDF")
        return f"{len(PdfReader(io.BytesIO(content)).pages)} pages" if is_pdf else content.decode()
