"""What each database and each application compiles for itself, compiled once a process.

It follows from the text alone: of a statement, an address or a template. What it is used on, rows
and people, stays each test's own.
"""

import sqlalchemy
from jinja2 import BytecodeCache
from werkzeug.routing import Rule

from screening.storage import counted, database


class Templates(BytecodeCache):
    """Templates that were compiled, by their name and text."""

    def __init__(self):
        self._compiled = {}

    def load_bytecode(self, bucket):
        bucket.code = self._compiled.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket):
        self._compiled[bucket.key, bucket.checksum] = bucket.code


TEMPLATES = Templates()


def share(patch):
    """Let what is opened from now on share statements and addresses."""
    for module in (database, counted):
        patch.setattr(module, "create_engine", create_engine)
    patch.setattr(Rule, "_compile_builder", compile_builder)


_statements, _builders = {}, {}
_compile_builder = Rule._compile_builder


def create_engine(address, **options):
    """Do as SQLAlchemy does, with the statements of the databases of the same kind before."""
    engine = sqlalchemy.create_engine(address, **options)
    kind = engine.dialect.name
    # One that never connected does not know yet what its server understands.
    if kind not in _statements or not _statements[kind][0].server_version_info:
        _statements[kind] = engine.dialect, {}
    engine.dialect, compiled = _statements[kind]
    engine.update_execution_options(compiled_cache=compiled)
    return engine


def compile_builder(rule, append_unknown=True):
    """Do as Werkzeug does, once for each rule, however many applications have it."""
    known_by = rule.rule, tuple(rule._trace), repr(rule.defaults), append_unknown
    if known_by not in _builders:
        _builders[known_by] = _compile_builder(rule, append_unknown)
    return _builders[known_by]
