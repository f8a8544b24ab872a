"""The package as others install it: everything that the program needs is in it."""

import json
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.machine import CHECKOUT, clone


@pytest.fixture(scope="module")
def held(image):
    """Return what the wheel holds, by name."""
    [wheel] = (image.stages["build"].root / "wheel").glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def shipped():
    """Return the files of the checkout that the program is made of, by their name in the wheel."""
    files = {}
    for top, target in (
        ("screening", ""),
        ("templates", "templates/"),
        ("questions", "questions/"),
    ):
        for path in (CHECKOUT / top).rglob("*"):
            name = f"screening/{target}{path.relative_to(CHECKOUT / top).as_posix()}"
            if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".po":
                files[name] = path
    return files


def test_the_wheel_holds_every_file_that_the_program_reads(held):
    """Also the type faces, of which the build cut one, and the translations, which it compiled."""
    ours = {name: content for name, content in held.items() if ".dist-info/" not in name}

    assert ours.keys() == shipped().keys()
    assert [name for name, path in shipped().items() if ours[name] != path.read_bytes()] == []
    assert any(name.endswith("NotoSerif-500.ttf") for name in ours)
    assert sum(name.endswith(".mo") for name in ours) == 3


def test_it_checks_and_evaluates_from_anywhere(image):
    """Installed from the wheel alone, outside the checkout, by who is not root."""
    last = image.stages["last"]
    checked = image.in_image(last, "screening check")
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "10 procedures" in checked.stdout

    case = {
        "procedures": ["mesotherapy-face"],
        "on": "2026-11-21",
        "findings": {"pregnancy": "absent"},
        "otherwise": "absent",
    }
    (last.work / "given.json").write_text(json.dumps(case))
    evaluated = image.in_image(last, "screening evaluate given.json")
    [one] = json.loads(evaluated.stdout)["procedures"]
    assert one["outcome"] == "no-contraindication-identified"


def test_a_source_distribution_builds_the_same_wheel(held, tmp_path):
    source = clone(tmp_path / "checkout")
    build = "import setuptools.build_meta as b, sys; getattr(b, sys.argv[1])(sys.argv[2])"

    def run(folder, what):
        line = [sys.executable, "-c", build, what, str(tmp_path)]
        subprocess.run(line, cwd=folder, check=True, capture_output=True)

    run(source, "build_sdist")
    [packed] = tmp_path.glob("*.tar.gz")
    with tarfile.open(packed) as archive:
        assert not [n for n in archive.getnames() if {"tests", "bench"} & set(Path(n).parts)]
    # Not by Python, whose tarfile warns without the filter that Debian's 3.11.2 does not know.
    subprocess.run(["tar", "-xf", packed, "-C", tmp_path], check=True)
    [unpacked] = tmp_path.glob("screening-*/")
    for face in (source / "screening").rglob("*.ttf"):  # cut once a run is enough
        target = unpacked / face.relative_to(source)
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(face.read_bytes())
    run(unpacked, "build_wheel")

    [wheel] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as built:
        assert {name: built.read(name) for name in built.namelist()} == held
