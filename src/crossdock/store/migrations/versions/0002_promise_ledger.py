"""Pools, what is kept back, supply over time, statements to compare with: one SQL file per part."""

from __future__ import annotations

from pathlib import Path

from alembic import op
from sqlalchemy.util import await_only

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Run every `0002_*.sql` in name order."""
    driver = op.get_bind().connection.driver_connection
    for file in sorted((Path(__file__).parents[1] / "sql").glob("0002_*.sql")):
        await_only(driver.execute(file.read_text(encoding="utf-8")))  # type: ignore[union-attr]
