"""A report as a PDF that people and machines can read, archive and hear read aloud.

It prints what the report holds and decides nothing. The same report gives the
same bytes: every moment on the page and in the file comes from the report.
Nothing is fetched but our own pictures, and no text of a patient reaches the
page uncleaned.
"""

import gc
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import cache
from threading import Lock
from typing import Any

from babel import Locale
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from weasyprint import CSS, HTML, Attachment
from weasyprint.text.fonts import FontConfiguration

from screening.clinical.definitions.language import ENGLISH
from screening.clinical.report.parts import Report
from screening.documents.rendering.aftercare import day_of_treatment, in_order, planned_in
from screening.documents.rendering.clean_text import (
    LONGEST_DECLARATION,
    clean_text,
    clean_texts,
    without_vowel_signs,
    written_direction,
)
from screening.documents.rendering.dates import (
    answer_text,
    day_text,
    length_text,
    locale_of,
    moment_text,
)
from screening.documents.rendering.drawing import drawing_of
from screening.documents.rendering.fonts import use_own_fonts
from screening.documents.rendering.pictures import LOGO, PICTURES, OwnPictures
from screening.documents.rendering.qr import picture_of
from screening.documents.rendering.reader import Reader
from screening.documents.rendering.tags import finish_tags
from screening.documents.rendering.wording import say_in
from screening.documents.rendering.xmp_claims import TwoClaims
from screening.documents.verifying.record import RECORD
from screening.shipped import TEMPLATES

ARCHIVE = "pdf/a-3a"
PAPERS = ("A4", "Letter")
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
# Two threads in one FontConfiguration corrupt the heap.
_one_at_a_time = Lock()


def render_pdf(
    report: Report,
    decision: Mapping[str, Any] | None = None,
    embedded: Mapping[str, bytes] | None = None,
    reader: Reader = Reader.DOCTOR,
    logo: bytes | None = None,
) -> bytes:
    """Return `report` as PDF/A-3a and PDF/UA-1 in one file, with the record attached.

    With `decision` it is the decided report, and `embedded` the files that it
    rests on: the sealed screening report. A sealed report is never changed by this;
    seal what comes out. `logo` is the clinic's, a PNG.
    """
    when = _moment(report, decision)
    content = _page(report, decision, when, reader) | {
        "logo": f"{PICTURES}{LOGO}" if logo else None
    }
    page = without_vowel_signs(_template(reader, content["language"]).render(content))
    files = [
        _attachment(name, content, when, relationship)
        for name, content, relationship in _files(report, reader)
    ]
    files += [_attachment(name, pdf, when, "Source") for name, pdf in (embedded or {}).items()]
    with _one_at_a_time, _uncollected():
        return finish_tags(_laid_out(page, files, report["frame"].get("paper"), logo))


@contextmanager
def _uncollected() -> Iterator[None]:
    """Let no garbage be looked for: a page of thousands of boxes makes none, and pays a fifth."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _files(report: Report, reader: Reader) -> Iterator[tuple[str, bytes, str]]:
    """Yield what is attached: name, content, and its relationship to the report."""
    if reader is Reader.DOCTOR:
        yield RECORD, _record(report), "Data"
        if issues := report.get("issues"):
            entries = [{"resource": issue} for issue in issues]
            bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
            yield "detected-issues.json", _json(bundle), "Data"
    if response := report.get("response"):
        yield "questionnaire-response.json", _json(response), "Source"


def _moment(report: Report, decision: Mapping[str, Any] | None) -> datetime:
    """Return when the report came to be, as far as anyone outside can tell."""
    written = decision["at"] if decision else report["frame"].get("submitted_at") or report["on"]
    moment = datetime.fromisoformat(written)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


@cache
def _template(reader: Reader, language: str) -> Template:
    """Return what `reader` reads, its fixed words in `language` or, where one lacks, in English."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES / "documents"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["_"] = say_in(language)
    environment.globals["w"] = environment.get_template("words.html").module
    environment.filters |= {
        "answered": answer_text,
        "day": day_text,
        "direction": written_direction,
        "lasting": length_text,
        "moment": moment_text,
    }
    return environment.get_template(f"{reader}.html")


def _page(
    report: Report, decision: Mapping[str, Any] | None, when: datetime, reader: Reader
) -> dict[str, Any]:
    """Return all that the template prints, every text of it cleaned."""
    frame = dict.fromkeys(FRAME) | report["frame"]
    zone = frame["zone"] or "UTC"
    treated = day_of_treatment(frame | {"zone": zone})
    read: Mapping[str, Any] = report.get("translated") or {}
    texts: Mapping[str, Any] = read if read and reader is Reader.PATIENT else report
    language = texts.get("language") or frame["language"] or ENGLISH
    shown = clean_texts({key: texts[key] for key in ("procedures", "sections")})
    declaration = frame["declaration"] or {}
    asked = (answer["link_id"] for section in report["sections"] for answer in section["answers"])
    return {
        **shown,
        "sources": clean_texts(report["sources"]),
        "medicines": clean_texts(report.get("medicines", [])),
        "to_read": clean_texts(texts.get("to_read", [])),
        "contradictions": clean_texts(texts.get("contradictions", [])),
        "reader": reader,
        "names": {procedure["id"]: procedure["name"] for procedure in shown["procedures"]},
        "planned": planned_in(decision),
        "frame": clean_texts(frame | {"declaration": None}),
        "declaration": clean_texts(declaration, LONGEST_DECLARATION),
        "drawing": drawing_of(declaration.get("ink")),
        "picture": picture_of(verify["address"]) if (verify := frame["verify"]) else None,
        "decision": clean_texts(dict(decision)) if decision else None,
        "definitions": clean_text(report["definitions"]),
        "on": report["on"],
        "absent_otherwise": report["case"].get("otherwise") == "absent",
        "numbers": {link_id: number for number, link_id in enumerate(asked, 1)},
        "language": language,
        "direction": direction_of(language),
        "locale": locale_of(language),
        "read": _as_read(read, language),
        "is_draft_translation": language != ENGLISH and not texts.get("reviewed_by"),
        "original": {"lang": ENGLISH, "dir": "ltr"} if language != ENGLISH else {},
        "zone": zone,
        "treated": treated.isoformat() if treated else None,
        "care": [
            (procedure["id"], procedure["name"], in_order(care, treated, day))
            for procedure in shown["procedures"]
            for day in [date.fromisoformat(report["on"])]
            if (care := procedure.get("aftercare")) and any(care.values())
        ],
        "written": when.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def direction_of(language: str) -> str:
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"


def _as_read(read: Mapping[str, Any], language: str) -> dict[str, Any] | None:
    """Return questions and answers as the patient read them, None where that is `language`.

    The report shows both side by side; a translation that no clinician has read is
    named as one.
    """
    if not read:
        return None
    answers = (answer for section in read["sections"] for answer in section["answers"])
    said = {a["link_id"]: {"question": a["question"], "text": a["text"]} for a in answers}
    return {
        "language": read["language"],
        "name": Locale.parse(read["language"]).get_display_name(locale_of(language)),
        "direction": direction_of(read["language"]),
        "locale": locale_of(read["language"]),
        "is_draft": read["language"] != ENGLISH and not read["reviewed_by"],
        "answers": clean_texts(said) if read["language"] != language else {},
    }


def _record(report: Report) -> bytes:
    """Return what another system needs to replay the verdicts, as canonical JSON.

    Texts stand in it as they were typed. The drawing is left out: it proves
    nothing about the verdicts and says much about the person.
    """
    frame = dict(report["frame"])
    if frame.get("declaration"):
        frame["declaration"] = {k: v for k, v in frame["declaration"].items() if k != "ink"}
    record = {
        "case": report["case"],
        "verdicts": report["verdicts"],
        "definitions": report["definitions"],
        "frame": frame,
    }
    return _json(record)


def _json(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, sort_keys=True, separators=(",", ":")).encode("ascii")


def _attachment(name: str, content: bytes, when: datetime, relationship: str) -> Attachment:
    return Attachment(
        string=content, name=name, created=when, modified=when, relationship=relationship
    )


def _laid_out(page: str, files: list[Attachment], paper: str | None, logo: bytes | None) -> bytes:
    fonts, *stylesheets = _typography(paper if paper in PAPERS else PAPERS[0])
    document = HTML(string=page, url_fetcher=OwnPictures(logo)).render(
        font_config=fonts, stylesheets=stylesheets, pdf_variant=ARCHIVE
    )
    document.metadata = TwoClaims(**vars(document.metadata))
    # write_pdf forgets the options of render: without the files here none is attached.
    # finish_tags compresses, in a tenth of the whole time less.
    written: bytes = document.write_pdf(
        pdf_variant=ARCHIVE, attachments=files, uncompressed_pdf=True
    )
    return written


@cache
def _fonts() -> FontConfiguration:
    use_own_fonts()
    return FontConfiguration()


@cache
def _typography(paper: str) -> tuple[FontConfiguration, CSS, CSS]:
    """Return fonts and stylesheets, one of each a process; new ones cost time and memory."""
    looks = (TEMPLATES / "documents" / "report.css").read_text("utf-8")
    size = f"@page {{ size: {paper} }}"
    first, second = (
        CSS(string=text, font_config=_fonts(), url_fetcher=OwnPictures()) for text in (looks, size)
    )
    return _fonts(), first, second
