"""Light over the wire: answers are compressed, and files with a fingerprint are kept for ever.

Compressing a page that holds a secret can betray it to whoever makes the browser
ask again and again (BREACH). Nobody can here: the cookies are SameSite=Lax, so a
foreign page gets the pages of strangers only.
"""

from __future__ import annotations

import gzip
from functools import lru_cache

import brotli
from flask import Response, request

LASTING = "public, max-age=31536000, immutable"
TEXTS = ("text/", "application/javascript", "application/json", "application/manifest", "image/svg")
LEAST = 400  # bytes; below it the headers outweigh the gain


def make_light(response: Response) -> Response:
    """Compress what is text, by the best way that the browser takes."""
    if request.endpoint == "static" and "v" in request.args and response.status_code == 200:
        response.headers["Cache-Control"] = LASTING
    if response.status_code in {204, 304} or not response.content_type.startswith(TEXTS):
        return response
    response.vary.add("Accept-Encoding")
    way = request.accept_encodings.best_match(["br", "gzip"])
    if way is None or "Content-Encoding" in response.headers or request.method == "HEAD":
        return response
    response.direct_passthrough = False
    plain = response.get_data()
    if len(plain) < LEAST:
        return response
    lasting = response.headers.get("Cache-Control") == LASTING
    response.set_data(_packed_once(plain, way) if lasting else _packed(plain, way))
    response.headers["Content-Encoding"] = way
    response.headers.pop("ETag", None)  # it named the plain bytes
    return response


def _packed(plain: bytes, way: str, thoroughly: bool = False) -> bytes:
    if way == "br":
        return brotli.compress(plain, quality=11 if thoroughly else 5)
    return gzip.compress(plain, 9 if thoroughly else 6, mtime=0)


@lru_cache(64)
def _packed_once(plain: bytes, way: str) -> bytes:
    return _packed(plain, way, thoroughly=True)
