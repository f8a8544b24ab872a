"""Make an image as deploy/Containerfile says, into a folder: no container engine is needed.

Its steps are read and carried out one by one by an ordinary user. A virtual environment stands
for the Python of the image that it begins from, a folder for its root. Two things differ: what
the system's own packages and accounts are is left as it is here (`SYSTEM`), and `pip` finds the
libraries that are installed here instead of fetching the same ones.
"""

import json
import re
import shlex
import shutil
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

from tests.installation import Installation

SYSTEM = ("apt-get ", "useradd ")  # what a RUN begins with that changes the system
ROOTED = re.compile(r"(?<![\w.])/(?=(?:requirements\.txt|build|wheel|var/lib/screening)\b)")


@dataclass
class Stage:
    """One FROM and what follows: `root` is its `/`."""

    root: Path
    work: Path
    environment: dict = field(default_factory=dict)
    system: list = field(default_factory=list)
    command: list = field(default_factory=list)

    def at(self, context):
        """Return where `place` lies, absolute or seen from the working directory."""
        return self.root / context[1:] if context.startswith("/") else self.work / context

    def within(self, text):
        """Return `text` with the image's paths as they are here."""
        return ROOTED.sub(f"{self.root}/", text)


def steps_of(text):
    """Return the steps of a Containerfile as pairs of instruction and words."""
    joined = re.sub(r"\\\n\s*", "", re.sub(r"(?m)^#.*\n", "", text))
    return [tuple(line.split(maxsplit=1)) for line in joined.splitlines() if line]


def rules_of(context):
    """Return the lines of the context's .dockerignore that say something."""
    lines = (context / ".dockerignore").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def allowed(path, rules):
    """Tell whether a .dockerignore lets `path` through: the last rule that fits decides."""
    through = True
    names = [Path(*path.parts[: n + 1]).as_posix() for n in range(len(path.parts))]
    for rule in rules:
        pattern = rule.removeprefix("!").removeprefix("**/")
        deep = rule.startswith("**/")
        if any(fnmatch(Path(name).name if deep else name, pattern) for name in names):
            through = rule.startswith("!")
    return through


class Builder:
    """Carries out the steps for `user`, in `folder`, with what `context` holds and may give."""

    def __init__(self, context, folder, user, settings):
        self.context, self.folder, self.user, self.settings = context, folder, user, settings
        self.rules = rules_of(context)
        self.named, self.stages = {}, {}

    def build(self):
        """Return the last stage, made."""
        steps = steps_of((self.context / "deploy" / "Containerfile").read_text())
        stage, done = None, []
        for instruction, words in steps:
            if instruction == "FROM":
                base, _, name = words.partition(" AS ")
                name = name or "last"
                done = list(self.named.get(base, ()))
                stage = self.stages[name] = self._begin(name)
                for earlier in done:
                    self._do(stage, *earlier)
                self.named[name] = done
                continue
            done.append((instruction, words))
            self._do(stage, instruction, words)
        return stage

    def _begin(self, name):
        root = self.folder / name
        root.mkdir()
        self.user.own(root)
        made = self.user.run(f"python3 -m venv --without-pip {root}/python", self.folder)
        assert made.returncode == 0, made.stderr
        return Stage(root, root)

    def _do(self, stage, instruction, words):
        if carry_out := getattr(self, f"_{instruction.lower()}", None):
            carry_out(stage, words)
        else:
            assert instruction in {"USER", "VOLUME", "EXPOSE", "HEALTHCHECK", "STOPSIGNAL"}

    def _workdir(self, stage, words):
        stage.work = stage.at(words)
        stage.work.mkdir(parents=True, exist_ok=True)
        self.user.own(stage.work)

    def _env(self, stage, words):
        stage.environment |= dict(word.split("=", 1) for word in shlex.split(stage.within(words)))

    def _cmd(self, stage, words):
        stage.command = json.loads(words)

    def _run(self, stage, words):
        if words.startswith(SYSTEM):
            stage.system.append(words)
            return
        done = self.in_image(stage, words)
        assert done.returncode == 0, f"{words}\n{done.stdout}{done.stderr}"

    def in_image(self, stage, line, **settings):
        """Run a line of shell in `stage` as its user does."""
        path = f"{stage.root}/python/bin:/usr/local/bin:/usr/bin:/bin"
        given = self.settings | stage.environment | {"PATH": path} | settings
        return self.user.run(stage.within(line), stage.work, **given)

    def installation(self, folder, *before):
        """Return `screening serve --demo` of the last stage with an instance in `folder`.

        `before` starts it as the user, else it is only that.
        """
        stage = self.stages["last"]
        folder.mkdir()
        self.user.own(folder)
        return Installation(
            folder / "instance",
            cwd=folder,
            log=folder.with_suffix(".log"),
            program=(*(before or self.user.before), f"{stage.root}/python/bin/screening"),
            settings=self.settings | {"HOME": str(folder)},
        )

    def _copy(self, stage, words):
        *sources, target = words.split()
        if sources[0].startswith("--from="):
            other = self.stages[sources.pop(0).removeprefix("--from=")]
            [source] = sources
            shutil.copytree(other.at(source), stage.at(target))
        else:
            for source in sources:
                self._take(source, stage.at(target), target.endswith("/"))
        self.user.own(stage.at(target))

    def _take(self, source, target, into):
        """Copy one name of the context, as far as the .dockerignore lets it through."""
        path = self.context / source
        if path.is_file():
            files = {path: target / path.name if into else target}
        else:
            files = {f: target / f.relative_to(path) for f in path.rglob("*") if f.is_file()}
        for file, copy in files.items():
            if allowed(file.relative_to(self.context), self.rules):
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(file, copy)
