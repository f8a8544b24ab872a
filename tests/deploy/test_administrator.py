"""docs/administrator.md, typed from the top to the end by root on a machine of its own.

The machine is this one under a layer of its own: what is written stays in the layer, and it has
processes and a network of its own. Real are the user, the folders, the program, nginx, and every
command of `screening`. Standing in are three that need the world outside: `apt-get` only looks
whether this system knows the packages, `certbot` makes a certificate that nobody vouches for, and
`systemctl` (systemctl.py) starts what the units start, as their user.
"""

import json
import os
import re
import shutil
import subprocess
import tempfile
import textwrap
from pathlib import Path

import click
import pytest

from screening.cli import main
from screening.config import SETTINGS, read_config
from tests.machine import CHECKOUT, clone, open_folder

GUIDE = (CHECKOUT / "docs" / "administrator.md").read_text()
NAME = "screening.example"
PATH = "/root/stand-in:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
APT = """#!/bin/sh -eu
test "$1" = install || exit 0
for word in "$@"; do
  case $word in
    install | --*) ;;
    *) dpkg --status "$word" >/dev/null 2>&1 || apt-cache show "$word" >/dev/null 2>&1 \\
         || ! ls /var/lib/apt/lists/*Packages* >/dev/null 2>&1 \\
         || { echo "there is no package $word"; exit 1; } ;;
  esac
done
"""
CERTBOT = """#!/bin/sh -eu
for name in "$@"; do :; done
mkdir -p /etc/letsencrypt/live/$name
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=$name \\
  -keyout /etc/letsencrypt/live/$name/privkey.pem -out /etc/letsencrypt/live/$name/fullchain.pem
systemctl start nginx.service
"""
SYSTEMCTL = '#!/bin/sh\nexec /usr/bin/python3 -I /root/stand-in/systemctl.py "$@"\n'


def blocks():
    """Return every indented block: what root types, in order."""
    text = re.sub(r"^```.*?^```\n", "", GUIDE, flags=re.S | re.M)
    found = re.findall(r"(?:^|\n\n)((?: {4}.*\n)+)", text)
    return [textwrap.dedent(block) for block in found]


class Machine:
    """A machine of its own: a layer over this one, with processes and a network apart."""

    def __init__(self, folder, libraries):
        self.root, self.libraries = folder / "root", libraries
        for name in ("root", "upper", "work"):
            (folder / name).mkdir()
        layer = f"lowerdir=/,upperdir={folder}/upper,workdir={folder}/work"
        here = [
            f"mkdir -p {self.root}{p} && mount --rbind {p} {self.root}{p}" for p in seen(libraries)
        ]
        script = " && ".join(
            [
                "mount --make-rprivate /",
                f"mount -t overlay overlay -o {layer} {self.root}",
                *here,
                f"mount -t tmpfs none {self.root}/run",
                f"mount -t proc proc {self.root}/proc",
                f"mount --rbind /dev {self.root}/dev",
                "ip link set lo up",
                "echo ready",
                "exec sleep infinity",
            ]
        )
        line = [
            "unshare",
            "--mount",
            "--net",
            "--pid",
            "--fork",
            "--kill-child",
            "sh",
            "-c",
            script,
        ]
        self.holder = subprocess.Popen(line, stdout=subprocess.PIPE, text=True)
        assert self.holder.stdout.readline() == "ready\n"
        asked = ["pgrep", "--parent", str(self.holder.pid)]
        self.inside = subprocess.run(
            asked, capture_output=True, text=True, check=True
        ).stdout.strip()

    def write(self, path, text, mode=0o755):
        self.run(f"mkdir -p $(dirname {path}); cat > {path}; chmod {mode:o} {path}", text)

    def run(self, block, given=None, fails=False):
        """Type `block` as root; it must succeed, unless it shall not. Return what it printed."""
        line = [
            "nsenter",
            f"--target={self.inside}",
            "--mount",
            "--net",
            "--pid",
            "chroot",
            self.root,
        ]
        line += ["env", "-i", f"PATH={PATH}", "HOME=/root", f"PYTHONPATH={self.libraries}"]
        done = subprocess.run(
            [*line, "sh", "-eu", "-c", f"cd /root; {block}"],
            capture_output=True,
            text=True,
            input=given or "",
            timeout=300,
        )
        assert (done.returncode != 0) == fails, f"{block}\n{done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    def close(self):
        self.holder.kill()
        self.holder.communicate()


def seen(libraries):
    """Return the folders that lie on other disks and hold what Python needs."""
    return [str(libraries), *sorted({str(p.resolve().parent) for p in libraries.iterdir()})]


@pytest.fixture
def machine(libraries):
    if os.geteuid() != 0 or subprocess.run(["unshare", "--mount", "true"]).returncode:
        pytest.skip("only root may make a machine of its own, and not in every container")
    folder, packed = (
        Path(tempfile.mkdtemp(dir="/dev/shm", prefix="screening-layer-")),
        open_folder(),
    )
    folder.chmod(0o755)
    clone(packed / "screening", "tests", "bench", "pictures")
    subprocess.run(["tar", "-czf", packed / "s.tar.gz", "-C", packed, "screening"], check=True)
    machine = Machine(folder, libraries)
    machine.run(f"cp {packed}/s.tar.gz /root/screening.tar.gz")
    for name, text in (("apt-get", APT), ("certbot", CERTBOT), ("systemctl", SYSTEMCTL)):
        machine.write(f"/root/stand-in/{name}", text)
    machine.write(
        "/root/stand-in/systemctl.py", Path(__file__).with_name("systemctl.py").read_text()
    )
    yield machine
    machine.close()
    for left in (folder, packed):
        shutil.rmtree(left, ignore_errors=True)


def type_all(machine):
    """Type every block, in order, and wait until the pages answer."""
    old_nginx = re.search(r"nginx/1\.2[0-4]\.", machine.run("nginx -v"))
    for block in blocks():
        if "http2 on" in block and not old_nginx:
            continue
        if "/root/secret" in block:
            machine.run("cp /var/lib/screening/secret /root/secret")
        if "screening backup /var/backups/screening/today.zip" in block:
            machine.numbers = [invited(machine, name) for name in ("Lan Nguyen", "Ana Silva")]
        machine.run(with_ids_of(machine, block))
    wait = "for n in $(seq 300); do curl --silent --fail --output /dev/null http://127.0.0.1:8000/readyz"
    machine.run(f"{wait} && exit; sleep 0.2; done; cat /run/screening.service.log; exit 1")


def invited(machine, name):
    line = f"screening invite '{name}' --procedure prp --born 1986-05-03 --json"
    return json.loads(machine.run(line))["number"]


def with_ids_of(machine, block):
    """Return `block` with the ids of this machine in place of the document's."""
    for nth, number in enumerate(getattr(machine, "numbers", ()), 1):
        block = block.replace(f"SC-2026-00000{nth}", number)
    if "CLINIC-ID" in block:
        ask = "import sqlite3; print(sqlite3.connect('/var/lib/screening/screening.db')"
        ask += ".execute('SELECT id FROM clinic').fetchone()[0])"
        block = block.replace("CLINIC-ID", machine.run(f'python3 -c "{ask}"').strip())
    return block


def test_every_block_can_be_typed_and_leaves_a_clinic_that_runs(machine):
    """One test, so that the machine is set up once whoever runs the others."""
    type_all(machine)

    check_that_the_service_is_a_user_of_its_own(machine)
    check_what_the_routines_leave(machine)
    for address in ("127.0.0.1", "[::1]"):
        check_that_nginx_serves_its_own_name_and_no_other(machine, address)
    assert machine.run("ls -d /opt/screening.before/.venv /opt/screening/.venv")
    assert "\tadd administrator\t" in machine.run("screening audit list")


def check_that_the_service_is_a_user_of_its_own(machine):
    listed = machine.run("ps -eo user:20,args").splitlines()
    ours = [line.split()[0] for line in listed if "/opt/screening" in line and "ps -eo" not in line]
    assert len(ours) >= 3
    assert set(ours) == {"screening"}
    for folder in ("/var/lib/screening", "/var/backups/screening"):
        assert machine.run(f"find {folder} ! -user screening -o -perm /077") == ""
    as_service = "runuser --user=screening --"
    machine.run(f"{as_service} touch /opt/screening/README.md", fails=True)
    machine.run(f"{as_service} cat /etc/screening.env", fails=True)


def check_what_the_routines_leave(machine):
    assert machine.run("ls /var/backups/screening/*-*-*-*.zip")
    [head] = machine.run("cat /var/backups/screening/heads").splitlines()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d+:\w+", head)
    # An end that was cut off since yesterday: the routine fails, and systemd lists it.
    machine.run("echo '2026-01-01 999999:0123456789abcdef' >> /var/backups/screening/heads")
    said = machine.run("systemctl start screening-routine@audit.service", fails=True)
    assert "is not in the log" in said


def check_that_nginx_serves_its_own_name_and_no_other(machine, address):
    curl = "curl --silent --show-error --max-time 10 --insecure --output /dev/null --write-out "
    here = f"--resolve {NAME}:443:{address} --resolve {NAME}:80:{address}"
    seen = machine.run(f"{curl} '%{{http_code}} %{{http_version}}' {here} https://{NAME}/sign-in")
    assert seen == "200 2"
    seen = machine.run(
        f"{curl} '%{{http_code}} %{{redirect_url}}' {here} http://{NAME}/s/x?lang=en"
    )
    assert seen == f"301 https://{NAME}/s/x?lang=en"
    for asked in (f"http://{address}/", f"-H 'Host: evil.example' http://{address}/"):
        assert "Empty reply" in machine.run(f"{curl} '' {asked}", fails=True)
    foreign = f"--resolve evil.example:443:{address} https://evil.example/"
    assert "curl: (35)" in machine.run(f"{curl} '' {foreign}", fails=True)


def test_every_setting_in_the_document_is_one_and_may_be_so():
    found = dict(re.findall(r"^ *SCREENING_(\w+)=(.+)$", GUIDE, re.M))
    assert len(found) >= 8
    assert found.keys() <= {setting.name for setting in SETTINGS}
    values = {f"SCREENING_{name}": value.strip('"') for name, value in found.items()}
    assert read_config(values)


def test_every_command_named_in_a_sentence_exists():
    named = re.findall(r"`screening ((?:[a-z-]+ ?)+)[^`]*`", GUIDE)
    assert len(named) > 8
    for words in named:
        command = main
        for word in words.split():
            if not isinstance(command, click.Group):
                break
            command = command.commands.get(word)
            assert command, words
