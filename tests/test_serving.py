"""Refusing to start: each refusal is one sentence with the way to mend."""

import re
import socket
import sqlite3

import pytest
from click.testing import CliRunner

from screening.cli import main
from screening.config import read_config
from screening.demo import open_demo
from screening.opening import open_workplace
from screening.storage.database import Database
from tests.installation import Installation


def start(folder, **settings):
    """Return the one sentence with which a start is refused; `clinic` opens what `serve` opens."""
    environment = {f"SCREENING_{name}": value for name, value in settings.items()}
    done = CliRunner().invoke(
        main, ["clinic", "Aurelia"], env={"SCREENING_INSTANCE": str(folder)} | environment
    )
    assert done.exit_code in {1, 2}, done.output
    [sentence] = done.stderr.splitlines()
    return sentence


def test_a_port_in_use_is_named(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        server = Installation(tmp_path, port=taken.getsockname()[1])
        done = server.command("serve")

    assert (done.returncode, done.stdout) == (2, b"")
    [said] = done.stderr.decode().splitlines()
    assert said.startswith(f"cannot listen on 127.0.0.1:{server.port} (Address already in use")
    assert said.endswith("set SCREENING_ADDRESS to another one")


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("127.0.0.1:8123", "http://127.0.0.1:8123"),
        ("0.0.0.0:8123", "http://127.0.0.1:8123"),
        ("[::]:8123", "http://127.0.0.1:8123"),
        ("screening.example:80", "http://screening.example:80"),
    ],
)
def test_links_follow_the_address_where_no_other_is_set(address, url):
    assert read_config({"SCREENING_ADDRESS": address}).public_url == url
    both = {"SCREENING_ADDRESS": address, "SCREENING_PUBLIC_URL": "https://screening.example"}
    assert read_config(both).public_url == "https://screening.example"


def test_a_socket_needs_a_public_address(tmp_path):
    said = start(tmp_path, ADDRESS="unix:/run/screening.sock")

    assert "SCREENING_PUBLIC_URL must look like https://screening.example" in said


def test_the_demos_links_follow_an_address_that_is_changed_later(tmp_path):
    for port in ("8123", "8124"):
        settings = {"INSTANCE": str(tmp_path), "ADDRESS": f"127.0.0.1:{port}"}
        config = read_config({f"SCREENING_{name}": value for name, value in settings.items()})
        place = open_workplace(config)
        printed = open_demo(config, place)
        place.database.close()

        links = re.findall("http://[^/ ]+", printed)
        assert len(links) == 7
        assert set(links) == {f"http://127.0.0.1:{port}"}


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    said = start(tmp_path / "file" / "instance")

    assert "cannot be written" in said and "SCREENING_INSTANCE" in said


def test_a_database_of_a_newer_program_is_left_alone(tmp_path):
    Database(f"sqlite:///{tmp_path / 'screening.db'}").migrate()
    with sqlite3.connect(tmp_path / "screening.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()

    said = start(tmp_path)
    assert "newer version of this program (shape 9999)" in said and "restore a backup" in said


def test_a_damaged_database_is_named(tmp_path):
    (tmp_path / "screening.db").write_bytes(b"x" * 8192)

    assert start(tmp_path) == ("the database is damaged (file is not a database): restore a backup")


def test_another_secret_is_refused_and_changes_nothing(tmp_path):
    place = open_workplace(read_config({"SCREENING_INSTANCE": str(tmp_path)}))
    place.database.scrub()
    place.database.close()
    before = (tmp_path / "screening.db").read_bytes()
    (tmp_path / "secret").write_text("ab" * 32)

    assert start(tmp_path) == (
        "the secret does not open this database; "
        "SCREENING_SECRET_FILE names the file with the right one"
    )
    assert (tmp_path / "screening.db").read_bytes() == before


@pytest.mark.parametrize(
    ("name", "value", "hint"),
    [
        ("PROXIES", "one", "SCREENING_PROXIES must be a number"),
        ("PROXYS", "1", "did you mean SCREENING_PROXIES?"),
        ("ADDRESS", "8000", "must look like 127.0.0.1:8000"),
        ("PUBLIC_URL", "screening.example", "must look like https://screening.example"),
        ("DATABASE", "mysterious://x", "must look like postgresql://"),
        ("DATABASE", "postgresql://nobody@127.0.0.1:1/x", "the database cannot be opened"),
        ("TIMESTAMP_URL", "http://127.0.0.1:1", "belong together"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(tmp_path, name, value, hint):
    assert hint in start(tmp_path, **{name: value})
