"""Who on other servers knows of a status, beyond the followers of its author."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select, union

from stoa.db import Connection, Query
from stoa.db.tables import accounts, favourites, mentions, poll_votes, polls, statuses
from stoa.db.tables.base import Id

_STATUS: Any = bindparam("status", type_=Id)
_quoted = statuses.alias("quoted")
_who = union(
    select(mentions.c.account_id).where(mentions.c.status_id == _STATUS),
    select(statuses.c.in_reply_to_account_id).where(
        statuses.c.id == _STATUS, statuses.c.in_reply_to_account_id.is_not(None)
    ),
    select(_quoted.c.account_id).where(_quoted.c.id == statuses.c.quote_of_id, statuses.c.id == _STATUS),
    select(statuses.c.account_id).where(statuses.c.in_reply_to_id == _STATUS),
    select(statuses.c.account_id).where(statuses.c.reblog_of_id == _STATUS),
    select(statuses.c.account_id).where(statuses.c.quote_of_id == _STATUS),
    select(favourites.c.account_id).where(favourites.c.status_id == _STATUS),
    select(poll_votes.c.account_id)
    .select_from(poll_votes.join(polls, polls.c.id == poll_votes.c.poll_id))
    .where(polls.c.status_id == _STATUS),
).subquery("who")
_elsewhere = Query(
    select(accounts.c.id)
    .select_from(_who.join(accounts, accounts.c.id == _who.c.account_id))
    .where(accounts.c.domain != "")
    .order_by(accounts.c.id)
)


async def elsewhere(conn: Connection, status_id: int) -> list[int]:
    """The ids of accounts of other servers that a status mentions, answers or quotes, or that answered,
    boosted, quoted or favourited it, or voted in its poll; one query.
    """
    return await conn.scalars(_elsewhere, status=status_id)
