import pyotp
from click.testing import CliRunner

from screening.cli import main


def test_the_code_is_the_one_that_an_app_shows():
    secret = pyotp.random_base32()
    before = pyotp.TOTP(secret).now()
    done = CliRunner().invoke(main, ["code", secret])

    assert done.exit_code == 0
    assert done.output.strip() in {before, pyotp.TOTP(secret).now()}


def test_something_else_is_no_secret():
    assert CliRunner().invoke(main, ["code", "not a secret!"]).exit_code == 2
