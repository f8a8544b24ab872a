"""The same report as somebody in a hurry would print it: every fact a row of a table.

For comparison only (report.py), without QR code, drawing and sources of reasons:
untagged, with no look of its own, set by WeasyPrint
in one call or by Typst.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

from screening.clinical.report.parts import Report
from screening.documents.arranged.aftercare import day_of_treatment, in_order

Table = tuple[str, list[list[str]]]
STYLE = """
@page { size: A4; margin: 15mm }
body { font: 9pt "Noto Sans" }
table { border-collapse: collapse; width: 100% }
td { border: 0.5pt solid #999; padding: 1mm }
"""


def tables(report: Report) -> Iterator[Table]:
    """Yield a heading and its rows, for all that the doctor's report says."""
    frame = report["frame"]
    yield frame["clinic"]["name"], [[frame["clinic"]["address"], frame["clinic"]["phone"]]]
    yield (
        "Screening report",
        [[frame["patient"]["name"], frame["number"], frame["submitted_at"], frame["appointment"]]],
    )
    for one in report["procedures"]:
        rows = [
            [r[key] or "" for key in ("name", "because", "outcome", "until", "wait", "note")]
            for r in one["reasons"]
        ]
        yield f"{one['name']}: {one['outcome']}", rows
    asked = [a for section in report["sections"] for a in section["answers"]]
    unknown = [a for a in asked if a["unknown"]]
    yield "Not known", [[a["question"], a["text"], a["find_out"] or ""] for a in unknown]
    for section in report["sections"]:
        yield section["title"], [[a["question"], a["text"]] for a in section["answers"]]
    for one in report["procedures"]:
        yield f"Before {one['name']}", [[p["text"], p["source"]] for p in one["preparation"]]
    for one in report["procedures"]:
        yield f"After {one['name']}", list(_care(report, one["aftercare"]))
    declaration = frame["declaration"]
    yield "Declaration", [[declaration["text"], declaration["name"], declaration["at"]]]
    yield "Sources", [[str(v or "") for v in source.values()] for source in report["sources"]]


def _care(report: Report, care: Any) -> Iterator[list[str]]:
    treated = day_of_treatment(report["frame"])
    assert treated
    for row in in_order(care, treated, treated)["rows"]:
        for advice in (*row["do"], *row["avoid"]):
            sources = ", ".join([advice.source, *advice.also])
            yield [row["starts"], row["lasts"], advice.text, sources, advice.note or ""]
    for part in ("warning_signs", "left_out", "expectations", "visits", "course"):
        for said in care[part]:
            yield [part, "", said["text"], ", ".join(said["sources"]), said["note"] or ""]


def as_html(report: Report) -> str:
    parts = [f"<!DOCTYPE html><title>Report</title><style>{STYLE}</style>"]
    for heading, rows in tables(report):
        parts.append(f"<h2>{escape(heading)}</h2><table>")
        parts += [f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows]
        parts.append("</table>")
    return "".join(parts)


def as_typst(report: Report) -> bytes:
    """Return the same for Typst, which wants a title and a date where an archive is meant."""
    parts = [
        '#set document(title: "Report", date: datetime(year: 2026, month: 11, day: 21))\n'
        '#set text(font: "Noto Sans", size: 9pt)\n'
        "#set page(margin: 15mm)\n"
    ]
    for heading, rows in tables(report):
        columns = max((len(row) for row in rows), default=1)
        cells = [f"[#{_quoted(cell)}]" for row in rows for cell in row]
        parts.append(f"= #{_quoted(heading)}\n#table(columns: {columns}, {', '.join(cells)})\n")
    return "".join(parts).encode()


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
