"""deploy/nginx.conf, read: test_administrator.py lets a real nginx serve with it."""

import json
import re
import shutil
from http.client import HTTPConnection

import pytest

from bench.faults.slow import nginx
from screening.web.core.limits import FILES
from tests.installation import free_port
from tests.machine import CHECKOUT

CONF = re.sub(r"#.*", "", (CHECKOUT / "deploy" / "nginx.conf").read_text())
SERVERS = re.findall(r"^server \{\n(.*?)^\}", CONF, re.M | re.S)


def test_nothing_is_built_from_the_host_that_a_visitor_wrote():
    assert re.findall(r"\$(?:host|http_host)\b", CONF) == []
    [redirected] = re.findall(r"return 301 (\S+);", CONF)
    assert redirected == "https://screening.example$request_uri"


def test_who_asks_for_another_name_gets_no_answer():
    [default] = [server for server in SERVERS if "default_server" in server]
    assert "return 444;" in default
    assert "ssl_reject_handshake on;" in default


@pytest.mark.parametrize("server", SERVERS)
def test_every_server_listens_by_ipv4_and_by_ipv6(server):
    listens = re.findall(r"listen (\S+)(.*);", server)
    by_4 = [(port, rest) for port, rest in listens if port.isdecimal()]
    by_6 = [(port.removeprefix("[::]:"), rest) for port, rest in listens if "[::]:" in port]
    assert by_4
    assert by_4 == by_6


def test_no_server_speaks_less_than_tls_1_2():
    """The default server at a port decides for all there, before any name is known."""
    tls = [server for server in SERVERS if " ssl" in server]
    assert len(tls) == 2
    assert all("ssl_protocols TLSv1.2 TLSv1.3;" in server for server in tls)


def test_what_takes_a_file_is_let_through_to_the_pages(furnish, tmp_path):
    """nginx takes 64 kB elsewhere, which is less than a file may have."""
    office = furnish(tmp_path / "instance")
    app = office.app()
    rules = {
        rule.endpoint: rule.rule for rule in app.url_map.iter_rules() if "POST" in rule.methods
    }
    office.close()

    larger = re.findall(r"location (=|~|) ?(/\S*|\^\S+) \{[^}]*client_max_body_size \d+m;", CONF)
    assert len(larger) == 4
    whole = {"=": re.fullmatch, "~": re.search, "": re.match}
    taken = {rules[name] for name in FILES}
    assert [path for path in taken if not any(whole[how](p, path) for how, p in larger)] == []


@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed")
def test_a_program_that_nginx_refuses_is_told_so_as_ours_tells_it():
    """Nobody listens behind it here; people get a page of nginx's own."""
    much = b"x" * 3_000_000
    with nginx(free_port()) as front:
        for path, body, status, kind in (
            ("/api/v1/screenings", b"{}", 502, "application/problem+json"),
            ("/api/v1/screenings", much, 413, "application/problem+json"),
            ("/api/v1/verifications", b"x", 502, "application/problem+json"),
            ("/fhir/R4/", b"{}", 502, "application/fhir+json"),
            ("/fhir/R4", much, 413, "application/fhir+json"),
            ("/sign-in", much, 413, "text/html"),
        ):
            connection = HTTPConnection("127.0.0.1", front, timeout=10)
            connection.request("POST", path, body)
            answer = connection.getresponse()
            said = answer.read().decode()
            assert (answer.status, answer.headers.get_content_type()) == (status, kind), path
            if kind == "application/problem+json":
                assert json.loads(said)["status"] == status
            elif kind == "application/fhir+json":
                assert json.loads(said)["resourceType"] == "OperationOutcome"
            connection.close()


def test_http2_is_said_as_nginx_says_it_now():
    assert CONF.count("http2 on;") == 1
    assert "ssl http2" not in CONF


def test_nginx_calls_no_machine_but_those_that_are_named():
    assert set(re.findall(r"_pass (\S+);", CONF)) == {"http://screening"}
    [upstream] = re.findall(r"upstream screening \{(.*?)\}", CONF, re.S)
    assert set(re.findall(r"server (\S+?):\d+;", upstream)) == {"127.0.0.1"}


def test_no_folder_is_listed(furnish, tmp_path):
    assert "autoindex" not in CONF and not re.search(r"\b(root|alias) ", CONF)
    office = furnish(tmp_path / "instance")
    client = office.app().test_client()
    folders = ("/static", "/static/", "/static/.", "/style/", "/s/")
    assert {client.get(one).status_code for one in folders} == {404}
    office.close()
