"""Leaving a conversation in peace: no more notifications from it.  Owns `conversation_mutes`."""

from __future__ import annotations

from sqlalchemy import bindparam, delete

from stoa.core.statuses.visibility import require_original
from stoa.db import Connection, Query, insert
from stoa.db.tables import conversation_mutes

_add = insert(conversation_mutes, "account_id", "conversation_id", ignore=True)
_remove = Query(
    delete(conversation_mutes).where(
        conversation_mutes.c.account_id == bindparam("account"),
        conversation_mutes.c.conversation_id == bindparam("conversation"),
    )
)


async def mute(conn: Connection, account_id: int, status_id: int) -> None:
    """The account hears no more of the conversation the status is in.  Raises NotFound."""
    original = await require_original(conn, status_id, account_id)
    await conn.run(_add, account_id=account_id, conversation_id=original.conversation_id)


async def unmute(conn: Connection, account_id: int, status_id: int) -> None:
    """And hears of it again.  Raises NotFound."""
    original = await require_original(conn, status_id, account_id)
    await conn.run(_remove, account=account_id, conversation=original.conversation_id)
