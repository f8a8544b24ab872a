"""What the dictionary reads in lines of text, for whoever checks it or builds on it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import BinaryIO

import click

from screening.commands.opening import FOLDER, load, stop
from screening.config import read_config


@click.command()
@click.argument("file", type=click.File("rb"), default="-")
@click.option("--definitions", "folder", type=FOLDER, help="Other definitions than those in force.")
def medicines(file: BinaryIO, folder: Path | None) -> None:
    """Read lines of text in FILE as medicines; print one JSON object a line, in order."""
    from screening.clinical.medicines.lines import read_line
    from screening.definitions.dictionary.reading import LONGEST

    definitions = load(folder or read_config().questions)
    known = definitions.medicines
    if known.dictionary is None:
        stop([f"{folder or read_config().questions}: no file here lists classes of medicines"], 1)
    for number, line in enumerate(file, start=1):
        text = _text(line, number)
        if len(text) > LONGEST:
            told = f"line {number}: longer than {LONGEST:,} characters, so a person has to read it"
            click.echo(told, err=True)
        click.echo(json.dumps(read_line(known, text), ensure_ascii=False))


def _text(line: bytes, number: int) -> str:
    try:
        return line.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError as error:
        stop([f"line {number}: is not UTF-8 from its byte {error.start + 1} on"], 2)
        raise
