"""Other servers: actors, keys, what comes in and goes out.  As SQL, frozen."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add columns to what is there, and the new tables."""
    script = Path(__file__).parent / revision / f"{op.get_bind().dialect.name}.sql"
    for statement in script.read_text(encoding="utf-8").split(";\n"):
        if statement.strip():
            op.get_bind().exec_driver_sql(statement)
