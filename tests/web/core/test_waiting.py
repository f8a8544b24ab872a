"""Nobody waits for ever for whoever writes: a page says so, and what was typed is sent again."""

import html
import re
import time
from contextlib import contextmanager

import pytest
from sqlalchemy import event, text

from screening.storage.tables import Mark
from screening.storage.turn import turn
from tests.office import PASSWORD

FIELD = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')


@contextmanager
def someone_writes(office):
    """Hold the writer's turn, as a process that hangs does."""
    database = office.context.database
    database.longest_wait = 0.2
    with turn(office.config.instance / "screening.db.lock"):
        yield


@pytest.fixture
def office(tmp_path, furnish):
    office = furnish(tmp_path)
    yield office
    office.close()


@pytest.fixture
def app(office):
    app = office.app()
    app.config["WTF_CSRF_ENABLED"] = False
    return app


def test_what_was_typed_is_sent_again_at_one_tap(office, app):
    client = app.test_client()
    client.post(f"/s/{office.invite().link}")
    typed = {"procedures": "mesotherapy-face", "csrf_token": "abc", "more": 'a "b" <c>'}
    with someone_writes(office):
        answer = client.post("/screening/procedures?a=1", data=typed)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "not stored yet" in answer.text and 'action="/screening/procedures?a=1"' in answer.text
    kept = {html.unescape(k): html.unescape(v) for k, v in FIELD.findall(answer.text)}
    beside = {"page": "/screening/procedures", "csrf_token": kept["csrf_token"]}
    assert kept == typed | beside  # where its form stands, and that it is ours
    assert client.post("/screening/procedures", data=kept).status_code == 303


def test_a_password_is_never_written_into_the_page(office, app):
    with someone_writes(office):
        typed, began = {"username": "doctor", "password": PASSWORD}, time.monotonic()
        answer = app.test_client().post("/sign-in", data=typed)

    assert time.monotonic() - began < 25, "it ended a hundred times too late"
    assert answer.status_code == 503 and "Nothing that you sent before is lost" in answer.text
    assert PASSWORD not in answer.text


def test_a_program_is_told_in_its_own_form(office, app):
    pool = office.context.database.engine.pool
    pool._timeout = 0.1
    held = [pool.connect() for _ in range(15)]  # all that there are
    client = app.test_client()
    client.set_cookie("kiosk", "of-some-tablet")
    answer = client.get("/patients", headers={"Accept": "application/json"})
    for one in held:
        one.close()

    assert (answer.status_code, answer.json) == (503, {"error": "busy", "retry_after": 5})


def test_alive_asks_no_database_and_ready_writes(office, app):
    """Whoever looks on learns that the pages are there, and that nothing can be kept."""
    client, asked = app.test_client(), []
    office.enter(client, "doctor")
    client.set_cookie("kiosk", "of-some-tablet")
    event.listen(office.context.database.engine, "checkout", lambda *_: asked.append(1))
    assert client.get("/healthz").json == {"status": "alive"} and not asked
    said = "whoever writes to the database does not let others write"
    with someone_writes(office):
        answer = client.get("/readyz")

    assert (answer.status_code, said in answer.json["problems"]) == (503, True)
    assert said not in client.get("/readyz").json["problems"]
    with office.context.database.read() as session:
        assert session.get_one(Mark, "written").at == office.now
    office.pass_time(minutes=1)
    with office.context.database.write() as session:
        session.execute(text(REFUSES))
    assert "the database cannot be written" in client.get("/readyz").json["problems"]


REFUSES = """CREATE TRIGGER full BEFORE UPDATE ON mark
BEGIN SELECT RAISE(ABORT, 'disk full'); END"""
