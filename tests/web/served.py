"""An office behind a real address, in this process, so that a test can move its clock."""

import threading
from contextlib import contextmanager

import pytest
from werkzeug.serving import make_server

from tests import walk
from tests.office import PASSWORD

SERVES_FILES = [  # Flask-Compress leaves the closing of a file to Python
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@contextmanager
def served(office, port=0):
    """Yield the address at which the office's pages are served meanwhile."""
    server = make_server("127.0.0.1", port, office.app(), threaded=True)
    server.daemon_threads = False  # so that closing waits for what is being answered
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def sign_in(office, page, username):
    page.goto("/sign-in")
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password").fill(PASSWORD)
    walk.press(page, "Sign in")
    page.get_by_label("Code").fill(office.code(username))
    walk.press(page)
