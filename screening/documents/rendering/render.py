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
from datetime import UTC, datetime
from functools import cache
from threading import Lock
from typing import Any, cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from weasyprint import CSS, HTML, Attachment
from weasyprint.text.fonts import FontConfiguration

from screening.clinical.definitions.folder import Words
from screening.clinical.report.annex import Annex
from screening.clinical.report.parts import Report
from screening.documents.rendering.clean_text import without_vowel_signs, written_direction
from screening.documents.rendering.content import content_of, content_of_annex
from screening.documents.rendering.dates import answer_text, day_text, length_text, moment_text
from screening.documents.rendering.fonts import use_own_fonts
from screening.documents.rendering.pictures import LOGO, PICTURES, OwnPictures
from screening.documents.rendering.reader import Reader
from screening.documents.rendering.wording import say_in, words_of
from screening.documents.tagged.append import append_tagged
from screening.documents.tagged.tags import finish_tags, name_languages
from screening.documents.tagged.xmp_claims import TwoClaims
from screening.documents.verifying.record import RECORD
from screening.shipped import TEMPLATES

ARCHIVE = "pdf/a-3a"
PAPERS = ("A4", "Letter")
DECIDED = {Reader.DOCTOR: "decided", Reader.PATIENT: "sheet"}  # what follows a decision
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

    With `decision` it is what was decided, as a cover before the pages of the files that it
    rests on: `embedded`, which are attached too. What is sealed is never changed by this; seal
    what comes out. `logo` is the clinic's, a PNG.
    """
    when = _moment(report, decision)
    if reader is Reader.ANNEX:
        content = content_of_annex(cast(Annex, report), when)
    else:
        content = content_of(report, decision, when, reader)
    content["logo"] = f"{PICTURES}{LOGO}" if logo else None
    template = DECIDED[reader] if decision else str(reader)
    page = without_vowel_signs(
        _template(template, content["language"], words_of(report, content["language"])).render(
            content
        )
    )
    files = [
        _attachment(name, content, when, relationship)
        for name, content, relationship in _files(report, reader)
    ]
    files += [_attachment(name, pdf, when, "Source") for name, pdf in (embedded or {}).items()]
    with _one_at_a_time, _uncollected():
        made = finish_tags(_laid_out(page, files, report["frame"].get("paper"), logo))
        for pdf in (embedded or {}).values():
            made = append_tagged(made, pdf)
    return made


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
def _template(name: str, language: str, words: Words) -> Template:
    """Return a template, its fixed words in `language` or, where one lacks, in English."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES / "documents"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["_"] = say_in(language, words)
    environment.globals["w"] = environment.get_template("words.html").module
    environment.filters |= {
        "answered": answer_text,
        "day": day_text,
        "direction": written_direction,
        "lasting": length_text,
        "moment": moment_text,
    }
    return environment.get_template(f"{name}.html")


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
    name_languages()
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
