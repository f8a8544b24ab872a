"""What many tests need: the library in force, small libraries of their own, a moment."""

import fcntl
import functools
import gc
import os
import pickle
import shutil
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from screening.definitions import loading
from screening.definitions.loading import load_definitions
from tests.postgres import DATABASES, Cluster, name_in

QUESTIONS = Path(__file__).parents[1] / "questions"
TODAY = date(2026, 11, 21)

# How long an example takes is the machine's affair, and no promise.
settings.register_profile(
    "suite", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=40
)
# `make breaks`: a wrong change must be noticed in one run, and not by one in three.
settings.register_profile("breaks", settings.get_profile("suite"), max_examples=100)
settings.register_profile("quick", settings.get_profile("suite"), max_examples=15)
# `make thorough`: what chance alone would find one day in a hundred, other examples each time.
settings.register_profile(
    "thorough", settings.get_profile("suite"), max_examples=5000, derandomize=False, database=None
)
settings.load_profile("suite")

# A run starts dozens of Python processes: what one of them compiles the others shall find.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# No database of a test needs to outlive the machine's power. In memory, where there is plenty, it
# waits for no disk; pyproject.toml says that what passed is removed.
MEMORY, ENOUGH = Path("/dev/shm"), 8 * 2**30
if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))
TEMPORARY = os.environ.get("PYTEST_DEBUG_TEMPROOT")


def pytest_xdist_auto_num_workers():
    """Two processes for each processor, where there is memory for the second.

    A test waits for pages and clocks half of its time; a process with its clinic and its browser
    takes a gigabyte and a half.
    """
    processors = os.cpu_count() or 1
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return max(processors, min(2 * processors, memory // (2 * 2**30)))


ALONE = ("any_day", "canary", "conformance", "crash", "private", "two_machines", "two_of_each")
ALONE_FOR_LONG = [f"test_{name}.py" for name in ALONE]


def pytest_collection_modifyitems(config, items):
    """Let each process of a run begin with files that take minutes.

    xdist cuts the list into as many pieces as there are processes; who is done takes from the end
    of another's. Two of them begin with what needs a browser, so that no more than two have to
    start one and a clinic for it; one with installing the program, one with what serves alone.
    """
    many = getattr(config, "workerinput", {}).get("workercount", 1)
    begin_with = [[] for _ in range(many)]
    browsing, installing, serving = (0, 2 % many), 1 % many, 3 % many
    browsed, rest = {}, []
    for item in items:
        if item.get_closest_marker("browser"):
            browsed.setdefault(item.path, []).append(item)
        elif "deploy" in item.path.parts:
            begin_with[installing].append(item)
        elif item.path.name in ALONE_FOR_LONG:
            begin_with[serving].append(item)
        else:
            rest.append(item)
    for of_a_file in sorted(browsed.values(), key=len, reverse=True):
        min((begin_with[place] for place in browsing), key=len).extend(of_a_file)
    rest.sort(key=lambda item: "web" not in item.path.parts)
    ordered = []
    for place, begun in enumerate(begin_with):
        piece = (len(items) - len(ordered)) // (many - place)
        more = max(0, piece - len(begun))
        ordered += begun + rest[:more]
        del rest[:more]
    items[:] = ordered + rest


def pytest_collection_finish():
    """Leave what is loaded out of each later look for garbage, and look less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_itemcollected(item):
    """Mark what needs a browser, so that a run can leave it out."""
    if "chromium" in item.fixturenames:
        item.add_marker("browser")


def pytest_report_header():
    missing = "" if "postgresql" in DATABASES else " (no PostgreSQL: initdb was not found)"
    return f"databases: {', '.join(DATABASES)}{missing}"


@pytest.fixture(scope="module")
def children_find_tests():
    """Let Python processes that a test starts import `tests`, from whatever folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(QUESTIONS.parent), prepend=os.pathsep)
        yield


@pytest.fixture(scope="session")
def once_a_run(tmp_path_factory):
    """Return what lets the first process of a run make a thing, and the last one remove it."""
    shared = tmp_path_factory.getbasetemp()
    if shared.name.startswith("popen-"):  # of one of several processes
        shared = shared.parent

    @contextmanager
    def once_a_run(name, make, remove):
        kept = shared / f"{name}.pickle"
        with locked(kept):
            thing, users = pickle.loads(kept.read_bytes()) if kept.exists() else (make(), 0)
            kept.write_bytes(pickle.dumps((thing, users + 1)))
        try:
            yield thing
        finally:
            with locked(kept):
                users = pickle.loads(kept.read_bytes())[1] - 1
                kept.write_bytes(pickle.dumps((thing, users)))
                if not users:
                    remove(thing)
                    kept.unlink()

    return once_a_run


@contextmanager
def locked(path):
    with path.with_suffix(".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def cluster(once_a_run):
    """Return a PostgreSQL server of our own."""
    with once_a_run("cluster", lambda: Cluster(TEMPORARY), Cluster.remove) as cluster:
        yield cluster


@pytest.fixture
def kind():
    """Return the kind of database: SQLite, and PostgreSQL too for what is so marked."""
    return "sqlite"


def pytest_generate_tests(metafunc):
    if "kind" in metafunc.fixturenames and metafunc.definition.get_closest_marker("both_databases"):
        metafunc.parametrize("kind", DATABASES)


@pytest.fixture
def address(request, kind, tmp_path):
    """Return the address of an empty database."""
    if kind == "postgresql":
        return request.getfixturevalue("cluster").new()
    return f"sqlite:///{tmp_path / 'screening.db'}"


@pytest.fixture(scope="session")
def furnish(request, tmp_path_factory):
    """Return a function that opens an office, made once for each kind of database and copied.

    `after` is a function of an office: what it has done once stands in every copy, and what it
    returned in `begun`. Whoever calls it closes the office.
    """
    from tests.office import Office  # who only hands the tests out, or tries rules, needs no PDF

    made = {}

    def template(kind, after):
        if (kind, after) not in made:
            folder, settings = tmp_path_factory.mktemp("furnished"), {}
            if after:
                office = furnish(folder, kind)
                office.begun = after(office)
            else:
                if kind == "postgresql":
                    settings["SCREENING_DATABASE"] = request.getfixturevalue("cluster").new()
                office = Office(folder, **settings)
            office.close()
            made[kind, after] = office
        return made[kind, after]

    def furnish(folder, kind="sqlite", after=None, **settings):
        office = template(kind, after)
        shutil.copytree(office.config.instance, folder, dirs_exist_ok=True)
        if kind == "postgresql":
            copied = request.getfixturevalue("cluster").new(name_in(office.config.database))
            settings["SCREENING_DATABASE"] = copied
        return office.copied(folder, **settings)

    return furnish


@pytest.fixture(scope="session")
def library():
    """Return the definitions that the product ships."""
    return load_definitions(QUESTIONS)


@pytest.fixture(scope="session", autouse=True)
def read_the_lists_once():
    """Let every installation and command of a test process share the shipped lists.

    They never change.
    """
    from screening import bootstrap

    load = once_where_shipped(load_definitions)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loading, "load_definitions", load)
        pack = once_where_shipped(bootstrap.pack_definitions)
        patch.setattr(bootstrap, "pack_definitions", pack)
        yield


@pytest.fixture(scope="session", autouse=True)
def compile_once():
    """Let the databases and the applications of a test process share what is only compiled text.

    A thousand of them are opened; each would compile the same statements and addresses anew.
    """
    from tests import compiled_once

    with pytest.MonkeyPatch.context() as patch:
        compiled_once.share(patch)
        yield


@pytest.fixture(scope="session", autouse=True)
def hash_passwords_quickly():
    """Let what is slow on purpose not be slow a thousand times.

    What a password costs is the subject of tests/workflow/accounts/test_hashing.py.
    """
    from screening.workflow.accounts import hashing

    quick = replace(hashing.hasher._parameters, time_cost=1, memory_cost=8)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hashing.hasher, "_parameters", quick)
        yield


def once_where_shipped(read):
    once = functools.cache(read)
    return lambda folder: (once if folder.resolve() == QUESTIONS.resolve() else read)(folder)


SMALL = {
    "findings.yaml": """
findings:
- id: pregnancy
  is: Pregnant
- id: nsaid_recent
  is: Took a painkiller
  date: last dose
- id: anticoagulant
  is: Takes an anticoagulant
- id: antiplatelet
  is: Takes an antiplatelet
- id: blood_thinner
  is: Takes a blood thinner
  when: {any: [anticoagulant, antiplatelet]}
- id: age_under_18
  is: Younger than 18
  age: below 18
- id: dental_work
  is: Dental work
  date: the visit
  booked: true
""",
    "sections/01-all.yaml": """
section: all
title: All
questions:
- id: date_of_birth
  ask: When were you born?
  answer: birth-date
  unknown: false
- id: can_be_pregnant
  ask: Could you get pregnant?
  answer: yes-no
  if_not_no:
  - id: pregnant
    ask: Are you pregnant?
    answer: yes-no
    means: pregnancy
- id: painkiller
  ask: Did you take a painkiller?
  answer: yes-no
  means: nsaid_recent
  if_yes:
  - id: painkiller_last_dose
    ask: When did you take the last one?
    answer: date
    dates: nsaid_recent
- id: thinner
  ask: Which blood thinner do you take?
  answer: some-of
  options:
  - id: warfarin
    text: Warfarin
    means: anticoagulant
  - id: aspirin
    text: Daily aspirin
    means: antiplatelet
    then:
    - id: aspirin_why
      ask: Why?
      answer: text
      always: true
- id: dental
  ask: Dental work lately or soon?
  answer: yes-no
  means: dental_work
  if_yes:
  - id: dental_date
    ask: When?
    answer: date
    dates: dental_work
    booked: true
""",
    "procedures/peel.yaml": """
procedure: peel
name: Peel
summary: A small procedure for tests.
contraindications:
- finding: pregnancy
  grade: contraindication
  because: Nobody has studied it.
  source: S1
  fixed: true
- finding: age_under_18
  grade: contraindication
  because: The law.
  source: S1
- finding: nsaid_recent
  grade: contraindication
  defer: 7 days
  because: Bruises.
  source: S1
- finding: dental_work
  grade: contraindication
  defer: 14 days
  ahead: 14 days
  because: Germs.
  source: S1
- finding: blood_thinner
  grade: precaution
  because: Bruises.
  source: S1
""",
    "sources.yaml": """
sources:
- id: S1
  title: A source
  kind: paper
""",
}

OURS = "policies/ours.yaml"
POLICY = """
policy: ours
changes:
- procedure: peel
  finding: age_under_18
  grade: precaution
  reason: Our doctors see each patient with a parent.
  by: Dr Anna Kern
  since: 2026-12-01
- procedure: peel
  finding: dental_work
  grade: contraindication
  defer: 3 days
  reason: Our own count of infections.
  by: Dr Anna Kern
  since: 2026-12-01
- procedure: peel
  finding: anticoagulant
  grade: contraindication
  because: We do not peel then.
  source: S1
  reason: Two large bruises last year.
  by: Dr Anna Kern
  since: 2026-12-01
"""


def write_library(folder: Path, files: dict[str, str]) -> Path:
    """Write `files` below `folder` and return the folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.lstrip("\n"))
    return folder


@pytest.fixture
def small_folder(tmp_path):
    return write_library(tmp_path / "questions", SMALL)


@pytest.fixture(scope="session")
def small(tmp_path_factory):
    """Return a small library whose every rule a test can keep in mind."""
    folder = tmp_path_factory.mktemp("small") / "questions"
    return load_definitions(write_library(folder, SMALL))
