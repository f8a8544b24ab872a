"""All that a template prints, every text of it cleaned."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from babel import Locale

from screening.clinical.definitions.dates import PartialDate, age_on
from screening.clinical.definitions.language import ENGLISH
from screening.clinical.report.annex import Annex
from screening.clinical.report.parts import Report
from screening.documents.arranged.aftercare import day_of_treatment, in_order, planned_in
from screening.documents.arranged.merged import (
    merged_reasons,
    oldest_day,
    to_confirm,
    visit_of,
)
from screening.documents.arranged.room import room_for
from screening.documents.rendering.clean_text import LONGEST_DECLARATION, clean_text, clean_texts
from screening.documents.rendering.dates import locale_of
from screening.documents.rendering.drawing import drawing_of
from screening.documents.rendering.qr import picture_of
from screening.documents.rendering.reader import Reader

RIGHT_TO_LEFT = {"ar", "fa", "he", "ur"}
FRAME = (
    "number",
    "clinic",
    "patient",
    "submitted_at",
    "zone",
    "language",
    "appointment",
    "declaration",
    "audit_head",
    "confirmed",
    "arrival",
    "verify",
)


def content_of(
    report: Report, decision: Mapping[str, Any] | None, when: datetime, reader: Reader
) -> dict[str, Any]:
    """Return all that the template of `reader` prints; `when` is the moment of the document."""
    frame = dict.fromkeys(FRAME) | report["frame"]
    zone = frame["zone"] or "UTC"
    treated = day_of_treatment(frame | {"zone": zone})
    read: Mapping[str, Any] = report.get("translated") or {}
    texts: Mapping[str, Any] = read if read and reader is Reader.PATIENT else report
    language = texts.get("language") or frame["language"] or ENGLISH
    shown = clean_texts({key: texts[key] for key in ("procedures", "sections")})
    declaration = frame["declaration"] or {}
    on = report["on"]
    reasons = merged_reasons(shown["procedures"], on)
    numbers = numbers_of(report["sections"])
    questions = {a["link_id"]: a for section in shown["sections"] for a in section["answers"]}
    confirm = sorted(
        (numbers[link_id], questions[link_id]["question"])
        for link_id in to_confirm(shown["procedures"], on)
        if link_id in numbers
    )
    # What the clinic's own system told is no word of the patient's, and may be of somebody else.
    heard = [
        one
        for one in texts.get("to_read", [])
        if reader is not Reader.PATIENT or not one.get("noted")
    ]
    room = room_for(
        frame.get("paper"),
        language,
        len(shown["procedures"]),
        reasons,
        [*_lines(questions.values()), *_lines(heard)],
        [question for _, question in confirm],
        questions.values(),
    )
    return {
        **shown,
        "reasons": reasons,
        "room": room,
        "visit": next((v["on"] for p in shown["procedures"] if (v := visit_of(p, on))), None),
        "confirm": confirm,
        "to_tick": {number for number, _ in confirm},
        "oldest": oldest_day(shown["sections"], on),
        "is_draft": any(not p.get("approved") for p in shown["procedures"]),
        "medicines": clean_texts(report.get("medicines", [])),
        "to_read": clean_texts(heard),
        "contradictions": clean_texts(texts.get("contradictions", [])),
        "beside": clean_texts(report.get("beside", {})),
        "reader": reader,
        "names": {procedure["id"]: procedure["name"] for procedure in shown["procedures"]},
        "planned": planned_in(decision),
        "frame": clean_texts(frame | {"declaration": None}),
        "age": _age(frame["patient"], date.fromisoformat(on)),
        "declaration": clean_texts(declaration, LONGEST_DECLARATION),
        "drawing": drawing_of(declaration.get("ink")),
        "picture": picture_of(verify["address"]) if (verify := frame["verify"]) else None,
        "decision": clean_texts(dict(decision)) if decision else None,
        "definitions": clean_text(report["definitions"]),
        "on": on,
        "absent_otherwise": report["case"].get("otherwise") == "absent",
        "numbers": numbers,
        "language": language,
        "direction": direction_of(language),
        "locale": locale_of(language),
        "read": _as_read(read, language),
        "is_draft_translation": language != ENGLISH and not texts.get("reviewed_by"),
        "zone": zone,
        "treated": treated.isoformat() if treated else None,
        "care": [
            (procedure["id"], procedure["name"], in_order(care, treated, date.fromisoformat(on)))
            for procedure in shown["procedures"]
            if (care := procedure.get("aftercare")) and any(care.values())
        ],
        "written": when.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def content_of_annex(annex: Annex, when: datetime) -> dict[str, Any]:
    """Return all that the annex of sources and notes prints."""
    language = annex["frame"]["language"]
    return {
        "frame": clean_texts(dict.fromkeys(FRAME) | dict(annex["frame"])),
        "lists": clean_texts(list(annex["lists"])),
        "sources": clean_texts(annex["sources"]),
        "definitions": annex["definitions"],
        "reader": Reader.ANNEX,
        "language": language,
        "direction": direction_of(language),
        "locale": locale_of(language),
        "original": {"lang": ENGLISH, "dir": "ltr"} if language != ENGLISH else {},
        "written": when.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def direction_of(language: str) -> str:
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"


def numbers_of(sections: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Return the number that each question goes by, in the order in which they were asked."""
    asked = (answer["link_id"] for section in sections for answer in section["answers"])
    return {link_id: number for number, link_id in enumerate(asked, 1)}


def _lines(told: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield what takes a line of page one: what is not known, and what somebody must read."""
    for one in told:
        if one.get("unknown", True):
            yield f"{one['question']} {one['text']} {one.get('find_out') or ''}"


def _age(patient: Mapping[str, Any] | None, on: date) -> int | None:
    """Return the patient's age on the day of the answers, None without a whole birth date."""
    try:
        born = PartialDate.parse((patient or {}).get("born") or "")
    except ValueError:
        return None
    return age_on(born.first, on) if born.first == born.last else None


def _as_read(read: Mapping[str, Any], language: str) -> dict[str, Any] | None:
    """Return questions and answers as the patient read them, None where that is `language`.

    The report shows both side by side; a translation that no clinician has read is
    named as one.
    """
    if not read:
        return None
    answers = (answer for section in read["sections"] for answer in section["answers"])
    said = {
        a["link_id"]: {key: a[key] for key in ("question", "text", "listed") if key in a}
        for a in answers
    }
    return {
        "language": read["language"],
        "name": Locale.parse(read["language"]).get_display_name(locale_of(language)),
        "direction": direction_of(read["language"]),
        "locale": locale_of(read["language"]),
        "is_draft": read["language"] != ENGLISH and not read["reviewed_by"],
        "answers": clean_texts(said) if read["language"] != language else {},
    }
