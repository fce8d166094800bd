"""Moves of others: they go on under another id, and those here who follow them go along (F7.9).

Counts only if
1. it is the actor's own (an activity's actor is known to have said it, and is its object);
2. the target, as its server shows it now, names the actor as another self;
3. the target is neither suspended here nor has moved on itself;
4. the actor has not moved within the last seven days.
What Mitra sends in the name of the target (a "pull") is not understood (FEP-7628).
"""

from __future__ import annotations

from sqlalchemy import bindparam, select

from stoa.core.relationships import move as verbs
from stoa.db import Connection, Query
from stoa.db.tables import accounts
from stoa.db.tables.base import Id
from stoa.federation import remember
from stoa.federation.missing import Missing
from stoa.federation.parse.kinds import Move
from stoa.federation.received import Received

_moved_at = Query(select(accounts.c.moved_at).where(accounts.c.id == bindparam("account", type_=Id)))


async def move(conn: Connection, r: Received) -> None:
    """The actor has moved.  Raises Missing until the target has been looked at, and what the verb
    raises.
    """
    if not isinstance(r.activity, Move) or r.activity.target == r.activity.actor:
        return
    # Before anybody is asked: who moves again and again has us ask nobody.
    if verbs.moved_lately(await conn.scalar(_moved_at, account=r.actor_id)):
        return
    uri = r.activity.target
    target = await remember.known(conn, uri)
    if target is None or (target.domain and (target.fetched_at is None or target.fetched_at < r.at)):
        raise Missing(fresh=(uri,))
    await verbs.moved_elsewhere(conn, r.actor_id, target.id)
