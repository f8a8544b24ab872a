"""The guide's walk through an eleventh procedure, done as it stands, in its order."""

import re
import shutil
import subprocess
from pathlib import Path

from click.testing import CliRunner

from screening.cli import main
from screening.definitions.examples import failing_examples
from screening.definitions.loading import load_definitions

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "clinical-lead.md").read_text()
STEP = re.compile(
    r"(?P<text>[^`]*(?:`[^`\n]+`[^`]*)*?)```(?P<kind>console|yaml)\n(?P<block>.*?)```", re.DOTALL
)


def steps():
    """Yield (act, file, block) for each block of the walk, act one of make, add, mend and run."""
    walk = GUIDE[GUIDE.index("## A new procedure, step by step") :]
    for step in STEP.finditer(walk):
        if step["kind"] == "console":
            yield "run", None, step["block"]
            continue
        *_, name = re.findall(r"`(draft/[\w./-]+)`", step["text"])
        lead = " ".join(step["text"].split())
        act = "mend" if "last line becomes" in lead else "add" if "Add to `" in lead else "make"
        yield act, name, step["block"]


def run(block):
    """Carry out each command of `block`; return what it printed."""
    for command in re.findall(r"^\$ (.*)$", block, re.MULTILINE):
        program, *words = command.split()
        if program == ".venv/bin/screening":
            done = CliRunner().invoke(main, words)
        else:
            done = subprocess.run([program, *words], text=True, capture_output=True, check=False)
    return done.stderr + done.stdout


def test_an_eleventh_procedure_as_the_guide_says(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "questions", tmp_path / "questions")
    acts = []
    for act, name, block in steps():
        acts.append(act)
        if act == "run":
            expected = [line for line in block.splitlines() if not line.startswith("$ ")]
            assert run(block).splitlines() == expected
            continue
        path = tmp_path / name
        before = "" if act == "make" else path.read_text()
        if act == "mend":
            before = "".join(before.splitlines(keepends=True)[:-1])
        path.write_text(before + block)

    assert acts == [
        "run",
        "make",
        "run",
        "add",
        "add",
        "run",
        "add",
        "make",
        "make",
        "run",
        "mend",
        "run",
    ]
    definitions = load_definitions(tmp_path / "draft")
    assert "lip_piercing" in {
        rule.finding for rule in definitions.procedures["lip-filler"].contraindications
    }
    assert failing_examples(definitions) == []
