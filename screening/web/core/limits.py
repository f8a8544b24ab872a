"""How much one request may carry, and how often one may try.

Tries are counted for all processes that serve (storage/counted.py), and in this one alone
while that cannot be; misses at accounts, tablets and pairing are counted in the database.
"""

from __future__ import annotations

import time
from io import BytesIO
from typing import IO, Any

from flask import Request, request
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from flask_limiter import Limiter
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

from screening.web.core.source import whose
from screening.workflow.clinics import branding
from screening.workflow.reports import verification
from screening.workflow.rules import preview

MOST_BYTES = 64 * 1024
MOST_FIELDS = 500  # the decision on ten procedures has 263
# Pages that take a file: somewhat more than it may have, so that one a little too large is
# refused at its field and not by a page of its own.
FILES: dict[str, tuple[int, LazyString]] = {
    "administrator.clinic": (5 * branding.LARGEST_LOGO, _l("A logo may have 200 kB.")),
    "lead.preview": (
        8 * preview.LARGEST_UPLOAD,
        _l("A folder may have 1 MB when it is packed."),
    ),
    "fhir.take_bundle": (1_000_000, _l("A Bundle may have 1 MB.")),
    **dict.fromkeys(
        ("verify.check", "api.verify_report"),
        (
            verification.LARGEST + 16_384,  # what a form puts around the file
            _l("The file is larger than 10 MB. No report of ours is."),
        ),
    ),
}


class RouteLimiter(Limiter):
    """A limiter that looks at the pages with a limit of their own; no others have one."""

    def _check_request_limit(
        self, callable_name: str | None = None, in_middleware: bool = True
    ) -> None:
        if not in_middleware:
            super()._check_request_limit(callable_name, in_middleware)


limiter = RouteLimiter(
    whose, storage_uri="counted://", strategy="moving-window", in_memory_fallback_enabled=True
)
a_try = limiter.limit("30 per minute", methods=["POST"])
a_file = limiter.limit("20 per minute", methods=["POST"])  # each takes a process of its own
a_link = limiter.limit("60 per minute")


class CountingParser(FormDataParser):
    """Refuse a form of too many fields before it is taken apart.

    Werkzeug counts the parts of a form with a file; of the usual kind it takes any number.
    """

    def parse(
        self,
        stream: IO[bytes],
        mimetype: str,
        content_length: int | None,
        options: dict[str, str] | None = None,
    ) -> tuple[IO[bytes], MultiDict[str, str], MultiDict[str, Any]]:
        if mimetype == "application/x-www-form-urlencoded":
            sent = stream.read()
            if sent.count(b"&") >= MOST_FIELDS:
                raise RequestEntityTooLarge
            stream = BytesIO(sent)
        return super().parse(stream, mimetype, content_length, options)


class LimitedRequest(Request):
    form_data_parser_class = CountingParser


def allow_files() -> None:
    """Let a file arrive where a page takes one; to be called before anything reads the form."""
    if request.endpoint in FILES:
        most, _words = FILES[request.endpoint]
        request.max_content_length = request.max_form_memory_size = most


def seconds_to_wait() -> int:
    """Return after how many seconds the next try counts; only after a limit was reached."""
    limit = limiter.current_limit
    if limit is None:  # the page that a POST was led to says again what it was told
        return request.args.get("wait", 60, type=int)
    return max(1, round(limit.reset_at - time.time()))
