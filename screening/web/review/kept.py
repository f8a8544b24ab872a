"""What a doctor typed, given back as text where it could not be recorded."""

from __future__ import annotations

from collections.abc import Iterable

from werkzeug.datastructures import MultiDict

from screening.clinical.report.parts import ReportProcedure
from screening.web.review.words import choice_words


def as_text(given: MultiDict[str, str], procedures: Iterable[ReportProcedure] = ()) -> str:
    """Return all that was typed and chosen, to copy; by the procedures' names where known."""
    choices = choice_words()
    names = {p["id"]: p["name"] for p in procedures}
    lines = []
    for key, value in given.items(multi=True):
        if key.startswith("decision-"):
            id = key.removeprefix("decision-")
            lines.append(f"{names.get(id, id)}: {choices.get(value, '–')}")
        elif key.startswith(("reason-", "conditions-")) or key in {"why", "note"}:
            lines += [value] if value.strip() else []
    return "\n".join(lines)
