"""Every setting, in one table. Each is read from the environment, once, at start.

Secrets have no default: the installation's secret is made at first start and
kept in the instance folder, readable by its owner only.
"""

from __future__ import annotations

import contextlib
import difflib
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

from screening.shipped import QUESTIONS

PREFIX = "SCREENING_"
PRIVATE = 0o077  # the umask of every process: what it writes is for its owner alone


TEXT = (r"[^\x00-\x1f\x7f]*", "one line of text")  # what a value has to match, and one that does
DATABASE = (r"|sqlite:///.+|postgresql(\+psycopg)?://\S+", "postgresql://user:password@host/name")
PLACE = (r"[^/\s]+:\d{1,5}|unix:/\S+", "127.0.0.1:8000")
SITE = (r"https?://[^/?#\s]+/?", "https://screening.example")
CLOCK = (r"|https?://[^/?#\s]+(/\S*)?", "https://tsa.example/rfc3161")
CODES = (r" *[A-Za-z_]{2,11} *(, *[A-Za-z_]{2,11} *)*", "en,ar")
SERVER = (r"|[a-z+]+://[^/?#\s]+/?", "smtp://user@mail.example:587")
NAME = (r"\S[^\x00-\x1f\x7f]*", "the name of an organisation")
MAILBOX = (r"|[^@\s<>,]+@[^@\s<>,]+", "desk@clinic.example")
NETWORKS = (r"|[0-9a-fA-F:./]+(, *[0-9a-fA-F:./]+)*", "10.0.0.0/8")
STORE = (r"|s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[\w.-]+)*/?|file:///\S+", "s3://bucket/prefix")
TOKEN = (r"[!-~]*", "a word without blanks")
SECRET = (DATABASE, CLOCK, SERVER, TOKEN)  # may hold a password, which no message repeats


@dataclass(frozen=True)
class Setting:
    """A number has its least and its largest in `between`, anything else its `form`."""

    name: str
    default: str
    help: str
    form: tuple[str, str] = TEXT
    between: tuple[int, int] | None = None


SETTINGS = (
    Setting("INSTANCE", "instance", "folder for the database, the keys and the certificates"),
    Setting("DATABASE", "", "address of a PostgreSQL; empty is SQLite in INSTANCE", DATABASE),
    Setting("QUESTIONS", str(QUESTIONS), "folder with questions and lists"),
    Setting("ADDRESS", "127.0.0.1:8000", "where the pages are served", PLACE),
    Setting("PUBLIC_URL", "", "how patients reach the pages; empty is http:// and ADDRESS", SITE),
    Setting(
        "STORE",
        "",
        "where sealed PDFs lie, such as s3://bucket/prefix; empty is the database",
        STORE,
    ),
    Setting("SECRET_FILE", "", "file with the installation's secret; empty is INSTANCE/secret"),
    Setting("LEDGER", "", "file of what was erased and ended; empty is INSTANCE/ledger"),
    Setting("ORGANISATION", "Screening", "name on the seal that is made at first start", NAME),
    Setting(
        "SEAL_FILE", "", "PKCS#12 file or pkcs11: address of a seal for all clinics; see README"
    ),
    Setting("SEAL_PASSPHRASE_FILE", "", "file with the passphrase or PIN of SEAL_FILE"),
    Setting("TIMESTAMP_URL", "", "timestamp authority (RFC 3161); empty is no trusted time", CLOCK),
    Setting("TIMESTAMP_TRUST", "", "PEM file with the roots that vouch for the timestamps"),
    Setting("LANGUAGES", "en", "languages that the pages offer, such as en,ar; see README", CODES),
    Setting("SMTP", "", "mail server, such as smtp://user@mail.example; empty is no mail", SERVER),
    Setting("SMTP_PASSWORD_FILE", "", "file with the password of the user in SMTP"),
    Setting("MAIL_FROM", "", "address that mails come from", MAILBOX),
    Setting(
        "REMIND_DAYS",
        "2",
        "days before the appointment to remind who has not finished",
        between=(0, 365),
    ),
    Setting(
        "WEBHOOK_NETWORKS",
        "",
        "networks of your own that webhooks may reach, such as 10.0.0.0/8; empty is none",
        NETWORKS,
    ),
    Setting(
        "PROXIES",
        "0",
        "proxies in front of the pages whose X-Forwarded-For is believed",
        between=(0, 10),
    ),
    Setting(
        "KEEP_UNSENT_DAYS",
        "90",
        "days to keep what was never sent, after its link ended",
        between=(0, 36_500),
    ),
    Setting("KEEP_YEARS", "10", "years to keep a screening after the decision", between=(0, 100)),
    Setting(
        "METRICS_TOKEN", "", "secret that opens /metrics from elsewhere; empty is nobody", TOKEN
    ),
    Setting(
        "WEB_WORKERS",
        "1",
        "processes that answer requests, such as one a core; each takes 150 MB",
        between=(1, 64),
    ),
    Setting(
        "WEB_THREADS",
        "8",
        "requests answered at the same time by one web process",
        between=(1, 256),
    ),
)

PAIRS = (
    ("SEAL_FILE", "SEAL_PASSPHRASE_FILE"),
    ("TIMESTAMP_URL", "TIMESTAMP_TRUST"),
    ("SMTP", "MAIL_FROM"),
)


@dataclass(frozen=True)
class Config:
    """The settings in force."""

    instance: Path
    database: str
    questions: Path
    address: str
    public_url: str
    store: str
    secret_file: Path
    ledger: Path
    organisation: str
    seal_file: str
    seal_passphrase_file: str
    timestamp_url: str
    timestamp_trust: str
    languages: tuple[str, ...]
    smtp: str
    smtp_password_file: str
    mail_from: str
    remind_days: int
    webhook_networks: tuple[IPv4Network | IPv6Network, ...]
    proxies: int
    metrics_token: str
    web_workers: int
    web_threads: int
    keep_unsent_days: int
    keep_years: int

    @property
    def secure(self) -> bool:
        """Whether patients reach the pages over TLS, so that cookies may demand it."""
        return self.public_url.startswith("https://")


class SettingError(ValueError):
    """A setting cannot be used; the text says which, and what to write instead."""


def read_config(environment: Mapping[str, str] = os.environ) -> Config:
    """Return the settings. Raises SettingError for one that cannot be used."""
    _refuse_unknown(environment)
    value = {s.name: environment.get(PREFIX + s.name) or s.default for s in SETTINGS}
    value["PUBLIC_URL"] = value["PUBLIC_URL"] or _url_of(value["ADDRESS"])
    for setting in SETTINGS:
        _check(setting, value[setting.name])
    instance = Path(value["INSTANCE"]).absolute()
    secret = value["SECRET_FILE"]
    for one, other in PAIRS:
        if bool(value[one]) != bool(value[other]):
            raise SettingError(f"{PREFIX}{one} and {PREFIX}{other} belong together: set both")
    return Config(
        instance=instance,
        database=value["DATABASE"] or f"sqlite:///{instance / 'screening.db'}",
        questions=Path(value["QUESTIONS"]).absolute(),
        address=value["ADDRESS"],
        public_url=value["PUBLIC_URL"].rstrip("/"),
        store=value["STORE"],
        secret_file=Path(secret).absolute() if secret else instance / "secret",
        ledger=Path(value["LEDGER"]).absolute() if value["LEDGER"] else instance / "ledger",
        organisation=value["ORGANISATION"],
        seal_file=value["SEAL_FILE"],
        seal_passphrase_file=value["SEAL_PASSPHRASE_FILE"],
        timestamp_url=value["TIMESTAMP_URL"],
        timestamp_trust=value["TIMESTAMP_TRUST"],
        languages=tuple(value["LANGUAGES"].replace(" ", "").split(",")),
        smtp=value["SMTP"],
        smtp_password_file=value["SMTP_PASSWORD_FILE"],
        mail_from=value["MAIL_FROM"],
        remind_days=int(value["REMIND_DAYS"]),
        webhook_networks=_networks(value["WEBHOOK_NETWORKS"]),
        proxies=int(value["PROXIES"]),
        metrics_token=value["METRICS_TOKEN"],
        web_workers=int(value["WEB_WORKERS"]),
        web_threads=int(value["WEB_THREADS"]),
        keep_unsent_days=int(value["KEEP_UNSENT_DAYS"]),
        keep_years=int(value["KEEP_YEARS"]),
    )


def _check(setting: Setting, value: str) -> None:
    """Raise SettingError where `value` is none for `setting`."""
    if not setting.between:
        form, like = setting.form
        if not re.fullmatch(form, value):
            shown = "" if setting.form in SECRET else f": {value!r}"
            raise SettingError(f"{PREFIX}{setting.name} must look like {like}{shown}")
        return
    least, most = setting.between
    if not re.fullmatch(r"[0-9]{1,9}", value) or not least <= int(value) <= most:
        raise SettingError(
            f"{PREFIX}{setting.name} must be a number from {least} to {most}, not {value!r}"
        )


def _url_of(address: str) -> str:
    """Return how this machine reaches the pages at `address`; nothing where no browser can."""
    host, _, port = address.rpartition(":")
    if host == "unix":
        return ""
    return f"http://{'127.0.0.1' if host in {'0.0.0.0', '[::]'} else host}:{port}"


def _refuse_unknown(environment: Mapping[str, str]) -> None:
    """Refuse a name that is nearly a setting's: it would do nothing, and nobody would know."""
    known = [PREFIX + setting.name for setting in SETTINGS]
    for name in environment:
        if name.startswith(PREFIX) and name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise SettingError(f"{name} is not a setting{hint} `screening settings` lists all")


def refuse_unwritable(name: str, folder: Path) -> None:
    """Raise SettingError where the setting `name` needs a file in `folder` and none can be made."""
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise SettingError(f"{PREFIX}{name}: the folder {folder} cannot be written")


def read_secrets(path: Path) -> list[bytes]:
    """Return the installation's secret in all its generations, newest first, one a line.

    Made at first use and readable by its owner only. Raises ValueError for a file
    that holds something else.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            write_secrets(path, [secrets.token_bytes(32)], first=True)
        found = [bytes.fromhex(line) for line in path.read_text().split()]
    except OSError as error:
        raise SettingError(f"{PREFIX}SECRET_FILE: {path} ({error.strerror})") from None
    except ValueError:
        found = []
    if not found or any(len(secret) < 32 for secret in found):
        raise ValueError(f"{path} does not hold a secret: lines of 64 digits and letters a to f")
    return found


def write_secrets(path: Path, generations: list[bytes], first: bool = False) -> None:
    """Write the file whole or not at all; the `first` leaves one that came meanwhile as it is."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.writelines(f"{secret.hex()}\n" for secret in generations)
        file.flush()
        os.fsync(file.fileno())
    if not first:
        part.replace(path)
        return
    with contextlib.suppress(FileExistsError):
        os.link(part, path)
    part.unlink()


def _networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        return tuple(ip_network(one.strip()) for one in text.split(",") if one.strip())
    except ValueError as error:
        raise SettingError(
            f"SCREENING_WEBHOOK_NETWORKS: {error}; write networks such as 10.0.0.0/8"
        ) from error
