"""A whole run with words that stand nowhere else: they are in no log, address or file after it.

Real processes. A function in them fails once where the test says so, with the patient's words in
the error's text: the worst that a library could say.
"""

import os
import re
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.installation import Installation
from tests.mail_server import MailServer
from tests.visitor import Visitor

ROOT = Path(__file__).parents[1]
NAME = "Xqanary Vlotkin"
WORDS = "xqswollen for a week"
PHONE = "+44 7700 900461"
MEDICINE = "xqmedipril"
MAIL = "xqmail@patient.example"
REASON = "xqreason of the doctor"
CANARIES = ["Xqanary", "Vlotkin", "xqswollen", "7700 900461", MEDICINE, "xqmail", "xqreason"]

FAULTS = """
import sys
from pathlib import Path


def once(function, flag):
    def wrapped(*arguments, **named):
        try:
            Path({folder!r}, flag).unlink()
        except FileNotFoundError:
            return function(*arguments, **named)
        raise ValueError({said!r})

    return wrapped


if "screening.gunicorn_server" in sys.orig_argv:
    from screening.workflow.screenings import receipts

    receipts.read_receipt = once(receipts.read_receipt, "break-page")
"""


class Traveller(Visitor):
    """A visitor that notes every address, and each answer that says no."""

    def __init__(self):
        super().__init__()
        self.addresses, self.refusals = [], []
        self.opener.add_handler(_Noting(self.addresses))

    def _open(self, request):
        self.addresses.append(request.full_url)
        try:
            return super()._open(request)
        except urllib.error.HTTPError as refusal:
            with refusal:
                self.refusals.append((refusal.code, refusal.read().decode()))
            return self


class _Noting(urllib.request.HTTPRedirectHandler):
    def __init__(self, addresses):
        self.addresses = addresses

    def redirect_request(self, request, file, code, text, headers, address):
        self.addresses.append(address)
        return super().redirect_request(request, file, code, text, headers, address)


@pytest.fixture
def mail_server():
    server = MailServer().start()
    yield server
    server.stop()


@pytest.fixture
def server(tmp_path, mail_server):
    for name in ("faults", "temporary", "instance"):
        (tmp_path / name).mkdir()
    said = " ".join([NAME, WORDS, PHONE, MEDICINE, MAIL])
    faults = FAULTS.format(folder=str(tmp_path / "faults"), said=said)
    (tmp_path / "faults" / "sitecustomize.py").write_text(faults)
    settings = {
        **mail_server.settings,
        "PYTHONPATH": f"{tmp_path / 'faults'}:{ROOT}",
        "TMPDIR": str(tmp_path / "temporary"),
    }
    server = Installation(tmp_path / "instance", settings=settings).start()
    yield server
    server.stop()


def test_no_word_of_a_patient_is_in_a_log_an_address_or_a_file(server, mail_server, tmp_path):
    mail_server.refuses[MAIL] = f"450 4.2.1 {MAIL} of {NAME} is full"
    patient, staff, stranger = Traveller(), Traveller(), Traveller()

    invite(server, staff)
    shown = re.search(r"/reception/screenings/[^\"]+/link", staff.html)[0]
    staff.post(server.url + shown, why="at-the-desk")
    [link] = re.findall(rf"{server.url}/s/[\w-]+", staff.html)[:1]
    go_wrong(server, stranger)
    (tmp_path / "faults" / "break-page").touch()
    answer(patient, link)
    decide(server, staff)
    report = staff_report(server, staff)
    verify(server, stranger, report)
    server.stop()

    codes = sorted(code for who in (patient, staff, stranger) for code, _ in who.refusals)
    assert {400, 404, 422, 500} <= set(codes), codes
    assert not [page for code, page in patient.refusals if code == 500 and found_in(page.encode())]
    log = (server.folder / "log.txt").read_text()
    assert "ValueError" in log
    assert "mail" in log and '"status": 500' in log
    assert found_in(log.encode()) == []
    for who in (patient, staff, stranger):
        assert found_in("\n".join(who.addresses).encode()) == []
    kept = [path for path in tmp_path.rglob("*") if path.is_file() and "faults" not in path.parts]
    assert server.folder / "screening.db" in kept
    assert [(path.name, found_in(path.read_bytes())) for path in kept] == [
        (path.name, []) for path in kept
    ]


def found_in(content):
    """Return the words of the run that stand in `content`, as text of any usual kind."""
    forms = (lambda w: w.encode(), lambda w: w.encode("utf-16-le"), lambda w: w.encode().hex())
    plain = content.lower().replace(b"+", b" ").replace(b"%20", b" ")
    spelled = [(w, form(w.lower())) for w in CANARIES for form in forms]
    return [w for w, s in spelled if (s.encode() if isinstance(s, str) else s) in plain]


def invite(server, staff):
    server.sign_in(staff, "reception")
    staff.get(f"{server.url}/reception/invitations")
    staff.post(name=NAME, to=MAIL, born="1986-05-03", procedures=["mesotherapy-face"])
    assert NAME in staff.html
    end = time.monotonic() + 60
    while not re.search(r"mail \S+ failed", (server.folder / "log.txt").read_text()):
        assert time.monotonic() < end, "the mail was not tried"
        time.sleep(0.1)


def go_wrong(server, stranger):
    """Send the words where they do not belong, in the ways of a browser that is confused."""
    stranger.get(f"{server.url}/nothing/here")
    stranger.get(f"{server.url}/sign-in")
    stranger.post(username=MAIL, password=NAME)
    bare = f"username={MAIL}&{WORDS}".encode()
    for headers in (
        {},
        {"Sec-Fetch-Site": "cross-site"},
    ):  # from an old page, and from a foreign one
        stranger._open(urllib.request.Request(f"{server.url}/sign-in", bare, headers))
    stranger._open(urllib.request.Request(f"{server.url}/healthz", b"x", {"X-Name": NAME}))


def answer(patient, link):
    said = {
        "past_reaction": "yes",
        "past_reaction_what": f"{WORDS}, call {PHONE}",
        "other_meds": "yes",
        "medicine_list": f"{MEDICINE} 7 mg",
    }
    patient.get(link).post()
    patient.submit_quietly(link, said, name=NAME)
    assert [code for code, _ in patient.refusals] == [500], "the receipt broke once"
    patient.get(link.split("/s/")[0] + "/screening/receipt")
    assert "Your answers have arrived" in patient.html


def decide(server, staff):
    staff.get(f"{server.url}/reception").post(f"{server.url}/sign-out")
    server.sign_in(staff, "doctor")
    staff.post(f"{server.url}/doctor/search", words=NAME)
    [review] = set(re.findall(r"/doctor/screenings/[0-9a-f-]{32,36}", staff.html))
    end = time.monotonic() + 90
    while "screening.pdf" not in staff.get(server.url + review).html:
        assert time.monotonic() < end, "the report was not tried again"
        time.sleep(0.3)
    assert "xqswollen" in staff.html and MEDICINE in staff.html
    ruling = {"decision-mesotherapy-face": "decline", "reason-mesotherapy-face": REASON}
    staff.post(f"{server.url}{review}/decision", **ruling, password="wrong")
    staff.post(f"{server.url}{review}/decision", **ruling, password=server.doctor_password)
    assert REASON in staff.get(server.url + review).html
    staff.review = review


def staff_report(server, staff):
    address = f"{server.url}{staff.review}/screening.pdf"
    staff.addresses.append(address)
    with staff.opener.open(address, timeout=30) as answer:
        return answer.read()


def verify(server, stranger, report):
    assert report.startswith(b"%PDF")
    for sent, found in ((report, "PASSED"), (report[:-200], "FAILED")):
        body = urllib.request.Request(
            f"{server.url}/api/v1/verifications", sent, {"Content-Type": "application/pdf"}
        )
        assert found in stranger._open(body).html


def test_the_words_are_found_where_they_stand(tmp_path):
    """Without this the test above could pass because it cannot find anything."""
    for content in (
        b"...Vlotkin...",
        b"name=xqswollen+for",
        "Xqanary".encode("utf-16-le"),
        b"xqmail".hex().encode(),
        b"call%20+44%207700%20900461",
    ):
        assert found_in(content), content
    assert found_in(os.urandom(64)) == []
