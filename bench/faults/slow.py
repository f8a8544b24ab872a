"""Hold many connections open by sending slowly, and see whether the others are served.

Usage: python -m bench.faults.slow
Against the production command itself, and behind nginx with deploy/nginx.conf (without TLS, on a
port of its own). Prints how long a page took beside each kind of slow client, and exits 1 where
somebody behind nginx was not served within LONGEST seconds.
"""

from __future__ import annotations

import http.client
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bench.faults.ground import ground
from tests.installation import free_port

CONNECTIONS = 200
ADDRESSES = 20  # from which the slow come: nginx limits the connections of one
PAGES = 20
LONGEST = 2.0  # seconds
KINDS = {  # what a slow client sends at first, and then every second
    "nothing": (b"", b""),
    "headers, a letter a second": (b"GET / HTTP/1.1\r\nHost: x\r\nX-A: ", b"a"),
    "a body, a letter a second": (
        b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\n\r\na=",
        b"a",
    ),
}
NGINX = Path(__file__).parents[2] / "deploy" / "nginx.conf"


def main() -> bool:
    print(f"| {CONNECTIONS} slow clients send | served of {PAGES} | median ms | worst ms |")
    print("|---|---:|---:|---:|")
    fine = True
    with ground() as clinic:
        port = clinic.machine().port
        measure("(nobody slow); no proxy", port, None)
        measure("headers, a letter a second; no proxy", port, "headers, a letter a second")
        if shutil.which("nginx") is None:
            print("nginx is not installed: behind it nothing was measured", file=sys.stderr)
            return True
        with nginx(port) as front:
            measure("(nobody slow); behind nginx", front, None)
            for kind in KINDS:
                served, worst = measure(f"{kind}; behind nginx", front, kind)
                fine = fine and served == PAGES and worst < LONGEST
    return fine


def measure(what: str, port: int, kind: str | None) -> tuple[int, float]:
    """Ask for pages while the slow hold their connections; print and return what came."""
    stop = threading.Event()
    slow = threading.Thread(target=be_slow, args=(port, kind, stop)) if kind else None
    if slow:
        slow.start()
        time.sleep(3)
    times = [seconds for _ in range(PAGES) if (seconds := ask(port)) is not None]
    stop.set()
    if slow:
        slow.join()
    median = statistics.median(times) if times else float("nan")
    worst = max(times, default=float("inf"))
    print(f"| {what} | {len(times)} | {median * 1000:.0f} | {worst * 1000:.0f} |", flush=True)
    return len(times), worst


def be_slow(port: int, kind: str, stop: threading.Event) -> None:
    first, then = KINDS[kind]
    held = []
    for number in range(CONNECTIONS):
        with suppress(OSError):
            here = (f"127.2.0.{number % ADDRESSES + 1}", 0)
            one = socket.create_connection(("127.0.0.1", port), 2, source_address=here)
            one.sendall(first)
            held.append(one)
    while not stop.wait(1):
        for one in held:
            with suppress(OSError):
                one.sendall(then)
    for one in held:
        one.close()


def ask(port: int) -> float | None:
    """Return how long the first page of a stranger took, None where none came in time."""
    began = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LONGEST)
    try:
        connection.request("GET", "/verify")
        served = connection.getresponse().status == 200
        return time.perf_counter() - began if served else None
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
        time.sleep(0.1)


@contextmanager
def nginx(port: int) -> Iterator[int]:
    """Run nginx with the file that we ship; only names, ports, places and TLS are changed."""
    front = free_port()
    text = NGINX.read_text().replace("127.0.0.1:8000", f"127.0.0.1:{port}")
    text = re.sub(r"server \{\s+listen 80.*?\n\}\n", "", text, flags=re.DOTALL)
    text = text.replace("listen 443 ssl;", f"listen 127.0.0.1:{front};")
    text = re.sub(r"(?m)^ *(listen \[|http2 |ssl_|access_log|error_log).*$", "", text)
    with tempfile.TemporaryDirectory(prefix="faults-nginx-") as folder:
        Path(folder).chmod(0o755)
        conf = Path(folder) / "nginx.conf"
        places = "".join(
            f"{name}_temp_path {folder}/{name};\n"
            for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        conf.write_text(
            f"daemon off; pid {folder}/pid; error_log {folder}/log crit;\n"
            f"events {{ worker_connections 1024; }}\n"
            f"http {{ access_log off;\n{places}{text}\n}}\n"
        )
        with subprocess.Popen(["nginx", "-p", folder, "-c", str(conf)]) as running:
            try:
                wait_for(front)
                yield front
            finally:
                running.terminate()


def wait_for(port: int) -> None:
    for _ in range(100):
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        time.sleep(0.1)
    raise RuntimeError("nginx did not start")


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
