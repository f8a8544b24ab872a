"""What the commands open: a folder of definitions, the installation, a clinic in it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from screening.config import Config, SettingError, read_config, read_secrets

if TYPE_CHECKING:
    from screening.clinical.definitions.definitions import Definitions

FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)


def choose_clinic(context: Any, clinic_id: str | None) -> str:
    """Return the id of the one clinic that fits, or leave with the list of all."""
    from screening.workflow.clinics.clinics import list_clinics

    known = dict(list_clinics(context))
    fitting = [id for id in known if clinic_id in (id, None)]
    if len(fitting) != 1:
        names = [f"{id}  {name}" for id, name in known.items()]
        stop(
            [
                "name the clinic with --clinic ID:",
                *(names or ["(none yet: screening clinic NAME)"]),
            ],
            2,
        )
    return fitting[0]


def open_installation(config: Config | None = None, read: Any = None) -> Any:
    """Return the installation, or leave with every problem of its definitions.

    `read` is bootstrap.open_context's.
    """
    from sqlalchemy.exc import DatabaseError, OperationalError

    from screening.bootstrap import open_context
    from screening.definitions.problems import DefinitionError
    from screening.documents.certificates.authority import CredentialsError
    from screening.storage.database import OtherVersionError
    from screening.storage.installation import WrongSecretError

    try:
        return open_context(config or read_config(), read)
    except DefinitionError as error:
        stop([str(p) for p in error.problems], 1)
    except OperationalError as error:
        kind = str(error.orig).strip().splitlines()[0]
        stop([f"the database cannot be opened: {kind}; SCREENING_DATABASE says where it is"], 1)
    except DatabaseError as error:
        stop([f"the database is damaged ({error.orig}): restore a backup"], 1)
    except SettingError:
        raise
    except (CredentialsError, OtherVersionError, OSError) as error:
        stop([str(error)], 1)
    except WrongSecretError as error:
        stop([f"{error}; SCREENING_SECRET_FILE names the file with the right one"], 2)
    except ValueError as error:
        stop([str(error)], 2)


def load(folder: Path) -> Definitions:
    """Return the definitions in `folder`, or leave with every problem."""
    from screening.definitions.dictionary.index import NotPackedError
    from screening.definitions.loading import load_definitions
    from screening.definitions.problems import DefinitionError

    try:
        return load_definitions(folder)
    except DefinitionError as error:
        stop([str(p) for p in error.problems], 1)
    except NotPackedError as error:
        stop([str(error)], 1)


def stop(problems: list[str], code: int) -> NoReturn:
    """Say each problem in a line of its own and leave."""
    for problem in problems:
        click.echo(problem.encode("utf-8", "replace").decode(), err=True)
    sys.exit(code)


@contextmanager
def installation() -> Iterator[Any]:
    """Open the installation for a command about its data, or leave with what hinders that."""
    from sqlalchemy.exc import DBAPIError

    from screening.bootstrap import open_context
    from screening.definitions.problems import DefinitionError
    from screening.storage.installation import WrongSecretError

    config = settings()
    try:
        context = open_context(config)
    except DBAPIError as error:
        leave(f"the database does not answer: {error.orig}")
    except SettingError:
        raise
    except (DefinitionError, WrongSecretError, ValueError) as error:
        leave(f"{error}; the secret's file is {config.secret_file}")
    try:
        yield context
    finally:
        context.database.close()


def settings() -> Config:
    try:
        return read_config()
    except ValueError as error:
        leave(str(error))


def secrets_of(config: Config) -> list[bytes]:
    try:
        return read_secrets(config.secret_file)
    except ValueError as error:
        leave(str(error))


def only_new(file: Path) -> None:
    if file.exists():
        leave(f"{file} exists already; name a new file")


def leave(problem: str, code: int = 2) -> NoReturn:
    stop([problem], code)
