"""Walk through a real nginx with deploy/nginx.conf, over TLS, and reload under load.

    python bench/proxy.py

Needs nginx and openssl. Only the name, the ports and the paths of deploy/nginx.conf are
changed. Each line says what was looked at; the exit code is 1 where one does not hold.
"""

from __future__ import annotations

import http.client
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.installation import Installation, free_port  # noqa: E402

NAME = "screening.example"
RELOADS, CLIENTS, PAUSE = 5, 8, 3.0  # seconds


class Proxy:
    """nginx in front of `server`, as deploy/nginx.conf says."""

    def __init__(self, folder: Path, server: Installation):
        self.folder, self.plain, self.tls = folder, free_port(), free_port()
        subprocess.run(
            [
                *(
                    "openssl",
                    "req",
                    "-x509",
                    "-newkey",
                    "ec",
                    "-pkeyopt",
                    "ec_paramgen_curve:P-256",
                ),
                *("-nodes", "-days", "1", "-subj", f"/CN={NAME}"),
                *("-addext", f"subjectAltName=DNS:{NAME}"),
                *("-keyout", folder / "privkey.pem", "-out", folder / "fullchain.pem"),
            ],
            check=True,
            capture_output=True,
        )
        text = (ROOT / "deploy" / "nginx.conf").read_text()
        for ours, here in (
            (f"/etc/letsencrypt/live/{NAME}", str(folder)),
            ("/var/log/nginx", str(folder)),
            ("[::]:", "[::1]:"),
            ("[::1]:80", f"[::1]:{self.plain}"),
            ("[::1]:443", f"[::1]:{self.tls}"),
            ("listen 80", f"listen 127.0.0.1:{self.plain}"),
            ("listen 443", f"listen 127.0.0.1:{self.tls}"),
            ("server 127.0.0.1:8000;", f"server 127.0.0.1:{server.port};"),
        ):
            assert ours in text, ours
            text = text.replace(ours, here)
        said = subprocess.run(["nginx", "-v"], capture_output=True, text=True, check=True).stderr
        if re.search(r"nginx/1\.2[0-4]\.", said):  # as docs/administrator.md has it for Debian 12
            text = re.sub(r"(listen .*:\d+ ssl);", r"\1 http2;", text.replace("http2 on;", ""))
        (folder / "screening.conf").write_text(text)
        (folder / "nginx.conf").write_text(
            f"daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}}\n"
            "http {\n"
            f"client_body_temp_path {folder}/b; proxy_temp_path {folder}/p;\n"
            f"fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u;\n"
            f"scgi_temp_path {folder}/s; include {folder}/screening.conf;\n"
            "}\n"
        )
        self.process = subprocess.Popen(["nginx", "-c", folder / "nginx.conf"])
        self.context = ssl.create_default_context(cafile=str(folder / "fullchain.pem"))

    def wait(self) -> None:
        for _ in range(100):
            try:
                self.ask("GET", "/healthz")
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise SystemExit((self.folder / "error.log").read_text())

    def ask(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        raw = socket.create_connection(("127.0.0.1", self.tls), timeout=60)
        with self.context.wrap_socket(raw, server_hostname=NAME) as wrapped:
            connection = http.client.HTTPConnection(NAME)
            connection.sock = wrapped
            sent = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, {"Host": NAME, **sent})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()

    def speaks(self, version: ssl.TLSVersion) -> bool:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = version
        try:
            raw = socket.create_connection(("127.0.0.1", self.tls), timeout=5)
            with context.wrap_socket(raw, server_hostname=NAME):
                return True
        except (ssl.SSLError, OSError):
            return False

    def stop(self) -> None:
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(10)


def looked_at(proxy: Proxy, server: Installation, link: str) -> dict[str, bool]:
    """Return what holds of `proxy`, by name."""
    bare = http.client.HTTPConnection("127.0.0.1", proxy.plain, timeout=10)
    bare.request("GET", "/sign-in", headers={"Host": NAME})
    moved = bare.getresponse()
    status, headers, page = proxy.ask("GET", link, X_Forwarded_For="192.0.2.77")
    given = headers["Set-Cookie"]
    big = b"x" * 500_000
    told = {
        "plain HTTP is sent to TLS": moved.status == 301
        and moved.headers["Location"] == f"https://{NAME}/sign-in",
        "the link opens over TLS": status == 200 and b"<h1" in page,
        "HSTS for two years": headers["Strict-Transport-Security"].startswith("max-age=63072000"),
        "the cookie is __Host-": given.startswith("__Host-session=") and "Secure" in given,
        "the header is nginx without its version": headers["Server"] == "nginx",
        "TLS 1.2 and 1.3, nothing older": [v for v in VERSIONS if proxy.speaks(v)] == VERSIONS[1:],
        "/metrics is nobody's": proxy.ask("GET", "/metrics")[0] == 404,
        "a page takes 64 kB": proxy.ask("POST", "/sign-in", big)[0] == 413,
        "a logo and a folder get through": 413
        not in {
            proxy.ask("POST", path, big, Content_Type="multipart/form-data; boundary=x")[0]
            for path in ("/admin/clinic", "/lead")
        },
        "a report gets through": proxy.ask(
            "POST", "/api/v1/verifications", big, Content_Type="application/pdf"
        )[0]
        == 200,
        "a smuggled second length is refused": smuggled(proxy) == 400,
        "an address of 5 kB is refused": proxy.ask("GET", "/s/" + "x" * 5000)[0] == 414,
    }
    told["a written address does not help against the limit"] = 429 in {
        proxy.ask("POST", "/api/v1/verifications", b"", X_Forwarded_For=f"192.0.2.{n}")[0]
        for n in range(25)
    }
    time.sleep(0.5)
    logs = "".join(path.read_text() for path in proxy.folder.glob("*.log"))
    logs += (server.folder / "log.txt").read_text()
    told["no log names the link"] = link.split("/")[-1] not in logs
    return told


VERSIONS = [ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]


def smuggled(proxy: Proxy) -> int:
    """Return the answer to a request with two ways to say how long it is."""
    raw = socket.create_connection(("127.0.0.1", proxy.tls), timeout=10)
    with proxy.context.wrap_socket(raw, server_hostname=NAME) as wrapped:
        wrapped.sendall(
            f"POST /sign-in HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: 4\r\n"
            "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /metrics HTTP/1.1\r\n\r\n".encode()
        )
        return int(wrapped.recv(1000).split()[1])


def under_load(proxy: Proxy, server: Installation) -> Counter:
    """Return how often each answer came while the pages were reloaded again and again."""
    answers: Counter = Counter()
    ended = threading.Event()

    def ask_on() -> None:
        while not ended.is_set():
            try:
                answers[f"{proxy.ask('GET', '/healthz')[0]}"] += 1
            except (OSError, http.client.HTTPException) as error:
                answers[type(error).__name__] += 1
            time.sleep(CLIENTS / 15)  # nginx lets twenty a second through from one address

    threads = [threading.Thread(target=ask_on) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for _ in range(RELOADS):
        time.sleep(PAUSE)
        before = workers(server)
        server.process.send_signal(signal.SIGHUP)
        end = time.monotonic() + 60
        while (before & (now := workers(server)) or not now) and time.monotonic() < end:
            time.sleep(0.2)
        answers["reloaded"] += not before & now
    time.sleep(PAUSE)
    ended.set()
    for thread in threads:
        thread.join()
    return answers


def workers(server: Installation) -> set[str]:
    """Return the ids of the processes that answer requests."""
    line = re.compile(r"^\s*(\d+)\s+(\d+)\s+(.*)$", re.M)
    listed = subprocess.run(["ps", "-eo", "pid,ppid,args"], capture_output=True, text=True).stdout
    rows = line.findall(listed)
    masters = {p for p, parent, a in rows if int(parent) == server.process.pid and "gunicorn" in a}
    return {p for p, parent, _ in rows if parent in masters}


def main() -> int:
    if not shutil.which("nginx"):
        raise SystemExit("nginx was not found: apt-get install nginx-light")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "instance").mkdir()
        (folder / "proxy").mkdir()
        settings = {"SCREENING_PUBLIC_URL": f"https://{NAME}", "SCREENING_PROXIES": "1"}
        server = Installation(folder / "instance", settings=settings).start()
        proxy = Proxy(folder / "proxy", server)
        try:
            proxy.wait()
            answers = under_load(proxy, server)
            print(f"{RELOADS} reloads under {CLIENTS} clients: {dict(answers)}")
            time.sleep(3)
            told = looked_at(proxy, server, server.link.removeprefix(f"https://{NAME}"))
        finally:
            proxy.stop()
            server.stop()
    told["no request was lost in a reload"] = set(answers) == {"200", "reloaded"}
    told["every worker was renewed"] = answers["reloaded"] == RELOADS
    for what, holds in told.items():
        print(f"{'ok ' if holds else 'NOT'} {what}")
    return 0 if all(told.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
