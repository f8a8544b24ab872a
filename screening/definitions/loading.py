"""Turn the files of questions/ into Definitions, or say everything that is wrong with them.

There is no half-way: a folder with one unreadable rule gives no definitions at
all, so that the service can never run with fewer rules than the clinic wrote.
"""

from __future__ import annotations

import gc
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from screening.clinical.definitions.definitions import Definitions
from screening.definitions.assembling import (
    assemble_coverage,
    assemble_procedures,
    settings_in,
)
from screening.definitions.checking.approvals import check_approvals
from screening.definitions.checking.bindings import check_bindings
from screening.definitions.checking.people import check_people
from screening.definitions.checking.references import check_references
from screening.definitions.checking.silence import check_silence
from screening.definitions.checking.structure import check_definitions
from screening.definitions.checking.tracing import check_facts
from screening.definitions.checking.weights import check_weights
from screening.definitions.explaining import explain
from screening.definitions.kinds import (
    KINDS,
    File,
    FindingsFile,
    ProcedureFile,
    SectionFile,
    SourcesFile,
)
from screening.definitions.medicines import check_medicines
from screening.definitions.policies import check_policies, check_policy_examples
from screening.definitions.problems import DefinitionError, Problem
from screening.definitions.reading import Document, find_files, hash_files, read_document
from screening.definitions.tables import Tables

REQUIRED = (FindingsFile, SectionFile, ProcedureFile, SourcesFile)


@dataclass(frozen=True)
class Loaded:
    """A file that could be read, and where in it everything stands."""

    document: Document
    file: File


def load_definitions(folder: Path) -> Definitions:
    """Return the definitions in `folder`. Raises DefinitionError with every problem."""
    collecting = gc.isenabled()
    gc.disable()  # what is made here stays: looking for garbage takes a tenth of the time
    try:
        return _load(folder)
    finally:
        if collecting:
            gc.enable()


def _load(folder: Path) -> Definitions:
    files, problems = find_files(folder)
    loaded: list[Loaded] = []
    for path in files:
        shown = f"{folder.name}/{path.relative_to(folder).as_posix()}"
        one, faults = _load_file(path, shown)
        problems += faults
        loaded += [one] if one else []
    if not problems:
        problems += _missing_kinds(folder, loaded)
    if problems:
        raise DefinitionError(problems)
    return _assemble(loaded, hash_files(folder, files))


def _load_file(path: Path, shown: str) -> tuple[Loaded | None, list[Problem]]:
    document, problems = read_document(path, shown)
    if document is None or problems:
        return None, problems
    kind = next((shape for key, shape in KINDS.items() if key in document.data), None)
    if kind is None:
        text = f"the file must hold one of the keys {', '.join(KINDS)}"
        return None, [Problem(shown, 1, text)]
    try:
        return Loaded(document, kind.model_validate(document.data)), []
    except ValidationError as error:
        return None, [Problem(shown, document.line(w), text) for w, text in explain(error)]


def _missing_kinds(folder: Path, loaded: list[Loaded]) -> list[Problem]:
    there = {type(one.file) for one in loaded}
    return [
        Problem(f"{folder.name}/", 1, f"no file here holds '{key}:'")
        for key, kind in KINDS.items()
        if kind not in there and kind in REQUIRED
    ]


def _assemble(loaded: list[Loaded], hash: str) -> Definitions:
    tables = Tables()
    for one in loaded:
        tables.add(one.file, one.document)
    procedures = assemble_procedures(tables.procedures, tables.places, tables.problems)
    definitions = Definitions(
        hash,
        tables.findings,
        tuple(tables.sections),
        procedures,
        tables.sources,
        tuple(tables.examples),
        tuple(tables.marks),
        tables.translations,
        tables.facts,
        tuple(tables.policies),
        reviewers=tables.reviewers,
        medicines=tables.medicines,
        **settings_in(tables.settings.get("")),
        coverage=assemble_coverage(tables.procedures, tables.coverage, procedures),
        contradictions=tuple(tables.contradictions),
        severity_order=tuple(tables.severity_order),
        same_product=tuple(tables.same_product.values()),
        approvals=tables.approvals,
        policy_examples=tables.policy_examples,
        people=tables.people.get(""),
        places={name: ":".join(map(str, at)) for name, at in tables.places.items()},
    )
    problems = tables.problems + check_references(definitions, tables.procedures, tables.places)
    problems += check_bindings(definitions, tables.settings.get(""), tables.places)
    if not problems:
        problems = check_definitions(definitions, tables.places)
    if not problems:
        problems = check_facts(definitions, tables.places)
        problems += check_policies(definitions, tables.places)
        problems += check_approvals(definitions, tables.places)
        problems += check_people(definitions, tables.places)
        problems += check_policy_examples(definitions, tables.example_places)
        problems += check_medicines(definitions, tables.medicines_at)
        problems += check_silence(definitions, tables.places)
        problems += check_weights(definitions, tables.places)
    if problems:
        raise DefinitionError(problems)
    return definitions
