"""Migrations: Alembic revisions that run plain SQL files."""

from crossdock.store.migrations.run import migrate

__all__ = ["migrate"]
