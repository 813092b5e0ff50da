"""The schema's one linear history, and the state a database is in."""
