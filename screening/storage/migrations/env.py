"""Run the migrations on the connection that Database.migrate opened."""

from alembic import context

from screening.storage.columns import Table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    render_as_batch=True,
)
context.run_migrations()
