"""Whoever takes our news: a real server on this machine."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

NETWORKS = {"SCREENING_WEBHOOK_NETWORKS": "127.0.0.0/8"}


class Receiver:
    """A real server on this machine; `answers` with a status, `got` headers and bodies."""

    def __init__(self):
        self.got, self.status, self.to, self.holds = [], 204, None, None
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append((dict(self.headers), body))
                if receiver.holds:
                    receiver.holds.wait(30)
                self.send_response(receiver.status)
                if receiver.to:
                    self.send_header("Location", receiver.to)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/news"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.server.shutdown()
    receiver.server.server_close()
