"""The second step of a sign-in for those who try the demo without an authenticator app."""

from __future__ import annotations

import sys

import click


@click.command()
@click.argument("secret")
def code(secret: str) -> None:
    """Print the code that an authenticator app shows now for SECRET."""
    import pyotp

    try:
        click.echo(pyotp.TOTP(secret).now())
    except ValueError:
        click.echo("this is not the secret of an authenticator app", err=True)
        sys.exit(2)
