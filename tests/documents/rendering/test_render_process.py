"""A report is rendered in a process that may be killed, and the next one still is."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from screening.documents.rendering.reader import Reader
from screening.documents.rendering.render import render_pdf
from screening.documents.rendering.render_process import Press, RenderError
from tests.documents.conftest import DECISION

LOGO = (Path(__file__).parents[2] / "logo.png").read_bytes()


@pytest.fixture(scope="module")
def press():
    press = Press()
    press.start()
    yield press
    press.close()


@pytest.fixture(scope="module")
def hurt(children_find_tests):
    press = Press("tests.documents.hurting:answer", seconds=1, memory=400_000_000)
    yield press
    press.close()


def test_a_press_writes_the_very_bytes_of_the_renderer_and_stays(press, sample, screening_pdf):
    files = {"screening-report.pdf": screening_pdf}
    first = press.render(sample, DECISION, files, logo=LOGO)
    process = press._process.pid

    assert first == render_pdf(sample, DECISION, files, logo=LOGO)
    copy = press.render(sample, reader=Reader.PATIENT)
    assert copy == render_pdf(sample, reader=Reader.PATIENT)
    assert press._process.pid == process


@pytest.mark.parametrize(
    ("hurts", "said"),
    [
        ("for ever", "it took longer than 1 seconds"),
        ("all memory", "MemoryError"),
        ("the process", "the process that rendered it died"),
        ("by an error", "ValueError"),
    ],
)
def test_a_page_that_hurts_is_given_up_and_the_next_report_is_made(hurt, hurts, said):
    with pytest.raises(RenderError) as raised:
        hurt.render({"hurts": hurts})
    assert str(raised.value) == said

    assert hurt.render({"hurts": "environment"})


def test_a_hang_ends_within_its_time(hurt):
    hurt.render({"hurts": "environment"})
    started = time.monotonic()
    with pytest.raises(RenderError):
        hurt.render({"hurts": "for ever"})
    assert 0.9 < time.monotonic() - started < 3


def test_a_page_of_ten_thousand_reasons_is_given_up(sample):
    """Hostile in earnest: no stand-in, the renderer that makes every report."""
    press = Press(seconds=1)
    first, *rest = sample["procedures"]
    endless = sample | {"procedures": [first | {"reasons": first["reasons"] * 5_000}, *rest]}
    with pytest.raises(RenderError, match="longer than 1 seconds"):
        press.render(endless)
    press.close()


def test_the_press_knows_no_secret(hurt, monkeypatch):
    hurt.close()
    monkeypatch.setenv("SCREENING_SECRET_FILE", "/secret")
    known = json.loads(hurt.render({"hurts": "environment"}))
    assert known
    assert not [name for name in known if name.startswith("SCREENING_")]


def test_a_press_that_nobody_waits_for_ends_by_itself(children_find_tests):
    code = """if True:
        import os, threading
        from screening.documents.rendering.render_process import Press
        press = Press("tests.documents.hurting:answer", seconds=1)
        press.render({"hurts": "environment"})
        threading.Thread(target=press.render, args=({"hurts": "for ever"},), daemon=True).start()
        press._line.poll(0.3)
        os._exit(0)
    """
    # The press holds the same standard output: the run is over when it is.
    subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, timeout=20)
