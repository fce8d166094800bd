"""Posts of others: kept, changed, removed."""

from __future__ import annotations

from stoa.core.house import House
from stoa.core.policy.draft import Draft
from stoa.core.statuses.publish import publish
from stoa.db import Connection
from stoa.federation.parse.note import RemoteNote


async def keep(
    conn: Connection,
    house: House,
    note: RemoteNote,
    author_id: int,
    given_up: frozenset[str],
    *,
    relevant: bool = True,
) -> int:
    """The status id of *note*, stored now or before."""
    draft = Draft(account_id=author_id, uri=note.id, content=note.content, created_at=note.published)
    return await publish(conn, draft, house.settings, house.addresses)
