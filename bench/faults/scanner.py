"""Send hostile requests to a served clinic, from outside and from within every kind of visit.

Usage: python -m bench.faults.scanner [REQUESTS]
Paths, methods, headers, huge and broken bodies, bad encodings, SQL and HTML, far too many keys;
made from a fixed seed. Without a visit, as a patient and as each role of the staff, with the
form's own token where a page has one. Prints what was answered and exits 1 at an answer of 500,
where what was sent came back as markup or stands in the log, or where the clinic no longer works.
"""

from __future__ import annotations

import random
import re
import socket
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from urllib.error import HTTPError
from urllib.parse import quote_from_bytes, urlencode

from bench.faults.ground import Ground, ground
from bench.faults.patients import NAME
from tests.office import PASSWORD
from tests.visitor import Visitor

REQUESTS = 10_000
VISITS_LAST = 500  # requests until everyone signs in anew: a hostile one may have ended a visit
AT_ONCE = 4
MARK = "hostile7263"
ROLES = {
    "doctor": "doctor",
    "reception": "receptionist",
    "lead": "clinical-lead",
    "admin": "administrator",
}
TEXTS = [
    f"<script>{MARK}</script>",
    f'"><img src=x onerror={MARK}>',
    f"{{{{7*7}}}}{MARK}",
    f"' OR 1=1 --{MARK}",
    f"1; DROP TABLE screening;--{MARK}",
    f"../../../../etc/passwd{MARK}",
    f"%00%0d%0aSet-Cookie: {MARK}=1",
    f"{MARK}\x00\x01\x1b[31m",
    f"\u202e{MARK}\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    f"{MARK}" * 6_000,
    "-1",
    "99999999999999999999999999",
    "1e999",
    "",
    "\u0660\u0661",
    "NaN",
    "9999-99-99",
]
PATHS = ["/", "/.env", "/.git/config", "/wp-login.php", "/static/../../secret", "//evil.example/"]
PATHS += ["/static/%2e%2e/%2e%2e/config.py", "/s/" + "a" * 3_000, "/%ff%fe", "/s/%00", "*", "s"]
METHODS = ["GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT", "G\x01T"]
HEADERS = [
    ("X-Forwarded-For", f"1.2.3.4, <{MARK}>"),
    ("X-Forwarded-Proto", "gopher"),
    ("X-Request-Id", MARK),
    ("Host", f"{MARK}.example"),
    ("Accept-Language", "x" * 2_000),
    ("Cookie", f"session={MARK}.aaa.bbb; kiosk={MARK}"),
    ("Authorization", f"Bearer {MARK}"),
    ("Range", "bytes=0-,0-,0-,0-"),
    ("If-None-Match", "*"),
    ("Content-Type", "multipart/form-data; boundary="),
    ("Content-Type", "application/json"),
    ("Content-Length", "-5"),
    ("Content-Length", "99999999999"),
    ("Transfer-Encoding", "chunked"),
    ("Expect", "42"),
    (f"X {MARK}", "a"),
    ("X-Long", "b" * 9_000),
]


def main(requests: int = REQUESTS) -> bool:
    with ground() as clinic:
        url = clinic.machine().url
        with clinic.sending([clinic.invite() for _ in range(3)]):
            pass
        scan = Scan(clinic, random.Random(7263))
        while sum(scan.statuses.values()) < requests:
            scan.batch(min(VISITS_LAST, requests))
        keys = scan.too_many_keys()
        alive = Visitor().get(f"{url}/healthz").html
        with clinic.sending([clinic.invite()]):
            pass
        result = clinic.result()
        log = clinic.machines[0].log.read_text(errors="replace")
    wrong = scan.wrong + [one for one in result.wrong if "mail" not in one]
    if MARK in log:
        wrong.append("what was sent stands in the log")
    if "alive" not in alive:
        wrong.append("the clinic no longer answers")
    print("| answered | how often |\n|---|---:|")
    for status, count in sorted(scan.statuses.items()):
        print(f"| {status} | {count:,} |")
    print(f"\nA form of 2,000 keys was answered with {keys}.")
    for words, count in Counter(wrong).items():
        print(f"WRONG ({count} times): {words}", file=sys.stderr)
    return not wrong


class Scan:
    """The requests sent so far, and what came back."""

    def __init__(self, clinic: Ground, luck: random.Random):
        self.clinic, self.luck = clinic, luck
        self.url, self.port = clinic.machines[0].url, clinic.machines[0].port
        self.statuses: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.number = 0
        app = clinic.office.app()
        self.routes = sorted(
            (method, rule.rule)
            for rule in app.url_map.iter_rules()
            for method in rule.methods & {"GET", "POST"}
        )
        self.ids = [*(clinic.office.submit() for _ in range(3)), clinic.office.clinic, "1", MARK]
        self.names = {"username", "password", "code", "csrf_token", "words", "reason"}

    def batch(self, size: int) -> None:
        visits = list(self.visits())
        made = [self.request(self.luck.choice(visits)) for _ in range(size)]
        parts = [made[n::AT_ONCE] for n in range(AT_ONCE)]
        threads = [threading.Thread(target=self.send_all, args=(part,)) for part in parts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def visits(self) -> Iterator[tuple[str, str, str]]:
        """Yield who asks: a word for it, the cookies and a token that goes with them."""
        yield "nobody", "", ""
        self.number += 1
        office = self.clinic.office
        office.now = datetime.now(UTC)
        address = f"127.3.{self.number}.1"
        for role, name in ROLES.items():
            username = f"{role}{self.number}"
            office.add(username, f"Dr Mai {username}", name)
            visitor = self.visitor(address)
            visitor.get(f"{self.url}/sign-in").post(username=username, password=PASSWORD)
            visitor.post(code=office.code(username))
            yield role, *self.carried(visitor)
        visitor = self.visitor(address)
        visitor.get(f"{self.url}/s/{office.invite().link}").post()
        yield "patient", *self.carried(visitor)

    def visitor(self, address: str) -> Visitor:
        visitor = Visitor()
        visitor.opener.addheaders.append(("X-Forwarded-For", address))
        return visitor

    def carried(self, visitor: Visitor) -> tuple[str, str]:
        jar = next(h.cookiejar for h in visitor.opener.handlers if hasattr(h, "cookiejar"))
        self.names |= set(re.findall(r' name="([^"]+)"', visitor.html))
        token = re.search(r'name="csrf_token" value="([^"]+)"', visitor.html)
        return "; ".join(f"{c.name}={c.value}" for c in jar), token[1] if token else ""

    def request(self, visit: tuple[str, str, str]) -> tuple[str, str, bytes]:
        """Return who asks, for which route, and the bytes of one hostile request."""
        luck, (who, cookies, token) = self.luck, visit
        method, route = luck.choice(self.routes)
        if luck.random() < 0.15:
            route = luck.choice(PATHS)
        if luck.random() < 0.15:
            method = luck.choice(METHODS)
        path = re.sub(r"<[^>]+>", self.part, route)
        if luck.random() < 0.3:
            path += "?" + urlencode({self.name(): self.text() for _ in range(3)}, errors="replace")
        body = self.body(token) if method not in {"GET", "HEAD"} else b""
        headers = [
            ("Host", f"127.0.0.1:{self.port}"),
            ("X-Forwarded-For", f"127.4.{luck.randrange(250)}.{luck.randrange(1, 250)}"),
            ("Connection", "close"),
        ]
        if body:
            headers += [("Content-Type", "application/x-www-form-urlencoded")]
            headers += [("Content-Length", str(len(body)))]
        if cookies:
            headers.append(("Cookie", cookies))
        if luck.random() < 0.3:
            name, value = luck.choice(HEADERS)
            headers = [h for h in headers if h[0] != name] + [(name, value)]
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers)]
        head = "\r\n".join(lines).encode("utf-8", "replace")
        return who, f"{method} {route}", head + b"\r\n\r\n" + body

    def part(self, _found: object) -> str:
        if self.luck.random() < 0.6:
            return self.luck.choice(self.ids)
        return quote_from_bytes(self.text()[:300].encode("utf-8", "replace"))

    def name(self) -> str:
        return (
            self.luck.choice(sorted(self.names)) if self.luck.random() < 0.8 else self.text()[:50]
        )

    def text(self) -> str:
        return self.luck.choice(TEXTS)

    def body(self, token: str) -> bytes:
        kind = self.luck.random()
        if kind < 0.1:
            return self.luck.randbytes(self.luck.randrange(2_000))
        if kind < 0.15:
            return b"x" * 200_000
        fields = [(self.name(), self.text()) for _ in range(self.luck.randrange(1, 8))]
        if token and self.luck.random() < 0.8:
            fields = [f for f in fields if f[0] != "csrf_token"] + [("csrf_token", token)]
        return urlencode(fields, errors="replace").encode()

    def send_all(self, made: list[tuple[str, str, bytes]]) -> None:
        for who, route, content in made:
            status, page = self.send(content)
            self.statuses[status] += 1
            # At /readyz 503 is an answer: that something is missing, or held up by all this.
            ours = {"501", "505", "503"} if route.endswith("/readyz") else {"501", "505"}
            if status.startswith("5") and status not in ours:
                self.wrong.append(f"{status} for {who}: {route}")
            if re.search(f"<(script|img)[^>]*>?[^<]*{MARK}", page):
                self.wrong.append(f"markup came back to {who}: {route}")
            if who == "nobody" and NAME in page:
                self.wrong.append(f"a stranger was told a name: {route}")

    def send(self, content: bytes) -> tuple[str, str]:
        """Return the status and all that came back; "closed" where nothing did."""
        answer = b""
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 20) as one:
            with suppress(OSError):
                one.sendall(content)
                one.shutdown(socket.SHUT_WR)
            while more := one.recv(65_536):
                answer += more
        found = re.match(rb"HTTP/1\.\d (\d{3})", answer)
        return found[1].decode() if found else "closed", answer.decode("utf-8", "replace")

    def too_many_keys(self) -> str:
        """Return how a form with far too many keys is answered."""
        visitor = self.visitor("127.3.0.1").get(f"{self.url}/sign-in")
        try:
            visitor.post(**{f"k{n}": "v" for n in range(2_000)})
        except HTTPError as error:
            return str(error.code)
        return "a page as if nothing were wrong"


if __name__ == "__main__":
    sys.exit(0 if main(*map(int, sys.argv[1:])) else 1)
