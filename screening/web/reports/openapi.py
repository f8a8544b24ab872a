"""What other programs may ask of us, described as OpenAPI 3.1 in words that programs read."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]


def _object(**properties: Schema) -> Schema:
    """Return the schema of an object that has exactly these members."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _text(description: str, **more: Any) -> Schema:
    return {"type": "string", "description": description, **more}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


MOMENT = {"type": "string", "format": "date-time"}
SHA256 = _text("SHA-256 of the file", pattern="^[0-9a-f]{64}$")
SIGNATURE = _object(
    field=_text("The place of the signature", enum=["ClinicSeal", "Doctor"]),
    signer=_text("Whom the certificate names"),
    meaning=_text("What the signature stands for", enum=["seal", "doctor's signature"]),
    claimed_at=_or_null(MOMENT | {"description": "By the signer's own clock; no trusted time"}),
    covers_whole_file={"type": "boolean"},
    stamped_at=_or_null(MOMENT | {"description": "By the clock of a timestamp authority"}),
    stamped_by=_or_null(_text("Whose clock that is")),
    registration=_text("A doctor's registration number in the certificate; empty if none"),
    alone={
        "type": "boolean",
        "description": "Whether no second person of the clinic confirmed the doctor's account",
    },
)
ISSUED = _object(
    code=_text("The code printed on the report"),
    kind=_text("Which report it is", enum=["screening", "copy", "plan", "decided", "arrival"]),
    clinic=_text("The clinic that issued it"),
    sealed_at=_or_null(MOMENT),
    sha256=_or_null(SHA256),
    replaced_by=_or_null(_text("What is newer", enum=["decided", "newer"])),
    stamps={
        "type": "array",
        "items": _object(sha256=SHA256, stamped_at=MOMENT),
        "description": "The same report with a later timestamp, so that its proof lasts",
    },
    erased={
        "type": "boolean",
        "description": "Erased here since: neither its hash nor what replaced it is known",
    },
)
SCHEMAS = {
    "Verification": _object(
        status=_text("As in EN 319 102-1", enum=["PASSED", "INDETERMINATE", "FAILED"]),
        reasons={"type": "array", "items": _text("Why it is not PASSED, in plain words")},
        signatures={
            "type": "array",
            "items": SIGNATURE,
            "description": "None where it FAILED, or by somebody unknown",
        },
        sha256=SHA256,
        issued=_or_null(ISSUED | {"description": "What was issued here; null if nothing was"}),
        byte_for_byte={
            "type": ["boolean", "null"],
            "description": "Whether it is the very file that was issued, by the hash that was "
            "kept, whatever became of certificates since; null if no hash was kept",
        },
        replayed={
            "type": ["boolean", "null"],
            "description": "Whether the rules of that day give the same; null if nobody can tell",
        },
    ),
    "Error": _object(error=_text("What is wrong, and what to do")),
}
PDF = {"type": "string", "format": "binary", "description": "At most 10 MB"}


def _answer(description: str, schema: str = "Error") -> Schema:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {"description": description, "content": content}


def describe(address: str) -> dict[str, Any]:
    """Return the document, for programs that reach us at `address`."""
    check = {
        "operationId": "verifyReport",
        "summary": "Say whether a report is as it was issued. Nothing of the file is kept.",
        "requestBody": {
            "required": True,
            "content": {
                "application/pdf": {"schema": PDF},
                "multipart/form-data": {"schema": _object(file=PDF)},
            },
        },
        "responses": {
            "200": _answer("The result, whichever it is", "Verification"),
            "413": _answer("The file is larger than 10 MB"),
            "422": _answer("There is no file"),
            "429": _answer("Too many from one address; see Retry-After"),
            "503": _answer(
                "No time to check this file, which says nothing about it; try again in a minute"
            ),
        },
        "security": [],
    }
    itself = {
        "operationId": "describeApi",
        "summary": "This document",
        "responses": {
            "200": {
                "description": "An OpenAPI document",
                "content": {"application/json": {"schema": {"type": "object"}}},
            }
        },
        "security": [],
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Screening",
            "version": "1",
            "description": "Answers hold no health data. Reasons are in the language asked for.",
        },
        "servers": [{"url": address}],
        "paths": {
            "/api/v1/verifications": {"post": check},
            "/api/v1/openapi.json": {"get": itself},
        },
        "components": {"schemas": SCHEMAS},
    }
