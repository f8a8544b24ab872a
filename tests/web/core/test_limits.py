"""How much a request may carry: with the tokens of forms on, as browsers meet it."""

import io
import random
import re
import socket

import pytest
from PIL import Image

from screening.web.core.limits import FILES, MOST_FIELDS
from screening.workflow.clinics import branding
from screening.workflow.review.reviews import open_review
from tests.office import PASSWORD
from tests.web.protection import unprotected


@pytest.fixture(scope="module")
def office(tmp_path_factory, furnish):
    office = furnish(tmp_path_factory.mktemp("office"))
    office.add("admin", "Kim Berg", "administrator")
    yield office
    office.close()


@pytest.fixture
def client(office):
    return office.app().test_client()


def token(page):
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)[1]


def fill(client, path, **data):
    """Open a page and send its form back, with its token."""
    return client.post(path, data={"csrf_token": token(client.get(path)), **data})


def enter(office, client, username):
    fill(client, "/sign-in", username=username, password=PASSWORD)
    return fill(client, "/sign-in/second-factor", code=office.code(username))


def noisy_picture():
    """Return a PNG that no compression makes small."""
    written, side = io.BytesIO(), 200
    noise = random.Random(7).randbytes(side * side * 3)
    Image.frombytes("RGB", (side, side), noise).save(written, "PNG")
    return written.getvalue()


def test_a_logo_larger_than_a_page_may_be_is_taken(office, client):
    enter(office, client, "admin")
    sent = noisy_picture()
    assert 64 * 1024 < len(sent) < branding.LARGEST_LOGO
    logo = {"logo": (io.BytesIO(sent), "logo.png")}

    assert fill(client, "/admin/clinic", name="Aurelia", paper="A4", **logo).status_code == 303


@pytest.mark.parametrize(
    ("path", "field", "endpoint", "says"),
    [
        ("/admin/clinic", "logo", "administrator.clinic", "A logo may have 200 kB."),
        ("/lead", "archive", "lead.preview", "A folder may have 1 MB"),
        ("/verify", "file", "verify.check", "larger than 10 MB"),
    ],
)
def test_a_file_that_is_far_too_large_gets_a_page_that_says_how_much(
    client, path, field, endpoint, says
):
    """A stranger too is told before anything is kept."""
    form = f'--x\r\nContent-Disposition: form-data; name="{field}"; filename="f"\r\n\r\n'.encode()
    body = form + bytes(FILES[endpoint][0]) + b"\r\n--x--\r\n"
    page = client.post(path, data=body, content_type="multipart/form-data; boundary=x")

    assert page.status_code == 413
    assert says in page.text
    assert not unprotected(page, tls=False)


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_form_of_too_many_fields_is_refused_before_it_is_taken_apart(client, kind):
    def send(number):
        fields = {f"field{n}": "y" for n in range(number)}
        return client.post("/sign-in", data=fields, content_type=kind)

    page = send(MOST_FIELDS + 1)
    assert page.status_code == 413
    assert "500 fields" in page.text
    assert send(MOST_FIELDS).location.startswith("/cookies"), "only its token is missing"


def test_the_largest_form_of_ours_is_far_from_the_limit(office):
    """The decision on every procedure at once."""
    screening = office.submit(*list(office.context.definitions.procedures)[:10])
    app = office.app()
    client = app.test_client()
    enter(office, client, "doctor")
    page = client.get(f"/doctor/screenings/{screening}")

    assert len(open_review(office.context, office.doctor, screening).report["procedures"]) == 10
    fields = re.findall(r"<(?:input|select|textarea)[^>]* name=", page.text)
    assert 100 < len(fields) < MOST_FIELDS * 0.6


def test_an_address_and_a_header_that_are_too_long_are_refused_by_the_server(clinic):
    """Before the application sees them; the process lives on and names nothing in its log."""
    canary = "canary" * 20_000
    for request in (
        f"GET /s/{canary} HTTP/1.1\r\nHost: x\r\n\r\n",
        f"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: {canary}\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: x\r\n" + "X-Many: canary\r\n" * 60 + "\r\n",
    ):
        answer = ask(clinic, request)
        assert re.match(rb"HTTP/1\.1 (400|414|431) ", answer), answer[:80]
        assert b"canary" not in answer
    assert ask(clinic, "GET /healthz HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.0 200 ")
    assert "canary" not in (clinic.folder / "log.txt").read_text()


def ask(clinic, request):
    """Return what the server answers to these very bytes."""
    with socket.create_connection((clinic.host, clinic.port), timeout=10) as connection:
        try:
            connection.sendall(request.encode())
            return connection.recv(65_536)
        except (ConnectionResetError, BrokenPipeError):  # it answered before all was sent
            return connection.recv(65_536)
