"""Commands that back up all data, restore it, and prove beforehand that they could."""

from __future__ import annotations

import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from screening.commands.opening import FILE, installation, leave, only_new, secrets_of, settings
from screening.config import Config

if TYPE_CHECKING:
    from screening.workflow.records.restoring import Restored

HERE = click.Path(exists=True, dir_okay=False, path_type=Path)
LEDGER = click.option(
    "--ledger",
    type=FILE,
    help="The ledger of what was erased and ended; by default the newest one beside FILE or here.",
)
BLINDLY = click.option(
    "--without-ledger", is_flag=True, help="Go on without: what was erased since may come back."
)
DAMAGED = click.option(
    "--with-damage", is_flag=True, help="Go on where something does not open, and leave it so."
)


@click.command()
@click.argument("file", type=FILE)
@click.option("--keep", default=0, help="Let older good backups beside FILE go, but for so many.")
def backup(file: Path, keep: int) -> None:
    """Write all data into FILE, while the pages are served, and open all of it again.

    The secret is not in it. Ends with 1, and lets none go, where something does not open.
    """
    from screening.workflow.records.backups import back_up

    only_new(file)
    config = settings()
    with installation() as context:
        try:
            done = back_up(context, file, secrets_of(config), keep)
        except OSError as error:
            leave(f"{file} cannot be written: {error.strerror}")
    click.echo(
        f"{file}: {done.rows} rows, {done.opened} sealed values opened. "
        "It opens only with the secret, which is not in it."
    )
    click.echo(f"{file.parent / 'ledger'}: what was erased and ended, up to now; head {done.head}")
    if done.elsewhere:
        click.echo(
            f"{done.elsewhere} reports lie in {config.store or 'a store'} and are not in it: "
            "keep a copy of that as well, for five weeks at least"
        )
    for old in done.gone:
        click.echo(f"{old} was let go")
    _name(done.damaged, "no older backup was let go; it holds this damaged: ")


@click.command()
@click.argument("file", type=HERE)
@LEDGER
@BLINDLY
@DAMAGED
@click.option("--head", default="", help="The ledger's head as a backup printed it: is it whole?")
def restore(
    file: Path, ledger: Path | None, without_ledger: bool, with_damage: bool, head: str
) -> None:
    """Fill a new, empty installation from the backup in FILE, and prove that it opens.

    What was erased or ended since is erased and ended again, by the ledger.
    """
    from screening.bootstrap import open_database

    config = settings()
    if not config.secret_file.exists():
        leave(f"put the secret of the installation that was backed up into {config.secret_file}")
    config.instance.mkdir(parents=True, exist_ok=True)
    fresh = [p for p in _database_files(config) if not p.exists()]
    database = open_database(config)
    try:
        done = _restored(config, database, file, ledger, without_ledger, with_damage, head)
    except SystemExit:
        for path in fresh:
            path.unlink(missing_ok=True)
        raise
    click.echo("\n".join(in_words(done)))
    for one in done.missing:
        click.echo(f"not in the store of documents: {one}", err=True)
    _name(done.damaged, "damaged and kept as it is: ")
    sys.exit(1 if done.missing else 0)


def _restored(
    config: Config,
    database: Any,
    file: Path,
    ledger: Path | None,
    blindly: bool,
    damage_too: bool,
    head: str = "",
) -> Restored:
    """Restore, or leave with what hinders it and how to go on all the same."""
    from sqlalchemy.exc import DBAPIError

    from screening.bootstrap import now
    from screening.storage.backup import BackupError
    from screening.storage.store import store_at
    from screening.workflow.records import restoring
    from screening.workflow.records.backups import LEDGER as BESIDE

    places = [ledger] if ledger else [file.parent / BESIDE, config.ledger]
    try:
        return restoring.restore(
            *(database, file, secrets_of(config), places, now, blindly, damage_too, head),
            store=store_at(config.store),
        )
    except restoring.NoLedgerError as error:
        leave(
            f"{error}; nothing was changed. Name another one with --ledger, "
            "or go on --without-ledger and erase once more what was asked for since"
        )
    except BackupError as error:
        for one in error.damaged:
            click.echo(f"damaged: {one}", err=True)
        more = "take an older backup, or go on --with-damage" if error.damaged else str(error)
        leave(f"{more}; nothing was changed", 1 if error.damaged else 2)
    except DBAPIError as error:
        leave(f"{error.orig}; nothing was changed")
    finally:
        database.close()


def in_words(done: Restored) -> list[str]:
    """Return what a restore did, a line for each kind."""
    lists = {
        "erased again": done.erased,
        "withdrawn again": done.withdrawn,
        "accounts closed again": done.disabled,
        "accounts whose role was changed again": done.roles,
        "accounts that need a new password by a link": done.shut,
        "doctors who need a new certificate": done.unsigned,
        "numbers go on at": done.goes_on_at,
    }
    opens = f"{len(done.damaged)} do not" if done.damaged else "every screening opens"
    told = [
        f"{done.rows} rows restored; the audit log is whole, {done.opened} sealed values opened "
        f"and {opens}.",
        f"sign-ins ended: {done.sign_ins}; tablets unpaired: {done.tablets}; "
        f"links ended: {done.links}; other programs cut off: {done.programs}",
        *(f"{what}: {', '.join(names)}" for what, names in lists.items() if names),
        f"the audit log goes on at {done.audit_goes_on_at}",
    ]
    told.append("nobody signs until a second person has confirmed the accounts of each clinic")
    if done.rotated:
        told.append("keys were changed since the backup: screening keys rotate")
    return told


@click.command()
@click.argument("file", type=HERE, required=False)
@LEDGER
@BLINDLY
def drill(file: Path | None, ledger: Path | None, without_ledger: bool) -> None:
    """Restore the backup in FILE, or one made now, into a scratch folder, and use what is in it.

    Nothing of the installation is changed. Ends with 1 where anything fails.
    """
    from screening.bootstrap import open_context, open_database
    from screening.workflow.records.backups import back_up
    from screening.workflow.records.drill import drill as drill_

    config = settings()
    with tempfile.TemporaryDirectory(prefix="screening-drill-") as scratch:
        folder = Path(scratch)
        if file is None:
            file = folder / "backup.zip"
            with installation() as context:
                back_up(context, file, secrets_of(config))
        address = f"sqlite:///{folder / 'screening.db'}"
        there = replace(config, instance=folder, database=address, secret_file=config.secret_file)
        database = open_database(there)
        done = _restored(config, database, file, ledger, without_ledger, True)
        context = open_context(there)
        try:
            found = drill_(context)
        finally:
            context.database.close()
    click.echo("\n".join(in_words(done)))
    click.echo(f"reports that verify: {found.reports - _count(found.failed, 'verify')}")
    click.echo(f"links that open: {found.links - _count(found.failed, 'link')}")
    click.echo(
        f"second factors that count: {found.factors - _count(found.failed, 'app', 'passkey')}"
    )
    _name([*done.damaged, *done.missing, *found.failed], "FAILED: ")
    click.echo("the drill went well")


def _count(failed: list[str], *words: str) -> int:
    return sum(any(word in one for word in words) for one in failed)


def _name(what: list[str], before: str) -> None:
    """Say each and leave with 1, where there is any."""
    for one in what:
        click.echo(f"{before}{one}", err=True)
    if what:
        sys.exit(1)


def _database_files(config: Config) -> list[Path]:
    file = config.database.removeprefix("sqlite:///")
    return [Path(file + end) for end in ("", "-wal", "-shm", ".lock")] if file[0] == "/" else []


COMMANDS = (backup, restore, drill)
