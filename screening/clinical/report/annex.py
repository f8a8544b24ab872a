"""What the lists rest on, for one annex to all reports made from them: sources and notes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict

from screening.clinical.definitions.definitions import Definitions
from screening.clinical.definitions.language import in_language


class Noted(TypedDict):
    """A note of the trade, in English as it was written, and what it is about."""

    note: str
    about: list[str]


class ListNotes(TypedDict):
    """What is noted on one procedure: on its rules, and on what is said about the time after."""

    name: str
    rules: list[Noted]
    care: list[Noted]


class Annex(TypedDict):
    """`frame` is the clinic, its language and paper; `on` the day of which the lists are."""

    frame: Mapping[str, Any]
    definitions: str
    on: str
    lists: list[ListNotes]
    sources: list[dict[str, str | None]]
    words: NotRequired[dict[str, dict[str, str]]]  # by language, where the folder has its own


def compile_annex(definitions: Definitions, frame: Mapping[str, Any], on: str) -> Annex:
    """Return every source of `definitions` and every note in them, in the language of `frame`."""
    told = in_language(definitions, frame["language"])
    annex = Annex(
        frame=frame,
        definitions=definitions.hash,
        on=on,
        lists=[one for one in (_notes(told, name) for name in told.procedures) if any_noted(one)],
        sources=[
            {
                "id": s.id,
                "title": s.title,
                "publisher": s.publisher,
                "issued": s.issued,
                "kind": s.kind,
                "url": s.url,
            }
            for _, s in sorted(told.sources.items())
        ],
    )
    if definitions.words:
        annex["words"] = {code: dict(own) for code, own in definitions.words.items()}
    return annex


def any_noted(one: ListNotes) -> bool:
    return bool(one["rules"] or one["care"])


def _notes(definitions: Definitions, name: str) -> ListNotes:
    procedure = definitions.procedures[name]
    rules: dict[str, list[str]] = {}
    for rule in procedure.contraindications:
        if rule.note:
            rules.setdefault(rule.note, []).append(definitions.findings[rule.finding].name)
    care: dict[str, list[str]] = {}
    for said in procedure.aftercare:
        if said.note:
            care.setdefault(said.note, []).append(said.text)
    return ListNotes(name=procedure.name, rules=_noted(rules), care=_noted(care))


def _noted(found: Mapping[str, list[str]]) -> list[Noted]:
    return [Noted(note=note, about=list(dict.fromkeys(about))) for note, about in found.items()]
