"""One report of the real questions, as a clinic in a full week would get it.

Forty questions and more: most answers a quiet "no", five that matter, three that the
patient does not know. Measured by report.py and pictured by pictures.py.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from screening.clinical.definitions.definitions import assemble_questionnaire
from screening.clinical.definitions.questionnaire import (
    Answer,
    Item,
    ItemType,
    first_unanswered,
    journey,
)
from screening.clinical.evaluation.case import read_case
from screening.clinical.report.parts import Report
from screening.clinical.report.report import WORDS, compile_report, translated
from screening.definitions.loading import load_definitions
from screening.documents.rendering.wording import say_in

ON = date(2026, 11, 21)
PROCEDURES = ("mesotherapy-face", "soft-lifting", "botulinum-toxin")
CODE = "K7QM-2XWD-9RTH-4VNC"
TOLD: dict[str, Answer] = {
    "date_of_birth": "1990-05-03",
    "painkiller": "yes",
    "painkiller_last_dose": "2026-11-18",
    "easy_bruise": "unknown",
    "past_clots": "unknown",
    "scars": "unknown",
    "faint": "yes",
    "cold_sore_past": "sometimes",
    "cold_sore_now": "yes",
}
FRAME: dict[str, Any] = {
    "number": "AC-2026-000123",
    "clinic": {
        "name": "Aurelia Clinic",
        "address": "1 Demo Street, London W1",
        "phone": "+44 20 7946 0000",
    },
    "patient": {"name": "Leila Hassan", "born": "1990-05-03"},
    "submitted_at": "2026-11-21T10:15:00+00:00",
    "zone": "Europe/London",
    "language": "en",
    "appointment": "2026-11-30T09:00:00+00:00",
    "declaration": {
        "text": "I have answered as well as I can. I know that the doctor decides.",
        "name": "Leila Hassan",
        "at": "2026-11-21T10:14:30+00:00",
        "ink": "20,90 24,60 32,30 40,28 44,50 40,80 52,84 64,60 70,52 74,70 80,84 96,60 108,40 "
        "112,70 120,82 140,60 180,56 230,50;118,30",
    },
    "audit_head": "5eed" * 16,
    "verify": {
        "code": CODE,
        "address": f"https://aurelia.example/verify/{CODE}",
        "trusted_time": True,
    },
}
DECISION: dict[str, Any] = {
    "doctor": {"name": "Dr Mai Trần"},
    "at": "2026-11-23T09:20:00+00:00",
    "screening_sha256": "c0ffee" * 10 + "beef",
}
CHOICES = {
    "mesotherapy-face": ("defer", "The cold sore has to heal first.", ""),
    "soft-lifting": ("defer", "The cold sore has to heal first.", ""),
    "botulinum-toxin": (
        "proceed-with-conditions",
        "The forehead alone, and the dose is small.",
        "No painkiller of the aspirin kind until then. Lie down for ten minutes afterwards.",
    ),
}


def example(language: str = "en") -> Report:
    """Return the report of a patient who read the questions in `language`."""
    definitions = load_definitions(Path(__file__).parents[1] / "questions")
    questionnaire, answers = assemble_questionnaire(definitions, PROCEDURES), dict[str, Answer]()
    while item := first_unanswered(journey(questionnaire, answers), answers):
        answers[item.link_id] = TOLD.get(item.link_id, quiet(item))
    raw = {
        "procedures": list(PROCEDURES),
        "on": ON.isoformat(),
        "visit": FRAME["appointment"][:10],
        "answers": answers,
    }
    case = read_case(definitions, raw)
    report = compile_report(definitions, case, raw, FRAME)
    if language != "en":
        say = say_in(language)
        words = {code: say(word) for code, word in WORDS.items()}
        report["translated"] = translated(definitions, case, language, words)
    return report


def quiet(item: Item) -> Answer:
    """Return the answer that says least."""
    match item.type:
        case ItemType.DATE:
            return "2026-10-01"
        case ItemType.TEXT:
            return "Nothing"
        case ItemType.SOME_OF:
            return ["none"]
        case ItemType.ONE_OF:
            return next((o.id for o in item.options if not o.means), item.codes[0])
    return "no"


def decision(report: Report) -> dict[str, Any]:
    """Return what the doctor decided on `report`."""
    return DECISION | {
        "decisions": [
            {"procedure": one["id"], "name": one["name"], "decision": choice}
            | {"reason": reason, "codes": [], "conditions": conditions}
            for one in report["procedures"]
            for choice, reason, conditions in [CHOICES[one["id"]]]
        ]
    }
