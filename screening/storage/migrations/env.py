"""Run the migrations on the connection that Database.migrate opened."""

from alembic import context

from screening.storage.tables import Kept

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Kept.metadata,
    render_as_batch=True,
)
context.run_migrations()
