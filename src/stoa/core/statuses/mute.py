"""Leaving a conversation in peace: no more notifications from it.  Owns `conversation_mutes`."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, exists, update

from stoa.core.statuses.visibility import require_original
from stoa.db import Connection, Query, insert
from stoa.db.tables import conversation_mutes
from stoa.db.tables.base import Id

_add = insert(conversation_mutes, "account_id", "conversation_id", ignore=True)
_remove = Query(
    delete(conversation_mutes).where(
        conversation_mutes.c.account_id == bindparam("account"),
        conversation_mutes.c.conversation_id == bindparam("conversation"),
    )
)

_same = conversation_mutes.alias("same")
_drop_doubles = Query(
    delete(conversation_mutes).where(
        conversation_mutes.c.conversation_id == bindparam("before"),
        exists().where(
            _same.c.account_id == conversation_mutes.c.account_id,
            _same.c.conversation_id == bindparam("conversation"),
        ),
    )
)
_move = Query(
    update(conversation_mutes)
    .where(conversation_mutes.c.conversation_id == bindparam("before"))
    .values(conversation_id=bindparam("conversation", type_=Id))
)


async def mute(conn: Connection, account_id: int, status_id: int) -> None:
    """The account hears no more of the conversation the status is in.  Raises NotFound."""
    original = await require_original(conn, status_id, account_id)
    await conn.run(_add, account_id=account_id, conversation_id=original.conversation_id)


async def unmute(conn: Connection, account_id: int, status_id: int) -> None:
    """And hears of it again.  Raises NotFound."""
    original = await require_original(conn, status_id, account_id)
    await conn.run(_remove, account=account_id, conversation=original.conversation_id)


async def merge(conn: Connection, before: int, conversation_id: int) -> None:
    """The conversation *before* is part of *conversation_id* now; who left it in peace leaves that."""
    await conn.run(_drop_doubles, before=before, conversation=conversation_id)
    await conn.run(_move, before=before, conversation=conversation_id)
