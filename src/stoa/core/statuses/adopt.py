"""Replies that came before what they answer: put in their place when that comes.

Until then such a reply opens a conversation of its own; now its conversation becomes part of the other.
"""

from __future__ import annotations

from sqlalchemy import bindparam, select, update

from stoa.core import events
from stoa.core.statuses import mute, store
from stoa.core.statuses.publish import answered, counts_as_reply
from stoa.db import Connection, Query, Row
from stoa.db.tables import accounts, statuses
from stoa.db.tables.base import Id

_child = Query(
    select(
        statuses.c.id,
        statuses.c.account_id,
        statuses.c.visibility,
        statuses.c.in_reply_to_id,
        statuses.c.conversation_id,
        accounts.c.suspended_at,
    )
    .select_from(statuses.join(accounts, accounts.c.id == statuses.c.account_id))
    .where(statuses.c.id == bindparam("status"), statuses.c.reblog_of_id.is_(None))
)
# All of it is rendered anew: the thread it belongs to is another.
_merge = Query(
    update(statuses)
    .where(statuses.c.conversation_id == bindparam("before"))
    .values(conversation_id=bindparam("conversation", type_=Id), version=statuses.c.version + 1)
)


async def adopt(conn: Connection, status_id: int, parent: Row, *, place: bool = True) -> bool:
    """Make the status an answer to *parent* (a row of visibility.require_answerable); whether it is one
    now.  With *place* it also goes where replies are shown to those who follow.

    One that answers something already stays where it is, and nothing answers what answers it: two
    posts that name each other would make an endless thread.
    """
    child = await conn.first(_child, status=status_id)
    if (
        child is None
        or child.in_reply_to_id is not None
        or child.suspended_at is not None
        or parent.conversation_id == child.conversation_id
    ):
        return False
    await store.change(
        conn,
        child.id,
        in_reply_to_id=parent.id,
        in_reply_to_account_id=answered(parent, child.account_id),
    )
    await conn.run(_merge, before=child.conversation_id, conversation=parent.conversation_id)
    await mute.merge(conn, child.conversation_id, parent.conversation_id)
    if counts_as_reply(child.visibility):
        await store.count(conn, parent.id, "replies_count", 1)
    await events.record(
        conn,
        events.StatusPlaced(
            child.id, parent.conversation_id, before=child.conversation_id, belated=not place
        ),
    )
    return True
