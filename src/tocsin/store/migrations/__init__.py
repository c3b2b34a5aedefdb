"""The migrations of the store's schema, run by Alembic through `store.schema` when a store is opened."""
