"""Turn settings into an installation: the only place that does.

It knows no pages, so that a worker or a command loads none of them.
"""

from __future__ import annotations

import contextlib
import io
import os
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography.x509 import Certificate, load_pem_x509_certificates
from sqlalchemy.exc import ArgumentError

from screening.clinical.definitions.definitions import Definitions
from screening.clinical.definitions.language import ENGLISH
from screening.config import PREFIX, PRIVATE, Config, SettingError, read_secrets, refuse_unwritable
from screening.documents.certificates.authority import (
    Credentials,
    CredentialsError,
    TimestampAuthority,
    create_authority,
    issue_certificate,
)
from screening.job_queue import open_bell, open_queue, worker_states
from screening.storage.database import Database
from screening.storage.encryption import Keys
from screening.storage.installation import Safe
from screening.storage.store import store_at
from screening.workflow.accounts import sessions
from screening.workflow.accounts.making import SERVER
from screening.workflow.clinics import clinics
from screening.workflow.core.context import Context
from screening.workflow.mail.smtp import MailServer
from screening.workflow.operations import health
from screening.workflow.patients.adoption import adopt

SQLITE = "sqlite:///"
OURS = ("screening.db*", "queue.db*", "limits.db*", "demo.txt", "secret", "*.p12")


def now() -> datetime:
    return datetime.now(UTC)


def _loading() -> Callable[[Path], Definitions]:
    # Takes pydantic and YAML, which whoever reads the lists apart does without.
    from screening.definitions.loading import load_definitions

    return load_definitions


def open_context(config: Config, read: Callable[[Path], Definitions] | None = None) -> Context:
    """Return the installation that `config` describes, its tables up to date.

    `read` reads the lists, where that is another than load_definitions. Raises DefinitionError
    when a rule cannot be read: better no service than one with fewer rules.
    """
    definitions = (read or _loading())(config.questions)
    _check_languages(config, definitions)
    safe = open_safe(config)
    try:
        safe.database.migrate()
        keys = safe.keys()
        seal, clock = open_seal(config, keys, now()), open_clock(config)
        queue = cache(lambda: open_queue(config, keys))
        context = Context(
            database=safe.database,
            definitions=definitions,
            archive=pack_definitions(config.questions),
            keys=keys,
            wrapping=safe.wrapping,
            seal=seal,
            ring=open_bell(queue),
            workers=lambda: worker_states(queue),
            issue=lambda who, at, number, alone: issue_certificate(
                open_authority(config, keys), who, "doctor", at, None, number, alone
            ),
            issue_seal=lambda clinic, at: issue_seal(config, keys, clinic, at),
            now=now,
            one_seal=bool(config.seal_file),
            clock=clock,
            trust=(*trusted(config), *seal.chain[-1:], *(clock.roots if clock else ())),
            public_url=config.public_url,
            mail=open_mail(config),
            webhook_networks=config.webhook_networks,
            store=store_at(config.store),
        )
        adopt(context)
        return context
    except Exception:
        safe.database.close()
        raise


def _check_languages(config: Config, definitions: Definitions) -> None:
    existing = [ENGLISH, *definitions.translations]
    for code in config.languages:
        if code not in existing:
            raise SettingError(
                f"SCREENING_LANGUAGES: there are no questions in {code!r}, "
                f"only in {', '.join(existing)}"
            )


def pack_definitions(folder: Path) -> bytes:
    """Return the files of `folder` as a ZIP, the same bytes for the same files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*.yaml")):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix())
            archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def open_safe(config: Config) -> Safe:
    """Return where the installation's own keys and certificates are kept."""
    try:
        config.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make_private(config.instance)
        if not os.access(config.instance, os.W_OK):
            raise PermissionError
    except OSError:
        raise SettingError(
            f"the folder {config.instance} cannot be written: "
            "give it to who runs this, or set SCREENING_INSTANCE to another one"
        ) from None
    return Safe(open_database(config), lambda: read_secrets(config.secret_file))


def open_database(config: Config) -> Database:
    """Return the database, which nobody has asked anything yet."""
    if config.database.startswith(SQLITE):
        refuse_unwritable("DATABASE", Path(config.database.removeprefix(SQLITE)).parent)
    try:
        return Database(config.database)
    except ImportError:
        raise SettingError(
            "SCREENING_DATABASE needs the driver psycopg: install requirements.txt again"
        ) from None
    except (ArgumentError, ValueError):
        raise SettingError(
            "SCREENING_DATABASE must look like postgresql://user:password@host/name"
        ) from None


def _make_private(instance: Path) -> None:
    """Close our files to others, where a version from before left them open.

    The folder may be someone's own, with other things in it, and stays as it is.
    """
    for path in (path for name in OURS for path in instance.glob(name)):
        with contextlib.suppress(OSError):  # SQLite takes its own away; another's is theirs
            if path.stat().st_mode & PRIVATE:
                path.chmod(0o600)


def open_seal(config: Config, keys: Keys, at: datetime) -> Credentials:
    """Return the installation's seal; at first start a local authority issues one as of `at`.

    Raises SettingError where the one that the settings name cannot be used.
    """
    if config.seal_file:
        return open_given_seal(config)
    authority = open_authority(config, keys)

    def issue() -> Credentials:
        return issue_certificate(authority, f"Seal of {config.organisation}", "seal", at)

    return _kept(config, keys, "seal", issue)


def open_given_seal(config: Config) -> Credentials:
    """Return the seal in the file or the device that the settings name."""
    passphrase = _read_word("SEAL_PASSPHRASE_FILE", config.seal_passphrase_file)
    try:
        if config.seal_file.startswith("pkcs11:"):
            from screening.documents.certificates.device import open_device

            return open_device(config.seal_file, passphrase)
        pkcs12 = _read_file("SEAL_FILE", config.seal_file)
        return Credentials.from_pkcs12(pkcs12, passphrase.encode())
    except CredentialsError as error:
        raise SettingError(f"SCREENING_SEAL_FILE: {error}") from None


def _read_file(name: str, path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise SettingError(f"{PREFIX}{name}: {path} cannot be read ({error.strerror})") from None


def _read_word(name: str, path: str) -> str:
    """Return the password or PIN that stands alone in a file."""
    try:
        word = _read_file(name, path).decode().strip()
    except UnicodeDecodeError:
        word = ""
    if not word:
        raise SettingError(f"{PREFIX}{name}: {path} holds no line of text")
    return word


def issue_seal(config: Config, keys: Keys, clinic: str, at: datetime) -> Credentials | None:
    """Return a seal that names `clinic` from `at` on, None where one is set for all clinics."""
    if config.seal_file:
        return None
    authority = open_authority(config, keys)
    return issue_certificate(authority, f"Seal of {clinic}", "seal", at, clinic)


def renew_certificates(config: Config, context: Context) -> None:
    """Issue new seals and doctors' certificates where less than 30 days are left."""
    keys = context.keys
    for clinic in health.ending_seals(context):
        if clinic is None and not config.seal_file:
            (config.instance / "seal.p12").unlink(missing_ok=True)
            open_safe(config).forget("seal")
            open_seal(config, keys, context.now())
        elif clinic and (seal := issue_seal(config, keys, clinic.name, context.now())):
            clinics.renew_seal(context, clinic.id, seal)
    for one in health.ending_doctors(context):
        issued = context.issue(one.name, context.now(), one.registration, one.vouched_by == SERVER)
        sessions.renew_credentials(context, one.id, issued)


def open_clock(config: Config) -> TimestampAuthority | None:
    """Return whose clock to trust, None where the settings name nobody's."""
    if not config.timestamp_url:
        return None
    try:
        pem = _read_file("TIMESTAMP_TRUST", config.timestamp_trust)
        roots = load_pem_x509_certificates(pem)
    except SettingError:
        raise
    except ValueError:
        raise SettingError(
            f"SCREENING_TIMESTAMP_TRUST: {config.timestamp_trust} holds no certificates as PEM"
        ) from None
    return TimestampAuthority(config.timestamp_url, tuple(roots))


def open_mail(config: Config) -> MailServer | None:
    """Return what sends mail, None where the settings name nothing."""
    if not config.smtp:
        return None
    secret = config.smtp_password_file
    password = _read_word("SMTP_PASSWORD_FILE", secret) if secret else ""
    try:
        return MailServer.at(config.smtp, password, config.mail_from)
    except ValueError as error:
        raise SettingError(str(error)) from None


def open_authority(config: Config, keys: Keys) -> Credentials:
    """Return the local authority, made at first start; its certificate is what verifiers trust."""
    authority = _kept(
        config,
        keys,
        "authority",
        lambda: create_authority(config.organisation, now() - timedelta(minutes=1)),
    )
    write_privately(config.instance / "authority.crt", authority.certificate_pem)
    return authority


def _kept(config: Config, keys: Keys, name: str, make: Callable[[], Credentials]) -> Credentials:
    """Return what stands in the database under `name`, where every machine finds the same."""
    safe, file = open_safe(config), config.instance / f"{name}.p12"

    def pkcs12(_session: object) -> bytes:  # a file is of an installation from before
        return file.read_bytes() if file.exists() else make().to_pkcs12(keys.passphrase)

    try:
        return Credentials.from_pkcs12(safe.fetch(name, pkcs12), keys.passphrase)
    finally:
        safe.database.close()


def write_privately(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.part")
    part.touch(mode=0o600)
    part.write_bytes(content)
    part.replace(path)


def trusted(config: Config) -> list[Certificate]:
    """Return the certificates that this installation trusts, none before its first start."""
    path = config.instance / "authority.crt"
    return load_pem_x509_certificates(path.read_bytes()) if path.exists() else []
