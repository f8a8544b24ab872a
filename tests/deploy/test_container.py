"""The image of deploy/Containerfile, made step by step: what is in it, and that it works."""

import json
import re
import shutil
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from screening.bootstrap import now, open_safe
from screening.config import read_config
from screening.job_queue import open_queue, tell_state
from tests.container import allowed, rules_of
from tests.deploy.conftest import CANARY
from tests.machine import CHECKOUT
from tests.visitor import Visitor

CASE = {
    "procedures": ["mesotherapy-face"],
    "on": "2026-11-21",
    "findings": {"pregnancy": "absent"},
    "otherwise": "absent",
}


def test_it_holds_the_program_and_nothing_of_the_clinic(image):
    last = image.stages["last"]
    mine = [p for p in last.root.rglob("*") if "site-packages" not in p.parts]
    names = {p.name for p in (last.root / "python").glob("lib/python*/site-packages/*")}

    assert {re.sub(r"-.*", "", name) for name in names} == {"screening"}
    assert not {p.name for p in mine} & {"tests", "bench", ".git", ".env", "secret", "screening.db"}
    for stage in image.stages.values():
        files = [p for p in stage.root.rglob("*") if p.is_file() and not p.is_symlink()]
        assert not [p for p in files if CANARY.encode() in p.read_bytes()]


@pytest.mark.parametrize(
    "name",
    [
        ".git/config",
        ".env",
        "instance/secret",
        "instance/screening.db",
        "tests/conftest.py",
        "bench/pages.py",
        ".venv/bin/python",
        "docs/pictures/overview.png",
        "deploy/Containerfile",
        "screening/web/__pycache__/patient.pyc",
    ],
)
def test_what_has_no_place_in_it_is_not_even_sent_to_the_engine(name):
    """docker reads .dockerignore, and podman does where there is no .containerignore."""
    assert not allowed(Path(name), rules_of(CHECKOUT))
    assert not (CHECKOUT / ".containerignore").exists()


def test_it_has_the_same_system_libraries_as_an_installation(image):
    """Pango, HarfBuzz, and letters for Chinese, Japanese and Korean names."""
    [line] = [words for words in image.stages["last"].system if words.startswith("apt-get")]
    installed = re.findall(r"\|\| need ([\w.-]+)", serving_part_of_install())

    assert set(re.findall(r"[a-z][\w.-]*\d|fonts-[a-z-]+", line.split("&&")[1])) == set(
        installed
    ) - {"python3", "python3-venv"}


def serving_part_of_install():
    script = (CHECKOUT / "bin" / "install").read_text()
    return script.partition('if [ "$purpose" = test ]')[0]


def test_it_makes_a_report(image):
    last = image.stages["last"]
    (last.work / "case.json").write_text(json.dumps(CASE))

    made = image.in_image(last, "screening report case.json -o report.pdf")
    assert made.returncode == 0, made.stderr
    checked = image.in_image(last, "screening verify report.pdf")
    assert checked.stdout.startswith("PASSED"), checked.stdout + checked.stderr


def test_it_speaks_to_postgresql(image):
    said = image.in_image(
        image.stages["last"],
        "screening certificates",
        SCREENING_DATABASE="postgresql://nobody@127.0.0.1:1/x",
    )
    assert said.stderr.startswith("the database cannot be opened: connection")


def test_it_is_ready_once_it_has_rendered_a_page_and_seals_what_is_sent(image, folder):
    assert image.stages["last"].command == ["screening", "serve"]
    server = image.installation(folder / "clinic").start()
    try:
        assert wait_for_readiness(server) == []
        Visitor().submit_quietly(server.link)
        server.wait_for_report()
    finally:
        server.stop()


def test_it_says_that_it_is_not_ready_where_it_cannot_render(image, folder, user):
    """The same program without type faces: before, such an image said that it was ready."""
    [program] = (image.stages["last"].root / "python").glob("lib/python*/site-packages/screening")
    shutil.copytree(program, folder / "screening", ignore=shutil.ignore_patterns("typefaces"))
    server = image.installation(folder / "clinic")
    before = server.settings.get("PYTHONPATH", "")
    server.settings["PYTHONPATH"] = f"{folder}:{before}"
    server.command("certificates", check=True)
    config = read_config({"SCREENING_INSTANCE": str(server.folder)})
    queue = open_queue(config, open_safe(config).keys())
    tell_state(queue, "", now())  # of an earlier start
    queue.storage.close()
    user.own(folder)
    server.start()
    try:
        assert wait_for_readiness(server, but="a worker has started") == [
            "a worker cannot render reports: MissingTypefacesError"
        ]
    finally:
        server.stop()


def wait_for_readiness(server, but=""):
    """Return what /readyz complains of, once that is nothing or does not begin with `but`."""
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"{server.url}/readyz", timeout=30) as answer:
                return json.load(answer)["problems"]
        except urllib.error.HTTPError as error:
            with error:
                problems = json.load(error)["problems"]
        if but and not problems[0].startswith((but, "no worker")):
            return problems
        time.sleep(0.1)
    raise AssertionError(problems)
