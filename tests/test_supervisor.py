"""Refusing to start: each refusal is one sentence with the way to mend."""

import re
import socket
import sqlite3
import sys

import pytest
from click.testing import CliRunner

from screening.bootstrap import open_context
from screening.cli import main
from screening.config import SETTINGS, SettingError, read_config
from screening.demo.clinic import open_demo
from screening.storage.database import Database
from screening.supervisor import refuse_used_address
from tests.installation import Installation


def start(folder, **settings):
    """Return the one sentence with which a start is refused; `clinic` opens what `serve` opens."""
    environment = {f"SCREENING_{name}": value for name, value in settings.items()}
    done = CliRunner().invoke(
        main, ["clinic", "Aurelia"], env={"SCREENING_INSTANCE": str(folder), **environment}
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
        context = open_context(config)
        printed = open_demo(config, context)
        context.database.close()

        links = re.findall("http://[^/ ]+", printed)
        assert len(links) == 8
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


def test_a_database_of_before_the_first_release_is_refused_in_one_sentence(tmp_path):
    Database(f"sqlite:///{tmp_path / 'screening.db'}").migrate()
    with sqlite3.connect(tmp_path / "screening.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '0005'")
    database.close()

    assert start(tmp_path) == (
        "the database was made before version 0.1.0 of this program (shape 0005): "
        "open it with version 0.1.0 first"
    )


def test_a_damaged_database_is_named(tmp_path):
    (tmp_path / "screening.db").write_bytes(b"x" * 8192)

    assert start(tmp_path) == ("the database is damaged (file is not a database): restore a backup")


def test_another_secret_is_refused_and_changes_nothing(tmp_path):
    context = open_context(read_config({"SCREENING_INSTANCE": str(tmp_path)}))
    context.database.scrub()
    context.database.close()
    before = (tmp_path / "screening.db").read_bytes()
    (tmp_path / "secret").write_text("ab" * 32)

    assert start(tmp_path) == (
        "the secret does not open this database; "
        "SCREENING_SECRET_FILE names the file with the right one"
    )
    assert (tmp_path / "screening.db").read_bytes() == before


# Every setting, with what nobody can use and what is then said.
WRONG = [
    ({"INSTANCE": "/dev/null/instance"}, "set SCREENING_INSTANCE to another one"),
    ({"DATABASE": "mysterious://x:hidden@y/z"}, "DATABASE must look like postgresql://"),
    ({"DATABASE": "mysql://x:hidden@y/z"}, "DATABASE must look like postgresql://"),
    ({"DATABASE": "postgresql+asyncpg://x:hidden@y/z"}, "DATABASE must look like postgresql://"),
    ({"DATABASE": "postgresql://x:hidden@y:port/z"}, "DATABASE must look like postgresql://"),
    ({"DATABASE": "sqlite:////dev/null/x.db"}, "SCREENING_DATABASE: the folder /dev/null cannot"),
    ({"DATABASE": "postgresql://nobody@127.0.0.1:1/x"}, "the database cannot be opened"),
    ({"QUESTIONS": "/dev/null/questions"}, "questions"),
    ({"ADDRESS": "8000"}, "ADDRESS must look like 127.0.0.1:8000: '8000'"),
    ({"PUBLIC_URL": "screening.example"}, "PUBLIC_URL must look like https://screening.example"),
    ({"SECRET_FILE": "/dev/null/secret"}, "SECRET_FILE: /dev/null/secret"),
    ({"SECRET_FILE": "/"}, "SECRET_FILE: / (Is a directory)"),
    ({"ORGANISATION": " "}, "ORGANISATION must look like the name of an organisation"),
    ({"SEAL_FILE": "{here}/nothing.p12"}, "SEAL_FILE and SCREENING_SEAL_PASSPHRASE_FILE belong"),
    (
        {"SEAL_FILE": "{here}/nothing.p12", "SEAL_PASSPHRASE_FILE": "{here}/word"},
        "SEAL_FILE: {here}/nothing.p12 cannot be read (No such file or directory)",
    ),
    (
        {"SEAL_FILE": "{here}/word", "SEAL_PASSPHRASE_FILE": "{here}/word"},
        "SEAL_FILE: The key file or its passphrase is wrong.",
    ),
    (
        {"SEAL_FILE": "pkcs11:nothing", "SEAL_PASSPHRASE_FILE": "{here}/word"},
        "SEAL_FILE: Write the device as pkcs11:token=NAME",
    ),
    (
        {"SEAL_FILE": "{here}/word", "SEAL_PASSPHRASE_FILE": "{here}/nothing"},
        "SEAL_PASSPHRASE_FILE: {here}/nothing cannot be read",
    ),
    (
        {"SEAL_FILE": "{here}/word", "SEAL_PASSPHRASE_FILE": "{here}/bytes"},
        "SEAL_PASSPHRASE_FILE: {here}/bytes holds no line of text",
    ),
    ({"TIMESTAMP_URL": "tsa.example", "TIMESTAMP_TRUST": "{here}/word"}, "TIMESTAMP_URL must look"),
    ({"TIMESTAMP_URL": "http://127.0.0.1:1"}, "belong together"),
    (
        {"TIMESTAMP_URL": "http://127.0.0.1:1", "TIMESTAMP_TRUST": "{here}/nothing"},
        "TIMESTAMP_TRUST: {here}/nothing cannot be read",
    ),
    (
        {"TIMESTAMP_URL": "http://127.0.0.1:1", "TIMESTAMP_TRUST": "{here}/word"},
        "TIMESTAMP_TRUST: {here}/word holds no certificates as PEM",
    ),
    ({"LANGUAGES": "en,xx"}, "LANGUAGES: there are no questions in 'xx', only in en, ar, ru, vi"),
    ({"LANGUAGES": "en,"}, "LANGUAGES must look like en,ar"),
    ({"LANGUAGES": "en ru"}, "LANGUAGES must look like en,ar"),
    ({"SMTP": "mail.example", "MAIL_FROM": "a@clinic.example"}, "SMTP must look like smtp://"),
    ({"SMTP": "http://mail", "MAIL_FROM": "a@clinic.example"}, "SMTP must look like smtp://"),
    ({"SMTP": "smtp://mail:port", "MAIL_FROM": "a@clinic.example"}, "SMTP must look like smtp://"),
    ({"SMTP": "smtp://a:hidden@mail", "MAIL_FROM": "a@clinic.example"}, "SMTP_PASSWORD_FILE"),
    (
        {
            "SMTP": "smtp://desk@mail.example",
            "MAIL_FROM": "a@clinic.example",
            "SMTP_PASSWORD_FILE": "{here}/nothing",
        },
        "SMTP_PASSWORD_FILE: {here}/nothing cannot be read",
    ),
    ({"SMTP": "smtp://mail.example", "MAIL_FROM": "desk"}, "MAIL_FROM must look like desk@clinic"),
    ({"REMIND_DAYS": "-1"}, "REMIND_DAYS must be a number from 0 to 365, not '-1'"),
    ({"PROXIES": "one"}, "PROXIES must be a number from 0 to 10, not 'one'"),
    ({"KEEP_UNSENT_DAYS": "1e9"}, "KEEP_UNSENT_DAYS must be a number from 0 to 36500"),
    ({"KEEP_YEARS": "99999"}, "KEEP_YEARS must be a number from 0 to 100, not '99999'"),
    ({"METRICS_TOKEN": "two hidden"}, "METRICS_TOKEN must look like a word without blanks"),
    ({"STORE": "http://bucket"}, "STORE must look like s3://bucket/prefix"),
    ({"WEB_WORKERS": "65"}, "WEB_WORKERS must be a number from 1 to 64, not '65'"),
    ({"WEB_THREADS": "0"}, "WEB_THREADS must be a number from 1 to 256, not '0'"),
    ({"WEBHOOK_NETWORKS": "10.0.0.1/8"}, "WEBHOOK_NETWORKS: 10.0.0.1/8 has host bits set"),
    ({"WEBHOOK_NETWORKS": "the house"}, "WEBHOOK_NETWORKS must look like 10.0.0.0/8"),
    ({"LEDGER": "two\nlines"}, "LEDGER must look like one line of text"),
    ({"PROXYS": "1"}, "did you mean SCREENING_PROXIES?"),
]


@pytest.mark.parametrize(("settings", "hint"), WRONG, ids=[hint for _, hint in WRONG])
def test_a_setting_that_cannot_be_used_is_named(tmp_path, settings, hint):
    (tmp_path / "word").write_text("word\n")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    given = {name: value.format(here=tmp_path) for name, value in settings.items()}

    said = start(tmp_path / "instance", **given)

    assert hint.format(here=tmp_path) in said
    assert "hidden" not in said


def test_every_setting_is_tried_with_what_nobody_can_use():
    """A setting that is new stands in the table above as well."""
    assert {setting.name for setting in SETTINGS} <= {name for tried, _ in WRONG for name in tried}


def test_a_missing_driver_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)

    assert start(tmp_path, DATABASE="postgresql://nobody@127.0.0.1:1/x") == (
        "SCREENING_DATABASE needs the driver psycopg: install requirements.txt again"
    )


def test_the_folder_of_a_socket_that_cannot_be_written_is_named():
    config = read_config(
        {"SCREENING_ADDRESS": "unix:/dev/null/x", "SCREENING_PUBLIC_URL": "https://a.example"}
    )
    with pytest.raises(SettingError, match="ADDRESS: the folder /dev/null cannot be written"):
        refuse_used_address(config)
