"""The command that invites a patient: for a person, or with --json for another program."""

from __future__ import annotations

import json
import sys
from datetime import date, datetime
from typing import Any

import click

from screening.commands.opening import choose_clinic, open_installation, stop
from screening.config import read_config


@click.command()
@click.argument("name")
@click.option("--procedure", "procedures", multiple=True, help="May be given several times.")
@click.option("--born", type=click.DateTime(["%Y-%m-%d"]), help="Date of birth, as 1986-05-03.")
@click.option("--appointment", help="When the visit is, as 2030-05-03T10:00+02:00.")
@click.option("--language", default="", help="Of the messages to the patient, such as ru.")
@click.option("--email", default="", help="Where the link is mailed.")
@click.option("--phone", default="")
@click.option("--number", default="", help="The clinic's own number of the patient.")
@click.option("--patient-id", default="", help="What your program calls the patient.")
@click.option("--external-id", default="", help="What it calls the screening: one is opened.")
@click.option("--json", "as_json", is_flag=True, help="Print id, number, link and code as JSON.")
@click.option("--clinic", "clinic_id", help="The clinic's id; needed where there are several.")
def invite(
    name: str,
    procedures: tuple[str, ...],
    born: datetime | None,
    appointment: str | None,
    language: str,
    email: str,
    phone: str,
    number: str,
    patient_id: str,
    external_id: str,
    as_json: bool,
    clinic_id: str | None,
) -> None:
    """Invite the patient NAME and print the personal link.

    With --external-id the same call opens no second screening: it prints the first one again,
    without its link. Exit code 2 says that something given is wrong, 1 that it cannot be done.
    """
    from screening.workflow.core.actor import program
    from screening.workflow.core.refusal import ActRefusedError
    from screening.workflow.integration.opening import Wanted, open_for, opened_before

    context = open_installation()
    by = program(choose_clinic(context, clinic_id))
    day, visit = _birth_date(born, context.now().date()), _moment(appointment)
    if external_id and (found := opened_before(context, by, external_id)):
        _print(as_json, *found, link=None, start_code=None, opened=False)
        return
    wanted = Wanted(
        name=name,
        born=day,
        language=language,
        email=email,
        phone=phone,
        number=number,
        procedures=procedures,
        appointment_at=visit,
        patient=patient_id,
        screening=external_id,
    )
    try:
        made = open_for(context, by, wanted, shown=True)
    except ActRefusedError as refused:
        stop([_words(context, refused)], 2)
    link = f"{read_config().public_url}/s/{made.link}"
    found = (made.screening_id, made.number)
    _print(as_json, *found, link=link, start_code=made.start_code, opened=True)


def _birth_date(born: datetime | None, today: date) -> str | None:
    if born is None:
        return None
    if not born.year >= 1900 or born.date() > today:
        stop(["a date of birth is of 1900 or later, and not still to come"], 2)
    return born.date().isoformat()


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        stop([f'"{text}" is no moment; write it like 2030-05-03T10:00+02:00'], 2)
    if moment.tzinfo is None:
        stop([f'"{text}" does not say of which zone; write it like {text}+02:00'], 2)
    return moment


def _words(context: Any, refused: Any) -> str:
    from screening.workflow.core.refusal import Refusal

    known = ", ".join(context.definitions.procedures)
    procedures = f"name up to ten of these procedures: {known}"
    said = {
        Refusal.UNKNOWN_PROCEDURE: procedures,
        Refusal.TOO_MANY_PROCEDURES: procedures,
        Refusal.BAD_ADDRESS: "this is no e-mail address",
        Refusal.OTHER_PERSON: "this id or number is of a patient of another name or date of birth",
        Refusal.NUMBER_TAKEN: "this number is another patient's than this id",
        Refusal.OTHER_NUMBER: "this patient has another number already",
        Refusal.REFERENCE_TAKEN: "this id is of another screening or patient",
    }
    return said.get(refused.reason, f"this cannot be done: {refused.reason}")


def _print(as_json: bool, id: str, number: str, **more: Any) -> None:
    if as_json:
        json.dump({"id": id, "number": number, **more}, sys.stdout)
        click.echo()
    else:
        click.echo(more["link"] or f"{number} was opened before; its link is not shown again")


COMMANDS = (invite,)
