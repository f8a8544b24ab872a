"""Commands for whoever answers for the data: hand it out, destroy it, change keys."""

from __future__ import annotations

import secrets as random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from screening.commands.opening import (
    FILE,
    installation,
    leave,
    only_new,
    secrets_of,
    settings,
    stop,
)
from screening.commands.recall import recall
from screening.config import Config, write_secrets

PATIENT = click.option(
    "--patient",
    metavar="ID|NUMBER",
    help="The patient's id, number at the clinic, or one screening's number: all of this person.",
)
CLINIC = click.option("--clinic", "clinic_id", help="The clinic's id, where clinics share numbers.")


@click.command()
@click.argument("number", required=False)
@PATIENT
@click.option("-o", "--output", type=FILE, required=True)
@CLINIC
def export(number: str | None, patient: str | None, output: Path, clinic_id: str | None) -> None:
    """Write all that is held on the screening NUMBER, or on a patient, into a ZIP.

    It is not encrypted.
    """
    from screening.workflow.core.actor import PROGRAM
    from screening.workflow.records import export

    named = _one_of(number, patient)
    only_new(output)
    with installation() as context, _refusals(named):
        if patient:
            id = _find_patient(context, patient, clinic_id)
            packed = export.export_patient(context, id, PROGRAM)
        else:
            packed = export.export(context, _find(context, named, clinic_id).id, PROGRAM)
    output.touch(mode=0o600)
    output.write_bytes(packed.archive)
    click.echo(f"{output}: all that is held on {named}, readable by anyone")
    _name_damaged(packed.damaged)


@click.command()
@click.argument("number", required=False)
@PATIENT
@click.option("--reason", required=True, help='Such as "asked by the patient".')
@CLINIC
def erase(number: str | None, patient: str | None, reason: str, clinic_id: str | None) -> None:
    """Destroy all that is held on the screening NUMBER, or on a patient, for good.

    Backups keep it.
    """
    from screening.workflow.core.actor import PROGRAM
    from screening.workflow.core.acts import ERASED_BECAUSE, OTHER_REASON, erased_because
    from screening.workflow.records import erasure
    from screening.workflow.records.ledger import extend
    from screening.workflow.reports.documents import remove_loose

    named = _one_of(number, patient)
    if not reason.strip():
        leave(f"give a reason: {', '.join(ERASED_BECAUSE)}")
    with installation() as context, _refusals(named):
        if patient:
            id = _find_patient(context, patient, clinic_id)
            numbers = erasure.erase_patient(context, id, PROGRAM, reason.strip())
            named, others = ", ".join(["the patient", *numbers]), []
        else:
            id = _find(context, named, clinic_id).id
            others = erasure.erase(context, id, PROGRAM, reason.strip())
        extend(context, settings().ledger)
        remove_loose(context)
    click.echo(f"{named} {'is' if number else 'are'} erased. Backups made before still hold it.")
    if erased_because(reason) == OTHER_REASON:
        click.echo(f"The audit log keeps no free text, and says “{OTHER_REASON}”.")
    for other in others:
        click.echo(f"{other} is of the same patient and is kept: screening erase --patient {other}")


def _one_of(number: str | None, patient: str | None) -> str:
    if bool(number) == bool(patient):
        leave("name one screening by its NUMBER, or one patient with --patient")
    return number or patient or ""


@click.command()
@click.option("--dry-run", is_flag=True, help="Only list what would be erased.")
def purge(dry_run: bool) -> None:
    """Erase what has been kept long enough, by SCREENING_KEEP_UNSENT_DAYS and KEEP_YEARS."""
    from screening.workflow.records import retention
    from screening.workflow.records.ledger import extend
    from screening.workflow.reports.documents import remove_loose

    config = settings()
    with installation() as context:
        act = retention.due_for_purge if dry_run else retention.purge
        found = act(context, config.keep_unsent_days, config.keep_years)
        extend(context, config.ledger)
        remove_loose(context)
    for held in found:
        click.echo(f"{held.number} {held.state}")
    click.echo(f"{len(found)} {'would be erased' if dry_run else 'erased'}")


@click.command("move-documents")
@click.option("--back", is_flag=True, help="Into the database, from the store that is still set.")
def move_documents(back: bool) -> None:
    """Move the sealed PDFs into SCREENING_STORE, while the pages are served.

    Stopped half-way it goes on where it was. Each stays where it was until it lies there.
    """
    from screening.storage.store import StoreAwayError
    from screening.workflow.reports.documents import count_places, move

    wrong: list[str] = []
    with installation() as context:
        if context.store is None:
            leave("no store is set: SCREENING_STORE names one, such as s3://bucket/prefix")
        try:
            wrong = [problem for problem in move(context, context.store, back) if problem]
        except StoreAwayError as error:
            wrong = [f"{error}; nothing is lost, go on with the same command"]
        places = count_places(context)
    click.echo(f"{places.store} reports lie in {context.store.address}")
    click.echo(f"{places.database} reports lie in the database")
    if wrong:
        stop(wrong, 1)


@click.group()
def keys() -> None:
    """Change the installation's secret and the clinics' keys while the pages are served."""


@keys.command()
def prepare() -> None:
    """Add a new secret to the secret's file; copy the file to every machine, then rotate."""
    config = settings()
    with installation() as context:
        _prepare(context, config)
    click.echo(f"{config.secret_file} holds a new secret; copy it to every machine, then rotate")


def _prepare(context: Any, config: Config) -> None:
    from screening.workflow.records.key_rotation import in_use

    known = secrets_of(config)
    if not in_use(context, known[0]):
        leave("a new secret is prepared already: screening keys rotate")
    write_secrets(config.secret_file, [random.token_bytes(32), *known])


@keys.command()
@click.option("--clinic", "clinic_id", help="Give this clinic a new key, not the installation.")
def rotate(clinic_id: str | None) -> None:
    """Seal everything with the new secret (made now if none is prepared)."""
    from sqlalchemy.exc import NoResultFound

    from screening.workflow.records import key_rotation

    config = settings()
    with installation() as context:
        if clinic_id:
            try:
                done = key_rotation.rotate_clinic(context, clinic_id)
            except NoResultFound:
                leave(f"there is no clinic {clinic_id}")
            click.echo(f"{done.patients} patients have a new lock")
            _name_damaged(done.damaged)
            return
        if key_rotation.in_use(context, secrets_of(config)[0]):
            _prepare(context, config)
        key_rotation.rotate_secret(context, secrets_of(config))
    click.echo(
        f"The new secret is in use. Keep {config.secret_file} apart from the data; older backups\n"
        "need the older lines of it. Drop them with: screening keys retire"
    )


@keys.command()
def retire() -> None:
    """Drop the older secrets from the file, once nothing in the database needs them."""
    from screening.workflow.records.key_rotation import in_use

    config = settings()
    with installation() as context:
        newest, *older = secrets_of(config)
        if not in_use(context, newest):
            leave("the newest secret is not in use yet: screening keys rotate")
    write_secrets(config.secret_file, [newest])
    click.echo(f"{len(older)} older secrets dropped")


COMMANDS = (export, erase, purge, move_documents, keys, recall)


def _find(context: Any, number: str, clinic_id: str | None) -> Any:
    from screening.workflow.records import retention

    return retention.find_screening(context, number, clinic_id)


def _find_patient(context: Any, text: str, clinic_id: str | None) -> str:
    from screening.workflow.records import retention

    return retention.find_patient(context, text, clinic_id)


@contextmanager
def _refusals(number: str) -> Iterator[None]:
    from screening.workflow.core.refusal import ActRefusedError, Refusal

    try:
        yield
    except ActRefusedError as error:
        leave(
            {
                Refusal.GONE: f"there is no {number}",
                Refusal.SEVERAL: f"there are several {number}; name the clinic with --clinic ID",
                Refusal.ERASED: f"{number} was erased before",
                Refusal.STORE_AWAY: "the store of documents cannot be reached; nothing was written",
            }.get(error.reason, error.reason)
        )


def _name_damaged(what: list[str]) -> None:
    """Say what was left out; the command has done all the rest."""
    for one in what:
        click.echo(f"damaged and left out, a backup may still hold it: {one}", err=True)
