"""A report as a PDF that people and machines can read, archive and hear read aloud.

It prints what the report holds and decides nothing. The same report gives the
same bytes: every moment on the page and in the file comes from the report.
Nothing is fetched but our own pictures, and no text of a patient reaches the
page uncleaned.
"""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from babel.support import Translations
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from weasyprint import CSS, HTML, Attachment
from weasyprint.pdf.metadata import DocumentMetadata
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from screening.clinical.report import Report
from screening.documents.aftercare import day_of_treatment, in_order
from screening.documents.dates import answer_text, day_text, length_text, locale_of, moment_text
from screening.documents.fonts import use_own_fonts
from screening.documents.ink import drawing_of
from screening.documents.tags import finish_tags
from screening.documents.text import LONGEST_DECLARATION, clean_text, clean_texts

TEMPLATES = Path(__file__).parents[2] / "templates"
WORDS = Path(__file__).parents[1] / "translations"
PICTURES = "picture:"
ARCHIVE = "pdf/a-3a"
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
)
UNIVERSAL_ACCESS = b"""\
<rdf:Description xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" rdf:about=""
 xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"><pdfuaid:part>1</pdfuaid:part></rdf:Description>
<rdf:Description xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" rdf:about=""
 xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#"><pdfaExtension:schemas><rdf:Bag>
<rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>The part of ISO 14289 that is followed</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
</rdf:RDF>"""

# Two threads in one FontConfiguration corrupt the heap.
_one_at_a_time = Lock()


def render_pdf(
    report: Report,
    decision: Mapping[str, Any] | None = None,
    embedded: Mapping[str, bytes] | None = None,
) -> bytes:
    """Return `report` as PDF/A-3a and PDF/UA-1 in one file, with the record attached.

    With `decision` it is the decided report, and `embedded` the files that it
    rests on: the sealed screening report. A sealed report is never changed by this;
    seal what comes out.
    """
    when = _moment(report, decision)
    language = report["frame"].get("language") or "en"
    template = _environment(language).get_template("report.html")
    page = template.render(_page(report, decision, when))
    files = [
        _attachment("record.json", _record(report), when, "Data"),
        *(
            _attachment("questionnaire-response.json", _json(response), when, "Source")
            for response in [report.get("response")]
            if response
        ),
        *(_attachment(name, content, when, "Source") for name, content in (embedded or {}).items()),
    ]
    with _one_at_a_time:
        return finish_tags(_laid_out(page, files))


def _moment(report: Report, decision: Mapping[str, Any] | None) -> datetime:
    """Return when the report came to be, as far as anyone outside can tell."""
    written = decision["at"] if decision else report["frame"].get("submitted_at") or report["on"]
    moment = datetime.fromisoformat(written)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


@cache
def _environment(language: str) -> Environment:
    """Return the templates, their fixed words in `language` or, where one lacks, in English."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES / "report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["_"] = Translations.load(WORDS, [language]).gettext
    environment.filters |= {
        "answered": answer_text,
        "day": day_text,
        "lasting": length_text,
        "moment": moment_text,
    }
    return environment


def _page(report: Report, decision: Mapping[str, Any] | None, when: datetime) -> dict[str, Any]:
    """Return all that the template prints, every text of it cleaned."""
    frame = dict.fromkeys(FRAME) | report["frame"]
    zone = frame["zone"] or "UTC"
    treated = day_of_treatment(frame | {"zone": zone})
    shown = clean_texts({key: report[key] for key in ("procedures", "sections", "sources")})
    declaration = frame["declaration"] or {}
    language = frame["language"] or "en"
    asked = (answer["link_id"] for section in report["sections"] for answer in section["answers"])
    return {
        **shown,
        "frame": clean_texts(frame | {"declaration": None}),
        "declaration": clean_texts(declaration, LONGEST_DECLARATION),
        "drawing": drawing_of(declaration.get("ink")),
        "decision": clean_texts(dict(decision)) if decision else None,
        "definitions": clean_text(report["definitions"]),
        "on": report["on"],
        "numbers": {link_id: number for number, link_id in enumerate(asked, 1)},
        "language": language,
        "direction": "rtl" if language in RIGHT_TO_LEFT else "ltr",
        "locale": locale_of(language),
        "zone": zone,
        "treated": treated.isoformat() if treated else None,
        "care": [
            (procedure["name"], in_order(care, treated, date.fromisoformat(report["on"])))
            for procedure in shown["procedures"]
            if (care := procedure.get("aftercare")) and any(care.values())
        ],
        "written": when.strftime("%Y-%m-%dT%H:%M:%SZ"),
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


def _laid_out(page: str, files: list[Attachment]) -> bytes:
    fonts, stylesheet = _typography()
    document = HTML(string=page, url_fetcher=OwnPictures()).render(
        font_config=fonts, stylesheets=[stylesheet], pdf_variant=ARCHIVE
    )
    document.metadata = TwoClaims(**vars(document.metadata))
    # write_pdf forgets the options of render: without the files here none is attached.
    written: bytes = document.write_pdf(pdf_variant=ARCHIVE, attachments=files)
    return written


@cache
def _typography() -> tuple[FontConfiguration, CSS]:
    """Return fonts and stylesheet, one of each a process; new ones cost time and memory."""
    use_own_fonts()
    fonts = FontConfiguration()
    stylesheet = CSS(
        string=(TEMPLATES / "report" / "report.css").read_text("utf-8"),
        font_config=fonts,
        url_fetcher=OwnPictures(),
    )
    return fonts, stylesheet


class OwnPictures(URLFetcher):  # type: ignore[misc]
    """Reads pictures of templates/report by name, and refuses every other address."""

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        """Return the picture that `url` names. Raises ValueError for anything else."""
        picture = _pictures().get(url)
        if picture is None:
            raise ValueError("a report shows nothing from outside")
        return URLFetcherResponse(url, picture, {"Content-Type": "image/svg+xml"})


@cache
def _pictures() -> dict[str, bytes]:
    paths = sorted((TEMPLATES / "report").glob("*.svg"))
    return {f"{PICTURES}{path.name}": path.read_bytes() for path in paths}


class TwoClaims(DocumentMetadata):  # type: ignore[misc]
    """Claims PDF/UA-1 beside PDF/A; WeasyPrint writes one claim a file only."""

    def generate_rdf_metadata(self, *claim: object) -> bytes:
        written: bytes = super().generate_rdf_metadata(*claim)
        return written.replace(b"</rdf:RDF>", UNIVERSAL_ACCESS)
