"""Visitors that walk through a questionnaire over HTTP; one driver for every program measured."""

from __future__ import annotations

import http.client
import re
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

ASKED = re.compile(r'name="screen.asked" value="([^"]*)"')
TOKEN = re.compile(r'name="csrf(?:_token|middlewaretoken)" value="([^"]+)"')


@dataclass
class Visitor:
    """A browser on a connection that stays open; `took` is how long each answer took, in ms.

    `address` is where a proxy says that it comes from.
    """

    host: str
    address: str = "127.0.0.1"
    took: list[float] = field(default_factory=list)
    cookies: dict[str, str] = field(default_factory=dict)
    at: str = ""
    html: str = ""
    token: str = ""

    def __post_init__(self) -> None:
        self.line = http.client.HTTPConnection(self.host, timeout=60)

    def get(self, path: str) -> Visitor:
        return self._ask("GET", path)

    def post(self, **fields: object) -> Visitor:
        """Send the form of the page shown, and follow where it leads."""
        return self._ask("POST", self.at, self._filled(fields))

    def send(self, **fields: object) -> None:
        """Send the form of the page shown, and stay on it."""
        page = self.at, self.html, self.token
        self._ask("POST", self.at, self._filled(fields), follow=False)
        self.at, self.html, self.token = page

    def _filled(self, fields: dict[str, object]) -> str:
        named = {"csrf_token": self.token, "csrfmiddlewaretoken": self.token}
        return urlencode(named | fields, doseq=True)

    def _ask(self, method: str, path: str, body: str | None = None, follow: bool = True) -> Visitor:
        headers = {
            "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()),
            "X-Forwarded-For": self.address,
        }
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        started = time.perf_counter()
        try:
            self.line.request(method, path, body, headers)
            response = self.line.getresponse()
            html = response.read()
        except (http.client.HTTPException, ConnectionError):  # closed while it was idle
            self.line.close()
            self.line.request(method, path, body, headers)
            response = self.line.getresponse()
            html = response.read()
        self.took.append((time.perf_counter() - started) * 1000)
        for name, value in response.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        self.at = path
        where = response.getheader("Location")
        if where and not follow:
            return self
        if where:
            return self._ask("GET", urlsplit(where).path)
        self.html = html.decode()
        assert response.status == 200, (path, response.status, self.html[-800:])
        if found := TOKEN.search(self.html):
            self.token = found[1]
        return self

    @property
    def step(self) -> str:
        """The question that the page asks."""
        return self.at.rstrip("/").rpartition("/")[2]


def walk_screening(visitor: Visitor, link: str, answers: dict[str, object], procedure: str) -> None:
    """Answer and send a questionnaire of ours."""
    visitor.get(link).post(procedures=procedure)
    while "/questions/" in visitor.at:
        visitor.post(**filled_screen(visitor.html, answers))
    visitor.post(who="self", agree="y", full_name="Lan Nguyen")
    assert visitor.at.endswith("/receipt"), visitor.at


def filled_screen(html: str, answers: dict[str, object]) -> dict[str, object]:
    """Return what answers the screen that `html` shows."""
    asked = ASKED.search(html)
    assert asked, html[-800:]
    given = {name: _in_row(html, name, answers) for name in asked[1].split()}
    return {"screen.asked": asked[1], **given}


def _in_row(html: str, name: str, answers: dict[str, object]) -> object:
    """Return what to send for a row: of a list, "no" stands for all that was not ticked."""
    link_id, _, option = name.partition(".")
    told = answers[link_id]
    if not isinstance(told, list) or not re.search(rf'name="{name}"[^>]* value="no"', html):
        return told
    return "yes" if (option in told if option else told != ["none"]) else "no"


def walk_wizard(visitor: Visitor, answers: dict[str, object]) -> None:
    """Answer and send the same questions to the wizard."""
    visitor.get(f"/{next(iter(answers))}/")
    while not visitor.at.endswith("/receipt"):
        visitor.post(**filled_step(visitor.step, answers))


def filled_step(step: str, answers: dict[str, object]) -> dict[str, object]:
    """Return what answers one question of the wizard."""
    value = answers[step]
    day = "-".join(reversed(value)) if isinstance(value, list) and len(value) == 3 else value
    return {"wizard-current_step": step, f"{step}-{step}": day}
