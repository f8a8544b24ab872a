"""The commands. Each does one thing and says what to do when it cannot.

Each imports what it needs when it is called, so that none waits for the others' libraries.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from screening.commands import backup, clinic, invite, keeping
from screening.commands.audit import audit
from screening.commands.burden import burden
from screening.commands.code import code
from screening.commands.medicines import medicines
from screening.commands.opening import FOLDER
from screening.commands.opening import load as _load
from screening.commands.opening import open_installation as _open_installation
from screening.commands.opening import stop as _stop
from screening.commands.rescreen import rescreen
from screening.commands.restamp import restamp
from screening.commands.verify import verify
from screening.config import PRIVATE, SETTINGS, SettingError, read_config
from screening.storage.turn import WaitedTooLongError

if TYPE_CHECKING:
    from screening.clinical.definitions.definitions import Definitions
    from screening.clinical.evaluation.case import Case


class Commands(click.Group):
    """Every command says in one sentence which setting has to be mended, and writes privately."""

    def invoke(self, context: click.Context) -> Any:
        before = os.umask(PRIVATE)
        try:
            return super().invoke(context)
        except SettingError as error:
            _stop([str(error)], 2)
        except WaitedTooLongError:
            _stop(["others write to the database and do not let go; nothing was done"], 1)
        finally:
            os.umask(before)


@click.group(cls=Commands)
def main() -> None:
    """Contraindication screening before a procedure."""


main.add_command(audit)
main.add_command(burden)
main.add_command(code)
main.add_command(medicines)
main.add_command(restamp)
main.add_command(verify)


@main.command()
@click.argument("folder", type=FOLDER, required=False)
@click.option("--population", is_flag=True, help="Print what the lists say to ordinary patients.")
def check(folder: Path | None, population: bool) -> None:
    """Check every file in FOLDER and list what has to be corrected."""
    from screening.clinical.definitions.language import missing_texts
    from screening.definitions.checking.later_days import milder_later
    from screening.definitions.examples import failing_examples
    from screening.documents.rendering.wording import languages, missing_words

    folder = folder or read_config().questions
    definitions = _load(folder)
    if problems := [*failing_examples(definitions), *milder_later(definitions)]:
        _stop(problems, 1)
    if population:
        from screening.commands.population import alarms_of

        if definitions.people is None:
            _stop(["no file here holds 'population:'"], 1)
        click.echo(alarms_of(definitions, definitions.people), nl=False)
        return
    for text, lacking in missing_texts(definitions).items():
        click.echo(f'no translation into {", ".join(lacking)} yet: "{text}"')
    for language in languages() if definitions.words else ():
        if language in definitions.translations:
            for text in missing_words(definitions.words, language):
                click.echo(f'no word of the folder in {language} yet: "{text}"')
    if drafts := definitions.translations.keys() - definitions.reviewers:
        click.echo(f"translations that no clinician has reviewed: {', '.join(sorted(drafts))}")
    click.echo(
        f"{len(definitions.procedures)} procedures, {len(list(definitions.items))} questions, "
        f"{len(definitions.findings)} findings, {len(definitions.examples)} examples: no problems."
    )


@main.command()
@click.argument("file", type=click.File("rb"), default="-")
@click.option("--definitions", "folder", type=FOLDER, help="Other definitions than those in force.")
def evaluate(file: Any, folder: Path | None) -> None:
    """Read a case as JSON and print what is advised for each procedure."""
    from screening.clinical.evaluation.verdicts import verdicts_of

    definitions = _load(folder or read_config().questions)
    told = verdicts_of(definitions, _read_case(definitions, _read_json(file)))
    click.echo(json.dumps(told, indent=2, ensure_ascii=False))


@main.command("export-questionnaire")
@click.argument("procedures", nargs=-1)
def export_questionnaire(procedures: tuple[str, ...]) -> None:
    """Print the questions for PROCEDURES, all when none is named, as a FHIR R4 Questionnaire."""
    from screening.clinical.fhir.questionnaire import questionnaire_resource
    from screening.workflow.core.language import all_words

    definitions = _load(read_config().questions)
    for name in procedures:
        if name not in definitions.procedures:
            known = ", ".join(definitions.procedures)
            _stop([f'unknown procedure "{name}"; known: {known}'], 2)
    chosen = procedures or tuple(definitions.procedures)
    resource = questionnaire_resource(definitions, chosen, all_words())
    click.echo(json.dumps(resource, indent=2, ensure_ascii=False))


@main.command()
@click.argument("file", type=click.File("rb"))
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True)
@click.option("--definitions", "folder", type=FOLDER, help="Other definitions than those in force.")
def report(file: Any, output: Path, folder: Path | None) -> None:
    """Make a sealed PDF report of the case in FILE."""
    from screening.clinical.report.report import compile_report
    from screening.documents.rendering.render import render_pdf
    from screening.documents.signing.seal import seal_pdf

    config = read_config()
    definitions = _load(folder or config.questions)
    raw = _read_json(file)
    case = _read_case(definitions, raw)
    if not case.answers and not case.given.states:
        _stop(["nothing is answered: a report would say nothing. Give answers or findings"], 2)
    context = _open_installation(config)
    seal, at = context.seal, context.now()
    compiled = compile_report(definitions, case, raw, _frame(raw, at, config.organisation))
    output.write_bytes(seal_pdf(render_pdf(compiled), seal, at, "Report made from a case file"))
    click.echo(f"{output}: sealed", err=True)


def _read_case(definitions: Definitions, raw: Any) -> Case:
    """Return the case in a file: `evaluate` and `report` read the same one."""
    from screening.clinical.evaluation.case import CaseError, read_case
    from screening.clinical.report.visit import CASE_KEYS

    try:
        case = read_case(definitions, raw, CASE_KEYS)
    except CaseError as error:
        _stop([*error.problems, *_wrong_name(raw)], 2)
    if problems := _wrong_name(raw):
        _stop(problems, 2)
    return case


def _wrong_name(raw: Any) -> list[str]:
    """Return what is wrong with the name in a case file; it may be left out."""
    from screening.workflow.core.actor import LONGEST_NAME

    if not isinstance(raw, dict) or "patient" not in raw:
        return []
    given = raw["patient"]
    if isinstance(given, str) and 0 < len(given.strip()) <= LONGEST_NAME:
        return []
    return [f"patient: write the name as text of 1 to {LONGEST_NAME} letters, or leave it out"]


def _frame(raw: dict[str, Any], at: datetime, clinic: str) -> dict[str, Any]:
    return {
        "number": "case file",
        "clinic": {"name": clinic, "address": "", "phone": ""},
        "patient": {"name": raw["patient"], "born": None} if raw.get("patient") else None,
        "submitted_at": at.isoformat(timespec="seconds"),
        "zone": "UTC",
        "language": "en",
        "appointment": None,
        "declaration": None,
        "audit_head": None,
    }


@main.command("definitions")
@click.option("--json", "as_json_", is_flag=True, help="Print as JSON.")
def definitions_(as_json_: bool) -> None:
    """List all ids in force, with their hash."""
    found = _load(read_config().questions)
    ids = {
        "definitions": found.hash,
        "procedures": list(found.procedures),
        "findings": list(found.findings),
        "questions": [item.link_id for item in found.items],
        "sources": list(found.sources),
    }
    if as_json_:
        click.echo(json.dumps(ids, indent=2))
        return
    click.echo(ids.pop("definitions"))
    for kind, names in ids.items():
        click.echo(f"{kind}: {', '.join(names)}")


@main.command()
@click.argument("folder", type=FOLDER, required=False)
def trace(folder: Path | None) -> None:
    """Print where each statement of the first documents is used, as Markdown."""
    from screening.definitions.checking.tracing import trace as trace_

    click.echo(trace_(_load(folder or read_config().questions)), nl=False)


@main.command()
@click.argument("folder", type=FOLDER, required=False)
def matrix(folder: Path | None) -> None:
    """Print what each finding means for each procedure, as Markdown."""
    from screening.definitions.checking.matrix import matrix as matrix_

    click.echo(matrix_(_load(folder or read_config().questions)), nl=False)


@main.command()
def settings() -> None:
    """List every setting, its default and what it is for."""
    for setting in SETTINGS:
        click.echo(f"SCREENING_{setting.name}={setting.default}\n    {setting.help}")


@main.command()
@click.option("--demo", is_flag=True, help="Make a demo clinic at first start and print its keys.")
@click.option("--patients", is_flag=True, help="With --demo: invented patients at every stage.")
@click.option("--language", default="en", help="With --demo: what desk and reports speak.")
def serve(demo: bool, patients: bool, language: str) -> None:
    """Serve the pages and make the reports, until stopped."""
    from screening.demo.clinic import demo_config, open_demo
    from screening.job_queue import open_queue, tell_state
    from screening.supervisor import refuse_used_address, run
    from screening.workflow.operations.health import certificate_notices
    from screening.workflow.operations.probe import STARTING

    config = demo_config(read_config()) if demo else read_config()
    refuse_used_address(config)
    context = _open_installation(config)
    if demo:
        click.echo(open_demo(config, context, patients, language))
    for notice in certificate_notices(context):
        click.echo(notice, err=True)
    # What the worker found at an earlier start counts no more, already for the first who asks.
    tell_state(open_queue(config, context.keys), STARTING, context.now())
    context.database.close()
    click.echo(f"Serving on http://{config.address}  (stop with Ctrl-C)")
    sys.stdout.flush()
    sys.exit(run(config))


@main.command()
def worker() -> None:
    """Make the reports that were ordered, until stopped."""
    from screening import logs
    from screening.bootstrap import open_context
    from screening.definitions.apart import load_apart
    from screening.worker import run_worker

    context = _open_installation(config := read_config(), load_apart)
    context.database.close()
    logs.configure()
    run_worker(config, context.keys, lambda config: open_context(config, load_apart))


for command in (*clinic.COMMANDS, *invite.COMMANDS, *backup.COMMANDS, *keeping.COMMANDS):
    main.add_command(command)


def _read_json(file: Any) -> Any:
    try:
        return json.loads(file.read())
    except (ValueError, RecursionError) as error:
        _stop([f"{Path(file.name).name}: is not JSON: {error}"], 2)


main.add_command(rescreen)
