"""Open everything that is sealed, as the program will one day, and name what does not open."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from screening.storage.columns import Table
from screening.storage.encryption import Keys, SealedBlobError, draw
from screening.storage.installation import WrongSecretError
from screening.storage.sealed import SEALED, open_value

Row = Mapping[str, Any]
Use = Callable[[Keys, str, Any], str]
ORDER = ("clinic", "patient", "screening")  # whose keys open those after them


def unused(keys: Keys, column: str, content: Any) -> str:
    """Ask no more of a value than that it opens."""
    return ""


@dataclass
class Proof:
    """`opened` counts by column; `damaged` names each value that does not open, or is wrong."""

    keys: Keys
    opened: Counter[str] = field(default_factory=Counter)
    damaged: list[str] = field(default_factory=list)


def prove(
    fetch: Callable[[str], Iterator[Row]],
    secrets: list[bytes],
    use: Use = unused,
) -> Proof:
    """Open every sealed value of the rows that `fetch` gives by table; no name stands in it.

    `use` tries what was opened and returns what is wrong with it. Raises WrongSecretError.
    """
    kept = {row["name"]: _open_kept(secrets, row) for row in fetch("installation")}
    if not {"root", "wrapping"} <= kept.keys():
        raise WrongSecretError("the keys of the installation are missing")
    keys = replace(Keys.from_secret(kept["root"]), wrapping=kept["wrapping"])
    proof = Proof(keys, Counter({"installation.content": len(kept)}))
    for name, content in kept.items():
        if problem := use(keys, f"installation.{name}", content):
            proof.damaged.append(f"{name} of the installation: {problem}")
    _Opening(proof, use).all_tables(fetch)
    return proof


def _open_kept(secrets: list[bytes], row: Row) -> bytes:
    for secret in secrets:
        try:
            key = draw(secret, "installation")
            content: bytes = open_value(key, "installation.content", row["name"], row["content"])
            return content
        except SealedBlobError:
            continue
    raise WrongSecretError("the secret does not open this database")


class _Opening:
    """The keys found so far, by whose they are, and what a screening is called."""

    def __init__(self, proof: Proof, use: Use):
        self.proof, self.use = proof, use
        self.found: dict[str, dict[str, bytes | None]] = {name: {} for name in ORDER}
        self.numbers: dict[str, str] = {}
        self.clinic_of: dict[str, str] = {}

    def all_tables(self, fetch: Callable[[str], Iterator[Row]]) -> None:
        sealed = {name.split(".")[0] for name in SEALED} - {*ORDER, "installation"}
        others = [t.name for t in Table.metadata.sorted_tables if t.name in sealed]
        for table in (*ORDER, *others):
            columns = [name for name in SEALED if name.split(".")[0] == table]
            for row in fetch(table):
                self._row(table, columns, row)

    def _row(self, table: str, columns: list[str], row: Row) -> None:
        if table == "screening":
            self.numbers[row["id"]] = row["number"]
        if table == "account":
            self.clinic_of[row["id"]] = row["clinic_id"]
        for column in columns:
            if blob := row[column.split(".")[1]]:
                self._value(table, column, row, blob)

    def _value(self, table: str, column: str, row: Row, blob: bytes) -> None:
        key, wraps = self._key(table, column, row), column.endswith(".wrapped_key")
        if wraps:
            self.found[table][row["id"]] = None
        if key is None:  # whose key is damaged was named already
            return
        try:
            content = open_value(key, column, row["id"], blob)
        except SealedBlobError as error:
            self.proof.damaged.append(f"{self._called(table, row)}: {error}")
            return
        self.proof.opened[column] += 1
        if wraps:
            self.found[table][row["id"]] = content
        if problem := self._wrong(column, row, content):
            self.proof.damaged.append(f"{self._called(table, row)}: {column} {problem}")

    def _key(self, table: str, column: str, row: Row) -> bytes | None:
        whose = SEALED[column].key
        if whose == "installation":
            return self.proof.keys.wrapping
        if column == "screening.wrapped_key" and row["patient_id"] is None:
            whose = "clinic"  # of before there were patients
        if column == "request.answer" and row["screening_id"] is None:
            whose = "clinic"  # about no screening, but what a clinic has set up
        if whose == "clinic" and table == "passkey":
            return self.found["clinic"].get(self.clinic_of.get(row["account_id"], ""))
        id = row["id"] if whose == table else row[f"{whose}_id"]
        return self.found[whose].get(id)

    def _wrong(self, column: str, row: Row, content: Any) -> str:
        if column == "report.pdf" and hashlib.sha256(content).hexdigest() != row["sha256"]:
            return "is not the file that was sealed"
        return self.use(self.proof.keys, column, content)

    def _called(self, table: str, row: Row) -> str:
        """Return what an administrator knows a row by, without a patient's name."""
        if table == "screening" or "screening_id" in row:
            id = row["id"] if table == "screening" else row["screening_id"]
            return f"{self.numbers.get(id, id)} {table} {row.get('kind') or ''}".strip()
        return f"{table} {row.get('username') or row['id']}"
