"""Whether this machine can make reports: a report of nobody, rendered where all others are."""

from __future__ import annotations

from collections.abc import Callable

from screening.clinical.evaluation.case import read_case
from screening.clinical.report.parts import Report
from screening.clinical.report.report import compile_report
from screening.documents.rendering.render_process import RenderError
from screening.workflow.core.context import Context

STARTING = "a worker has started and has not rendered its first page yet"


def render_probe(context: Context, render: Callable[[Report], bytes]) -> str:
    """Return why no report can be rendered here, nothing where one can."""
    on = context.now().date().isoformat()
    raw = {"procedures": [next(iter(context.definitions.procedures))], "on": on}
    frame = {
        "number": "probe",
        "clinic": {"name": "Screening", "address": "", "phone": ""},
        "patient": None,
        "submitted_at": context.now().isoformat(timespec="seconds"),
        "zone": "UTC",
        "language": "en",
        "appointment": None,
        "declaration": None,
        "audit_head": None,
    }
    case = read_case(context.definitions, raw)
    try:
        render(compile_report(context.definitions, case, raw, frame))
    except RenderError as error:
        return f"a worker cannot render reports: {error}"
    return ""
