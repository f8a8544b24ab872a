"""`bin/install`, as whoever has just cloned the repository runs it."""

import json

from tests.machine import clone, same_python

CASE = {
    "procedures": ["mesotherapy-face"],
    "on": "2026-11-21",
    "findings": {"pregnancy": "absent"},
    "otherwise": "absent",
}


def test_an_ordinary_user_installs_and_makes_a_report(user, libraries, folder):
    """No ldconfig on the path, no sudo, nothing but what a login shell gives."""
    checkout = clone(folder / "checkout")
    (checkout / "case.json").write_text(json.dumps(CASE))
    user.own(checkout)
    given = {"PYTHONPATH": libraries} if same_python(user) else {}

    installed = user.run("bin/install", checkout, **given)
    assert installed.returncode == 0, installed.stdout + installed.stderr
    made = user.run(".venv/bin/screening report case.json -o report.pdf", checkout, **given)
    assert made.returncode == 0, made.stderr
    checked = user.run(".venv/bin/screening verify report.pdf", checkout, **given)
    assert checked.stdout.startswith("PASSED"), checked.stdout + checked.stderr


def test_what_is_missing_is_named_with_what_to_type(user, folder):
    """Who may install nothing is told what to ask the administrator for."""
    checkout = clone(folder / "checkout")
    script = checkout / "bin" / "install"
    script.write_text(script.read_text().replace("libpango-1.0.so.0", "libnobody-has-this.so.0"))
    user.own(checkout)

    refused = user.run("bin/install", checkout)
    assert refused.returncode == 1
    assert "sudo apt-get install libpango-1.0-0\n" in refused.stderr
    assert "libpangoft2" not in refused.stderr
    assert not (checkout / ".venv").exists()
