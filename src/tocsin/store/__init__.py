"""The cellar: the timeline and its projections in SQLite or PostgreSQL. The only room with SQL."""
