"""A queue in which nothing stands twice: who orders what waits already adds nothing.

Each order is written the same way whoever orders it, and the table takes no row a second
time. Once a worker has taken it, its lease in the database says that it is being made.
"""

from __future__ import annotations

from typing import Any

from huey import Huey
from huey.api import Task
from huey.storage import PostgresStorage, SqliteStorage


class _Once(Huey):
    """Orders are called by what they ask for, and not by chance."""

    def enqueue(self, task: Task) -> Any:
        task.id = ":".join((task.name, *task.args))
        return super().enqueue(task)


class _SqliteOnce(SqliteStorage):
    ddl = (
        *SqliteStorage.ddl,
        "create unique index if not exists task_once on task (queue, data)",
    )

    def enqueue(self, data: bytes, priority: float | None = None) -> None:
        order = "insert or ignore into task (queue, data, priority) values (?, ?, ?)"
        self.sql(order, (self.name, self.to_blob(data), priority or 0), commit=True)


class _PostgresOnce(PostgresStorage):
    def initialize_schema(self) -> None:
        table = self.table_task
        super().initialize_schema()
        self.sql(f"create unique index if not exists {table}_once on {table} (queue, sha256(data))")
        self.close()  # no fork may share it

    def enqueue(self, data: bytes, priority: float | None = None) -> None:
        order = f"insert into {self.table_task} (queue, data, priority) values (%s, %s, %s)"
        with self.db(commit=True) as cursor:
            cursor.execute(f"{order} on conflict do nothing", (self.name, data, priority or 0))
            if cursor.rowcount:
                cursor.execute("select pg_notify(%s, %s)", (self.channel, ""))


class SqliteOnce(_Once):
    storage_class = _SqliteOnce


class PostgresOnce(_Once):
    storage_class = _PostgresOnce
