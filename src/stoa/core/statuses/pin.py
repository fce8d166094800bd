"""Pins: the few posts that stand first on a profile.  The only writes to `status_pins`."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, func, select, update

from stoa import ids
from stoa.core import events
from stoa.core.errors import Unprocessable
from stoa.core.statuses.visibility import require_visible
from stoa.db import Connection, Query, insert
from stoa.db.tables import status_pins
from stoa.settings import Settings

MAX_ELSEWHERE = 20

_add = insert(status_pins, "id", "account_id", "status_id", ignore=True)
_remove = Query(
    delete(status_pins).where(
        status_pins.c.account_id == bindparam("account"), status_pins.c.status_id == bindparam("status")
    )
)
_remove_all = Query(delete(status_pins).where(status_pins.c.account_id == bindparam("account")))
_count = Query(
    select(func.count()).select_from(status_pins).where(status_pins.c.account_id == bindparam("account"))
)
_pinned = Query(
    select(status_pins.c.status_id)
    .where(status_pins.c.account_id == bindparam("account"))
    .order_by(status_pins.c.id.desc())
)
# Nothing is changed: on PostgreSQL the rows are locked, so that pins of one profile queue up.
_lock = Query(
    update(status_pins)
    .where(status_pins.c.account_id == bindparam("account"))
    .values(status_id=status_pins.c.status_id)
)


async def pin(conn: Connection, account_id: int, status_id: int, settings: Settings) -> None:
    """Show a status of one's own first.  Raises NotFound, or Unprocessable with the reason."""
    status = await require_visible(conn, status_id, account_id)
    if status.account_id != account_id:
        raise Unprocessable("Validation failed: Someone else's post cannot be pinned")
    if status.reblog_of_id is not None:
        raise Unprocessable("Validation failed: A boost cannot be pinned")
    if status.visibility == "direct":
        raise Unprocessable("Validation failed: A post for chosen people only cannot be pinned")
    await conn.run(_lock, account=account_id)
    added = await conn.run(_add, id=ids.new_id(), account_id=account_id, status_id=status_id)
    if added and await conn.scalar(_count, account=account_id) > settings.max_pinned:
        raise Unprocessable(
            f"Validation failed: At most {settings.max_pinned} posts can be pinned; unpin another first"
        )
    if added:
        await events.record(conn, events.StatusPinned(account_id, status_id))


async def unpin(conn: Connection, account_id: int, status_id: int) -> None:
    """And no longer.  Raises NotFound."""
    await require_visible(conn, status_id, account_id)
    if await conn.run(_remove, account=account_id, status=status_id):
        await events.record(conn, events.StatusUnpinned(account_id, status_id))


async def put(conn: Connection, account_id: int, status_id: int) -> None:
    """Somebody on another server shows a status of theirs first; of more than MAX_ELSEWHERE, those
    that were pinned first are forgotten.
    """
    await conn.run(_lock, account=account_id)
    await conn.run(_add, id=ids.new_id(), account_id=account_id, status_id=status_id)
    for old in (await conn.scalars(_pinned, account=account_id))[MAX_ELSEWHERE:]:
        await conn.run(_remove, account=account_id, status=old)


async def drop(conn: Connection, account_id: int, status_id: int) -> None:
    """And no longer."""
    await conn.run(_remove, account=account_id, status=status_id)


async def replace(conn: Connection, account_id: int, status_ids: Sequence[int]) -> None:
    """The pins of somebody on another server are *status_ids*, their own posts, the first one first."""
    await conn.run(_remove_all, account=account_id)
    # What was pinned last stands first.
    for status_id in reversed(status_ids):
        await conn.run(_add, id=ids.new_id(), account_id=account_id, status_id=status_id)
