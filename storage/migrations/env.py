"""Alembic's entry: it is always handed a connection by storage.migrate."""

from alembic import context

from storage.models import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite changes a column by rebuilding the table
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
