"""Serve the pages with gunicorn: python -P -m screening.gunicorn_server

gunicorn's own command puts the folder that it stands in before every library, so
that a stranger's `screening` there would be served; this one never does.
"""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication

from screening.config import PRIVATE, Config, read_config
from screening.logs import logconfig_dict

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def settings(config: Config) -> dict[str, Any]:
    """Return gunicorn's settings, by its names."""
    return {
        "bind": config.address,
        "worker_class": "gthread",  # stands a killed worker and a reload without an error
        "workers": config.web_workers,
        "threads": config.web_threads,
        "timeout": 60,  # seconds until a process that does not move is started anew
        "graceful_timeout": 30,  # seconds to finish requests at a reload or a stop
        "keepalive": 5,
        "limit_request_line": 2048,
        "limit_request_fields": 50,
        "secure_scheme_headers": {},  # only PROXIES says which headers are believed
        "control_socket_disable": True,  # signals are enough; all servers of a user shared it
        "logconfig_dict": logconfig_dict,
    }


def share_counts(folder: Path) -> None:
    """Let /metrics say what all processes have counted, whichever of them is asked."""
    shutil.rmtree(folder, ignore_errors=True)  # of the run before
    folder.mkdir(mode=PRIVATE ^ 0o777, parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)  # read where its library is loaded


class Turns:
    """Lets `at_once` requests work at the same time, where more would only get in each other's way.

    Who finds no place within `most` seconds goes on without one: those in front wait for
    something, such as a slow phone, a disk or a password's hash, and nobody waits for that.
    docs/decisions/turns.md says what it brings.
    """

    def __init__(self, app: WSGIApplication, at_once: int = 2, most: float = 0.05):
        self.app, self.most = app, most
        self.places = BoundedSemaphore(at_once)

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        has_place = self.places.acquire(timeout=self.most)
        try:
            return self.app(environ, start)
        finally:
            if has_place:
                self.places.release()


class Pages(BaseApplication):
    """Our pages under gunicorn."""

    def load_config(self) -> None:
        config = read_config()
        for name, value in settings(config).items():
            self.cfg.set(name, value)
        if config.web_workers > 1:
            share_counts(config.instance / "metrics")

    def load(self) -> Any:
        from screening.app import create_app

        app = create_app()
        gc.freeze()  # what was loaded stays: no request is held up by a look through it
        gc.set_threshold(20_000, 50, 100)  # a page makes thousands of objects and few circles
        return Turns(app)


if __name__ == "__main__":
    os.umask(PRIVATE)
    Pages().run()
