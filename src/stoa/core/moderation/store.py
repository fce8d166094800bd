"""The only writes to reports."""

from __future__ import annotations

from collections.abc import Sequence

from stoa import ids
from stoa.core.moderation.model import Category
from stoa.db import Connection, insert
from stoa.db.tables import reports

_add = insert(
    reports, "id", "account_id", "target_id", "status_ids", "rule_ids", "category", "comment", "forwarded",
    "uri", "created_at", ignore=True,
)  # fmt: skip


async def add(
    conn: Connection,
    account_id: int,
    target_id: int,
    *,
    status_ids: Sequence[int],
    rule_ids: Sequence[int],
    category: Category,
    comment: str,
    forwarded: bool,
    uri: str | None,
) -> int | None:
    """The id of the new report; None if the one that travelled as *uri* is here already."""
    report_id = ids.new_id()
    made = await conn.run(
        _add,
        id=report_id,
        account_id=account_id,
        target_id=target_id,
        status_ids=list(status_ids),
        rule_ids=list(rule_ids),
        category=category,
        comment=comment,
        forwarded=forwarded,
        uri=uri,
        created_at=ids.now_ms(),
    )
    return report_id if made else None
