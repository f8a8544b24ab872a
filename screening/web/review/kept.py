"""What a doctor typed, given back where it could not be recorded."""

from __future__ import annotations

from collections.abc import Iterable

from flask import render_template, request

from screening.clinical.report.parts import ReportProcedure
from screening.web.review.words import choice_words

SECRET = {"password", "csrf_token"}


def typed(procedures: Iterable[ReportProcedure] = ()) -> str:
    """Return all that was typed and chosen, to copy; by the procedures' names where known."""
    given, choices = request.form, choice_words()
    names = {p["id"]: p["name"] for p in procedures}
    lines = []
    for key, value in given.items(multi=True):
        if key.startswith("decision-"):
            id = key.removeprefix("decision-")
            lines.append(f"{names.get(id, id)}: {choices.get(value, '–')}")
        elif key.startswith(("reason-", "conditions-")) or key in {"why", "note"}:
            lines += [value] if value.strip() else []
    return "\n".join(lines)


def page(cause: str, ready: bool) -> str:
    """Return the page that says why nothing was recorded and holds what was typed.

    `ready` to be sent again: after signing in, in another tab, nothing need be typed anew.
    """
    fields = [(k, v) for k, v in request.form.items(multi=True) if k not in SECRET]
    fields = fields if ready else []
    return render_template("review/kept.html", cause=cause, fields=fields, kept_text=typed())
