"""What a program meets on a clinic's machine: a user who is not root, and a folder of its own.

Everything here is real: a user made by useradd, a copy of the checkout, the libraries of
requirements.txt and no others.
"""

import os
import pwd
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement

CHECKOUT = Path(__file__).parents[1]
NOT_IN_A_CLONE = (
    *(".git", ".venv", "instance", "build", "dist"),
    *("__pycache__", "*.mo", "*.egg-info", ".*_cache", ".hypothesis", ".bench", ".lighthouse"),
)


@dataclass(frozen=True)
class OrdinaryUser:
    """Somebody who is not root; where the tests are not root, whoever runs them."""

    name: str

    def run(self, command, folder, **settings):
        """Run a line of shell in `folder`, with what a login shell gives and `settings`."""
        given = "".join(f"export {name}='{value}' && " for name, value in settings.items())
        line = f"cd '{folder}' && {given}{command}"
        if os.geteuid() == 0:
            words = ["runuser", "--login", self.name, "--command", line]
        else:
            home = os.environ["HOME"]
            words = ["env", "-i", f"HOME={home}", f"USER={self.name}", "bash", "-lc", line]
        return subprocess.run(words, capture_output=True, text=True, timeout=300, check=False)

    @property
    def before(self):
        """Return the program that starts another one as this user."""
        if os.geteuid() != 0:
            return ()
        return ("setpriv", f"--reuid={self.name}", f"--regid={self.name}", "--clear-groups")

    def own(self, folder):
        """Give `folder` and everything in it to this user."""
        if os.geteuid() == 0:
            subprocess.run(["chown", "-R", f"{self.name}:", folder], check=True)


def make_user():
    """Return a user made for this; `remove_user` removes it."""
    if os.geteuid() != 0:
        return OrdinaryUser(pwd.getpwuid(os.geteuid()).pw_name)
    name = f"clinic{secrets.token_hex(4)}"
    subprocess.run(["useradd", "--create-home", "--shell", "/bin/bash", name], check=True)
    return OrdinaryUser(name)


def remove_user(user):
    if os.geteuid() == 0:
        line = ["userdel", "--force", "--remove", user.name]
        subprocess.run(line, capture_output=True, check=True)


def open_folder():
    """Return a new folder that every user may enter, unlike those of pytest."""
    folder = Path(tempfile.mkdtemp(prefix="screening-machine-"))
    folder.chmod(0o755)
    return folder


def clone(folder, *ignored):
    """Write into `folder` what a clone of this repository holds, and the type faces if cut.

    Cutting them costs half a minute of processor time.
    """
    ignore = shutil.ignore_patterns(*NOT_IN_A_CLONE, *ignored)
    return Path(shutil.copytree(CHECKOUT, folder, ignore=ignore))


def production_libraries(folder, user):
    """Write into `folder` the libraries of requirements.txt as they are installed here, and pip.

    As links, where `user` may follow them.
    """
    lines = re.findall(r"^[\w.-]+==[^\\\n]+", (CHECKOUT / "requirements.txt").read_text(), re.M)
    place = distribution("flask").locate_file("flask")
    link = user.run(f"test -r '{place}'", "/").returncode == 0
    for one in (Requirement(line) for line in ("pip", *lines)):
        if one.marker is None or one.marker.evaluate():
            _take_library(distribution(one.name), folder, link)
    return folder


def _take_library(library, folder, link):
    inside = [file for file in library.files if ".." not in file.parts]
    for name in {file.parts[0] for file in inside} - {"__pycache__"}:
        source, target = Path(library.locate_file(name)), folder / name
        if target.exists():
            continue
        if link:
            target.symlink_to(source)
        elif source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copy2(source, target)


def same_python(user, name="python3"):
    """Whether the user's own Python can load the libraries that are installed here."""
    ask = "import sys; print(*sys.version_info[:2])"
    said = user.run(f"{name} -c '{ask}'", "/").stdout.split()
    return said == [str(n) for n in sys.version_info[:2]]
