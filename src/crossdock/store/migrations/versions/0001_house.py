"""The first schema: one SQL file per room."""

from __future__ import annotations

from pathlib import Path

from alembic import op
from sqlalchemy.util import await_only

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Run every `0001_*.sql` in name order."""
    driver = op.get_bind().connection.driver_connection
    for file in sorted((Path(__file__).parents[1] / "sql").glob("0001_*.sql")):
        await_only(driver.execute(file.read_text(encoding="utf-8")))  # type: ignore[union-attr]
