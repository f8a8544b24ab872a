"""Verifying a file from the command line, in the process that reads strangers' files."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from screening.commands.opening import open_installation
from screening.config import read_config

VERDICT_CODES = {"PASSED": 0, "FAILED": 1, "INDETERMINATE": 2}
CERTIFICATE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--trust",
    type=CERTIFICATE,
    help="Certificate (PEM) of the authority to trust; the default is this installation's.",
)
def verify(file: Path, trust: Path | None) -> None:
    """Say whether a report is PASSED (0), INDETERMINATE (2) or FAILED (1), and why."""
    from cryptography.x509 import load_pem_x509_certificates

    from screening.bootstrap import now
    from screening.documents.verifying.first_look import LARGEST
    from screening.workflow.core.refusal import ActRefusedError
    from screening.workflow.reports.annexes import issued_annex
    from screening.workflow.reports.checking import check_apart
    from screening.workflow.reports.verification import as_found, compare, in_words, trusted_roots

    config = read_config()
    # Whoever only verifies needs no installation, and gets none made.
    context = open_installation(config) if config.secret_file.exists() else None
    try:
        with file.open("rb") as opened:
            pdf = opened.read(LARGEST + 1)
        own = trusted_roots(context) if context else []
        known = load_pem_x509_certificates(trust.read_bytes()) if trust else own
        found = check_apart(known, pdf, now())
    except (OSError, ValueError) as error:
        click.echo(f"FAILED\n{error}")
        sys.exit(1)
    except ActRefusedError:
        click.echo("INDETERMINATE\n- The check took longer than it may. Try again.")
        sys.exit(VERDICT_CODES["INDETERMINATE"])
    if context:
        checked = compare(context, found, annex=issued_annex(context, pdf))
    else:
        checked = as_found(found)
    click.echo("\n".join(in_words(checked, looked_up=bool(context))))
    sys.exit(VERDICT_CODES[checked.status])
