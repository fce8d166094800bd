"""What the whole client API stands on, and groups that live here.  As SQL, frozen."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0003"
down_revision = "0002"


# When members came by last, as far as it is known: figures begin with it.
SEEN = """
INSERT INTO active_days (day, account_id)
SELECT last_used_at / 86400000, account_id FROM access_tokens
WHERE account_id IS NOT NULL AND last_used_at IS NOT NULL
UNION SELECT last_used_at / 86400000, account_id FROM sessions
UNION SELECT last_active_at / 86400000, account_id FROM users WHERE last_active_at IS NOT NULL
"""


def upgrade() -> None:
    """Make the new tables, and add columns to what is there."""
    script = Path(__file__).parent / revision / f"{op.get_bind().dialect.name}.sql"
    for statement in script.read_text(encoding="utf-8").split(";\n"):
        if statement.strip():
            op.get_bind().exec_driver_sql(statement)
    op.get_bind().exec_driver_sql(SEEN)
