"""The id, the line and the counts of each request; nothing in them that anybody wrote."""

import json
import logging
import multiprocessing
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.request import urlopen

import pytest

from screening.app import create_app
from screening.bootstrap import open_context
from screening.gunicorn_server import share_counts
from screening.logs import JsonLines
from screening.web.core import error_pages, saying_no
from screening.workflow.reception import invitations
from tests.mail_server import TO, MailServer, invite, send_due
from tests.office import Office


@pytest.fixture(scope="module")
def office(tmp_path_factory, furnish):
    office = furnish(tmp_path_factory.mktemp("office"))
    yield office
    office.close()


@pytest.fixture(scope="module")
def client(office):
    config = replace(office.config, proxies=1, metrics_token="a long secret")
    return create_app(config, office.context).test_client()


@pytest.mark.parametrize(
    ("given", "kept"),
    [("0123456789abcdef", True), ("Lan Nguyen", False), ("pregnant-yes-1234567", False)],
)
def test_a_request_keeps_the_id_of_the_proxy_where_it_is_one(client, given, kept):
    id = client.get("/healthz", headers={"X-Request-Id": given}).headers["X-Request-Id"]

    assert (id == given) == kept
    assert re.fullmatch("[0-9a-f-]{16,64}", id)


def test_a_served_page_goes_by_the_clock_of_the_test_that_asks_for_it(clinic):
    """Also where the clock is moved: tests/any_day.py reaches what `screening serve` starts."""
    with urlopen(f"{clinic.url}/healthz") as response:
        said = parsedate_to_datetime(response.headers["Date"])

    assert abs(datetime.now(UTC) - said) < timedelta(minutes=1)


def test_without_a_proxy_nobody_chooses_the_id(office):
    given = {"X-Request-Id": "0123456789abcdef"}
    answer = office.app().test_client().get("/healthz", headers=given)

    assert answer.headers["X-Request-Id"] != "0123456789abcdef"


def test_a_line_holds_the_template_of_an_address_and_the_id(client, caplog):
    caplog.set_level(logging.INFO, "screening.requests")
    answer = client.get("/s/canary-token?name=canary")
    line = json.loads(JsonLines().format(caplog.records[-1]))

    assert (line["route"], line["method"], line["status"]) == ("/s/<link>", "GET", 404)
    assert line["request"] == answer.headers["X-Request-Id"]
    assert "canary" not in JsonLines().format(caplog.records[-1])


def test_a_line_about_an_error_holds_its_kind_and_place_and_not_its_text():
    try:
        raise ValueError("canary")
    except ValueError as error:
        caught = (ValueError, error, error.__traceback__)
    lines = [
        logging.LogRecord(name, logging.ERROR, __file__, 1, text, ("canary",), caught)
        for name, text in (("sqlalchemy", "row %s"), ("gunicorn.error", "Error at request %s"))
    ]
    for line in map(JsonLines().format, lines):
        assert json.loads(line)["error"] == "ValueError"
        assert Path(__file__).name in line and "canary" not in line


def test_a_line_about_a_request_that_cannot_be_read_holds_nothing_of_it():
    text = "Invalid request from ip=192.0.2.1: Invalid HTTP request line: 'GET /s/canary X'"
    line = logging.LogRecord("gunicorn.error", logging.WARNING, __file__, 1, text, (), None)

    assert json.loads(JsonLines().format(line))["text"] == "Invalid request from ip=192.0.2.1"


def test_a_page_about_an_error_that_fails_itself_is_logged_without_the_link(
    office, monkeypatch, caplog
):
    def fail(*_):
        raise ConnectionError("the database is away")

    monkeypatch.setattr(saying_no, "_keep", fail)
    monkeypatch.setattr(error_pages, "broken", fail)
    app, link = create_app(office.config, office.context), "canary-of-some-link-that-is-none"
    monkeypatch.setattr(app, "testing", False)
    with pytest.raises(ConnectionError):  # which gunicorn answers with a bare 500
        app.test_client().post(f"/s/{link}")

    lines = [JsonLines().format(record) for record in caplog.records]
    assert any("ConnectionError" in line and '"logger": "screening"' in line for line in lines)
    assert not [line for line in lines if link in line]


def test_metrics_are_for_this_machine_and_for_whoever_knows_the_token(client):
    outside = {"X-Forwarded-For": "192.0.2.1"}
    token = {"Authorization": "Bearer a long secret"}

    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", headers=outside).status_code == 403
    assert client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 403
    assert client.get("/metrics", headers=outside | token).status_code == 200
    assert client.get("/metrics", headers=outside | {"Authorization": "Bearer "}).status_code == 403


def test_no_token_set_means_that_none_opens(office):
    app = create_app(replace(office.config, proxies=1), office.context)
    outside = {"X-Forwarded-For": "192.0.2.1", "Authorization": "Bearer "}

    assert app.test_client().get("/metrics", headers=outside).status_code == 403


def test_metrics_count_the_mails_that_wait_or_were_refused(tmp_path):
    server = MailServer().start()
    office = Office(tmp_path, **server.settings)
    for to in (TO, "gone@patient.example", "later@patient.example"):
        invite(office, to)
    server.refuses |= {"gone@patient.example": "550 no such mailbox"}
    server.refuses |= {"later@patient.example": "450 try later"}
    client = office.app().test_client()

    def counted():
        page = client.get("/metrics").text
        assert "patient.example" not in page
        return dict(re.findall(r'screening_mails\{state="(\w+)"\} (\d+)', page))

    assert counted() == {"pending": "3", "failed": "0"}
    send_due(office)
    server.stop()
    assert counted() == {"pending": "1", "failed": "1"}
    office.close()


def test_metrics_count_what_waits_and_name_nobody(office, client):
    invitations.withdraw(office.context, office.desk, office.submit())
    office.submit()
    client.get("/s/canary-token")
    office.pass_time(minutes=2)
    page = client.get("/metrics").text

    states = dict(re.findall(r'screening_screenings\{state="([\w-]+)"\} (\d+)', page))
    assert states == {"invited": "0", "in-progress": "0", "submitted": "1"}
    assert "screening_invited_total 2.0" in page
    waiting = re.search(r"screening_reports_pending (\d+)", page)
    assert int(waiting[1]) >= 1
    assert float(re.search(r"screening_report_oldest_seconds (\d\S*)", page)[1]) >= 120
    assert "screening_reports_failing 0.0" in page
    assert 'screening_request_seconds_count{method="GET",route="/s/<link>",status="404"}' in page
    assert not re.search("canary|Lan|Nguyen|Aurelia", page)


def ask(config, paths, told):
    client = create_app(config, context := open_context(config)).test_client()
    for path in paths:
        said = client.get(path).text
    context.database.close()
    told.put(said)


def test_whichever_process_is_asked_tells_the_requests_of_all(office, tmp_path, monkeypatch):
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "")
    share_counts(folder := tmp_path / "metrics")
    assert folder.stat().st_mode & 0o077 == 0
    anew = multiprocessing.get_context("spawn")
    told = anew.Queue()
    for paths in (["/sign-in"] * 3, [*["/sign-in"] * 4, "/metrics"]):
        process = anew.Process(target=ask, args=(office.config, paths, told))
        process.start()
        said = told.get(timeout=60)
        process.join()

    assert re.search(r'seconds_count{method="GET",route="/sign-in",status="200"} 7.0', said)
