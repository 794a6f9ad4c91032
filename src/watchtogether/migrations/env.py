"""Alembic's entry: runs migrations on the connection that `upgrade` hands over."""

from alembic import context

from watchtogether.migrations.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
