"""What runs before a commit is what CI runs, on every file that is Python."""

import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]


def test_what_runs_before_a_commit_is_what_the_makefile_makes():
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
    makefile = (ROOT / "Makefile").read_text()

    for entry in (hook["entry"].replace(" --force-exclude", "") for hook in hooks):
        assert entry in makefile or f"\n{entry.removeprefix('make ')}:" in makefile, entry


def test_ruff_reads_every_program_that_is_python():
    """Those in bin/ have no ending: pre-commit knows them by their first line, ruff by the list."""
    programs = {
        f"bin/{path.name}"
        for path in (ROOT / "bin").iterdir()
        if path.is_file() and path.suffix != ".py" and "python" in path.read_text().split("\n")[0]
    }

    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]
    assert set(settings["extend-include"]) == programs
