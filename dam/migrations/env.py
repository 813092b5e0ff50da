"""Alembic's entry to dam's own history."""

from dam.migrations.environment import run_migrations

run_migrations(package="dam", version_table="alembic_version")
