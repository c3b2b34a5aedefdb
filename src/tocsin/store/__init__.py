"""The cellar: the timeline and its projections in SQLite or PostgreSQL. The only room with SQL.

`app` opens it with `open_store(StoreSettings)`; everyone else meets it as ports.Store. `audit` checks it from outside.
"""

from tocsin.store.settings import StoreSettings

__all__ = ["StoreSettings"]
