"""Build the package with everything it needs to run: what is at the top of the repository, the
translations compiled, the type faces cut, the names of medicines packed. All the rest stands in
pyproject.toml.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent
TAKEN = {"screening": ".", "templates": "templates", "questions": "questions"}  # and where to
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.po", "*.pot")
MAKE_READY = (
    ["bin/typefaces"],
    ["bin/medicines"],
    ["-m", "babel.messages.frontend", "-q", "compile", "-d", "screening/translations"],
)


class BuildWhole(build_py):
    """An editable installation uses the checkout as it stands, made ready by bin/install."""

    def run(self):
        if self.editable_mode:
            super().run()
            return
        shutil.rmtree(self.build_lib, ignore_errors=True)  # what is not there any more
        super().run()
        for command in MAKE_READY:
            subprocess.run([sys.executable, *command], cwd=ROOT, check=True)
        for source, target in TAKEN.items():
            package = Path(self.build_lib, "screening", target)
            shutil.copytree(ROOT / source, package, ignore=LEFT_OUT, dirs_exist_ok=True)


setup(cmdclass={"build_py": BuildWhole})
