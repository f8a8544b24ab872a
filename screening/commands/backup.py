"""Commands that back up all data, restore it, and prove beforehand that they could."""

from __future__ import annotations

from pathlib import Path

import click

from screening.commands.opening import FILE, installation, leave, only_new, secrets_of, settings
from screening.config import Config


@click.command()
@click.argument("file", type=FILE)
def backup(file: Path) -> None:
    """Write all data into FILE, while the pages are served. The secret is not in it."""
    from screening.storage.backup import write_backup

    only_new(file)
    part = file.with_name(file.name + ".part")
    with installation() as context:
        try:
            part.unlink(missing_ok=True)
            part.touch(mode=0o600)
            rows = write_backup(context.database, part, context.now())
            part.replace(file)
        except OSError as error:
            part.unlink(missing_ok=True)
            leave(f"{file} cannot be written: {error.strerror}")
    click.echo(f"{file}: {rows} rows. It opens only with the secret, which is not in it.")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Fill a new, empty installation from the backup in FILE, and prove that it opens."""
    from sqlalchemy.exc import DBAPIError

    from screening.bootstrap import open_database
    from screening.storage.backup import BackupError, restore_backup

    config = settings()
    if not config.secret_file.exists():
        leave(f"put the secret of the installation that was backed up into {config.secret_file}")
    config.instance.mkdir(parents=True, exist_ok=True)
    fresh = [p for p in _database_files(config) if not p.exists()]
    database = open_database(config)
    try:
        rows = restore_backup(database, file, secrets_of(config))
    except (BackupError, DBAPIError) as error:
        database.close()
        for path in fresh:
            path.unlink(missing_ok=True)
        leave(f"{getattr(error, 'orig', error)}; nothing was changed")
    database.close()
    click.echo(f"{rows} rows restored; the audit log is whole and every screening opens.")


def _database_files(config: Config) -> list[Path]:
    file = config.database.removeprefix("sqlite:///")
    return [Path(file + end) for end in ("", "-wal", "-shm", ".lock")] if file[0] == "/" else []


COMMANDS = (backup, restore)
