"""What is known of each request: its id, one line in the log, how long it took; and /metrics.

Addresses are named by their template, `/s/<link>`: a token stands in no line and no count.
"""

from __future__ import annotations

import hmac
import logging
import os
import time
from collections.abc import Iterator

from flask import Blueprint, Flask, Response, abort, current_app, g, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from screening.logs import id_for_request, request_id
from screening.web.core.guards import context, open_to_all
from screening.workflow.operations.counts import count_work

bp = Blueprint("watching", __name__)
bp.before_request(open_to_all)
log = logging.getLogger("screening.requests")
LOOPBACK = {"127.0.0.1", "::1"}


def register(app: Flask) -> None:
    """Look at every request of `app`; to be called before any other guard is added."""
    registry = CollectorRegistry()
    app.extensions["metrics"] = registry
    app.extensions["seconds"] = Histogram(
        "screening_request_seconds",
        "Time to answer a request",
        ["method", "route", "status"],
        registry=registry,
    )
    app.register_blueprint(bp)
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    given = request.headers.get("X-Request-Id", "") if current_app.config["PROXIES"] else ""
    g.request_id = id_for_request(given)
    request_id.set(g.request_id)
    g.began = time.perf_counter()


def _end(response: Response) -> Response:
    seconds = time.perf_counter() - g.began
    route = request.url_rule.rule if request.url_rule else "none"
    method = request.method if request.method in {"GET", "HEAD", "POST"} else "other"
    response.headers["X-Request-Id"] = g.request_id
    current_app.extensions["seconds"].labels(method, route, response.status_code).observe(seconds)
    about = {"method": method, "route": route, "status": response.status_code}
    log.info("answered", extra={**about, "milliseconds": round(seconds * 1000, 1)})
    return response


@bp.get("/metrics")
def metrics() -> ResponseReturnValue:
    """Counts for Prometheus, of all processes here and of the database; for whoever may ask."""
    if not (_is_local() or _knows_token()):
        abort(403)
    stored = CollectorRegistry()
    stored.register(_Stored())
    asked = current_app.extensions["metrics"]
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(asked := CollectorRegistry())  # type: ignore[no-untyped-call]
    page = generate_latest(asked) + generate_latest(stored)
    return Response(page, content_type=CONTENT_TYPE_LATEST)


def _is_local() -> bool:
    """Whether this machine itself asks; what a proxy passes on is another's request."""
    return request.remote_addr in LOOPBACK and "X-Forwarded-For" not in request.headers


def _knows_token() -> bool:
    token = current_app.config["METRICS_TOKEN"]
    given = request.headers.get("Authorization", "").encode("utf-8", "replace")
    return bool(token) and hmac.compare_digest(given, f"Bearer {token}".encode())


class _Stored(Collector):
    """What the database counts, asked for at the moment."""

    def collect(self) -> Iterator[Metric]:
        counts = count_work(context())
        for name, help_, by_state in (
            ("screenings", "Screenings that are open, by state", counts.screenings),
            ("mails", "Mails that wait (pending) or were refused (failed)", counts.mails),
        ):
            states = GaugeMetricFamily(f"screening_{name}", help_, labels=["state"])
            for state, many in by_state.items():
                states.add_metric([state], many)
            yield states
        yield CounterMetricFamily(
            "screening_invited", "Screenings that were ever begun", counts.invited
        )
        for name, help_, number in (
            ("reports_pending", "Reports that wait for a worker", counts.pending),
            ("reports_failing", "Reports that wait after a failure", counts.failing),
            ("report_oldest_seconds", "Age of the report waiting longest", counts.oldest_pending),
        ):
            yield GaugeMetricFamily(f"screening_{name}", help_, value=number)
