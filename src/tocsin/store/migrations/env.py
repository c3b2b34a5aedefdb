"""Alembic's entrance: runs the migrations on the connection and in the transaction that `store.schema` hands over."""

from alembic import context

from tocsin.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
context.run_migrations()
