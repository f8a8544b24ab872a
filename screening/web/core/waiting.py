"""The page that says that somebody else holds things up, with what was typed to send again."""

from __future__ import annotations

import re

from flask import Flask, current_app, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from screening.storage.turn import WaitedTooLongError
from screening.web.core.problems import asked_by_program, problem

AGAIN_AFTER = 5  # seconds
# What is typed anew rather than written into a page.
SECRET = re.compile(r"pass|code|pin$|secret", re.IGNORECASE)


def register(app: Flask) -> None:
    app.register_error_handler(WaitedTooLongError, busy)


def busy(error: WaitedTooLongError) -> ResponseReturnValue:
    """Nothing was kept, as nobody let us write: say so, and send the same again at one tap."""
    current_app.logger.error("%s in %s", type(error).__name__, request.endpoint)
    header = {"Retry-After": str(AGAIN_AFTER)}
    if asked_by_program():
        said = "Others hold up the database; nothing was stored. Send the same again."
        refused = problem(503, "busy", said)
        refused.headers.update(header)
        return refused
    if request.accept_mimetypes.best == "application/json":
        return jsonify(error="busy", retry_after=AGAIN_AFTER), 503, header
    return render_template("core/busy.html", kept=_typed(), address=request.full_path), 503, header


def _typed() -> list[tuple[str, str]]:
    """Return the fields of the form; nothing where one was a secret or a file."""
    if request.method != "POST" or request.files:
        return []
    fields = list(request.form.items(multi=True))
    return [] if any(SECRET.search(name) and value for name, value in fields) else fields
