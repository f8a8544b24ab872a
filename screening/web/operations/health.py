"""Is it alive, can it serve: for the machines that watch."""

from __future__ import annotations

import shutil

from flask import Blueprint, current_app, jsonify, request
from flask.typing import ResponseReturnValue

from screening.web.core.guards import context, open_to_all
from screening.workflow.operations import health

bp = Blueprint("health", __name__)
bp.before_request(open_to_all)


def answer_at_once() -> ResponseReturnValue | None:
    """Answer /healthz before any guard asks the database, which may be what hangs."""
    return alive() if request.endpoint == "health.alive" else None


@bp.get("/healthz")
def alive() -> ResponseReturnValue:
    return jsonify(status="alive")


@bp.get("/readyz")
def ready() -> ResponseReturnValue:
    """Say what is missing before a patient notices."""
    problems = health.problems(context(), shutil.disk_usage(current_app.config["INSTANCE"]).free)
    told = {"problems": problems, "warnings": health.warnings(context())}
    return jsonify(ready=not problems, **told), 503 if problems else 200
