"""`screening burden`: how long the questionnaires are for a patient."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import click

from screening.commands.opening import FOLDER, load, stop
from screening.config import read_config

DAY = date(2026, 1, 1)  # no figure depends on it: ages and dates only need to be plausible


@click.command()
@click.argument("folder", type=FOLDER, required=False)
@click.option("--case", "cases", type=click.File("rb"), multiple=True, help="A case as JSON.")
@click.option("--one-a-page", is_flag=True, help="As a clinic asks that shares no page.")
def burden(folder: Path | None, cases: tuple[Any, ...], one_a_page: bool) -> None:
    """Print pages, questions and taps of each procedure, for who has nothing to report.

    With --case for the patient of that case, who answers the rest with "no". A tap is each
    choice, box and button that is touched; a typed field counts one. The treatments are
    ticked already, as for everyone who was invited.
    """
    from screening.clinical.evaluation.case import CaseError, read_case
    from screening.clinical.way.burden import burden_of

    definitions = load(folder or read_config().questions)
    asked: list[tuple[str, tuple[str, ...], date, Any]] = [
        (name, (name,), DAY, {}) for name in definitions.procedures
    ]
    if cases:
        asked = []
        for file in cases:
            try:
                case = read_case(definitions, json.loads(file.read()), strict=False)
            except (CaseError, ValueError) as error:
                stop([f"{Path(file.name).name}: {error}"], 2)
            asked.append((Path(file.name).stem, case.procedures, case.on, case.answers))
    widest = max(len(name) for name, *_ in asked)
    click.echo(f"{'':{widest}}  pages  questions  taps  minutes")
    for name, procedures, on, answers in asked:
        found = burden_of(definitions, procedures, on, answers, grouped=not one_a_page)
        figures = f"{found.pages:5}  {found.questions:9}  {found.taps:4}  {found.minutes:7}"
        click.echo(f"{name:{widest}}  {figures}")
