"""Say what is wrong with the shape of a file, in the words of the files."""

from __future__ import annotations

import re
from typing import Any

from pydantic import ValidationError

from screening.definitions.problems import did_you_mean
from screening.definitions.shapes import Shape, StatementShape

WORDS = {
    field.alias or name
    for shape in (*Shape.__subclasses__(), *StatementShape.__subclasses__())
    for name, field in shape.model_fields.items()
}


def explain(error: ValidationError) -> list[tuple[tuple[str | int, ...], str]]:
    """Return (where, what is wrong) for each mistake, in the words of the files.

    A key that is missing only because its neighbour is misspelled is left out.
    """
    found = error.errors(include_url=False)
    misspelled = {e["loc"][:-1] for e in found if e["type"] == "extra_forbidden"}
    return [
        (tuple(e["loc"]), _say(e))
        for e in found
        if not (e["type"] == "missing" and e["loc"][:-1] in misspelled)
    ]


def _say(error: Any) -> str:
    kind, key, given = error["type"], str(error["loc"][-1]), error.get("input")
    match kind:
        case "missing":
            return f"'{key}' is missing"
        case "extra_forbidden":
            return f"'{key}' is not a word used here{did_you_mean(key, WORDS)}"
        case "literal_error" | "enum":
            allowed = re.findall(r"'([^']+)'", error["ctx"]["expected"])
            near = did_you_mean(str(given), allowed)
            return f'{key} "{given}" is not one of {", ".join(allowed)}{near}'
        case "string_pattern_mismatch":
            return f'"{given}" cannot be an id here ({error["ctx"]["pattern"]})'
        case "tuple_type" | "list_type":
            return f"'{key}' must be a list: start each entry with '- '"
        case "value_error":
            return str(error["ctx"]["error"])
        case "bool_parsing":
            return f'{key} "{given}" must be true or false'
    return f"'{key}': {error['msg'][:1].lower()}{error['msg'][1:]}"
