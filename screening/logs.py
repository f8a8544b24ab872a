"""The log: one line of JSON an event, with the request's id and without what anyone wrote.

What other libraries say is kept to its fixed words: what they fill in may be an address
with a patient's token, or a row. Of an error stand its kind and its place, never its text.
"""

from __future__ import annotations

import json
import logging
import logging.config
import re
import secrets
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
TOLD = ("screening", "gunicorn", "huey")  # whose values may stand in a line
FLASK = "screening"  # the application's own logger: Flask writes the address there, with its token
FIELDS = ("method", "route", "status", "milliseconds", "error", "where")
GIVEN_ID = re.compile(r"[0-9a-f-]{16,64}")  # hexadecimal: nobody's name, nobody's answer


def id_for_request(given: str) -> str:
    """Return the id that a proxy gave to a request, or a new one where it is none."""
    return given if GIVEN_ID.fullmatch(given) else secrets.token_hex(16)


def places(error: BaseException) -> list[str]:
    """Return where `error` was raised, innermost last: "reports.py:71 _lease"."""
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    return [f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in frames]


class JsonLines(logging.Formatter):
    """Write a record as one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "text": _words(record),
            "request": request_id.get(),
            **{name: getattr(record, name, None) for name in FIELDS},
        }
        if record.exc_info and (error := record.exc_info[1]):
            line |= {"error": type(error).__name__, "where": places(error)}
        return json.dumps({k: v for k, v in line.items() if v is not None}, ensure_ascii=False)


def _words(record: logging.LogRecord) -> str:
    if record.name == FLASK:
        return "an error, and no page that tells of it"
    if record.name.partition(".")[0] not in TOLD:
        return str(record.msg)[:200]
    if "request" not in str(record.msg):
        return record.getMessage()
    # Of a request that it cannot read gunicorn fills in the line or header before it logs.
    return str(record.msg).partition(":")[0]


logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "screening.logs.JsonLines"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"level": "WARNING", "handlers": ["stderr"]},
    "loggers": {
        "screening": {"level": "INFO"},
        "gunicorn.error": {"level": "WARNING", "handlers": [], "propagate": True},
        "gunicorn.access": {"level": "CRITICAL", "handlers": [], "propagate": False},
    },
}


def configure() -> None:
    """Log like this in the present process."""
    logging.config.dictConfig(logconfig_dict)
