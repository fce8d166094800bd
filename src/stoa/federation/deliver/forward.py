"""Passing replies on to those who follow what they answer (ActivityPub section 7.1.2, F5.6).

A reply to a post from here reaches the followers of its own author, and not those who follow the post
it answers, unless we pass it on: unchanged, and only if it carries a proof that they can check, for it
is not our word that they should take.
"""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import Text, bindparam, select

from stoa.db import Connection, Query
from stoa.db.tables import accounts, remote_keys, statuses
from stoa.federation import keys, proofs
from stoa.federation.deliver import audience
from stoa.federation.deliver.send import pass_on
from stoa.federation.parse.jsonld import audience as audience_of
from stoa.federation.parse.jsonld import prop
from stoa.federation.parse.kinds import Create, Delete, Update
from stoa.federation.parse.origins import host_of
from stoa.federation.received import Received

_reply = Query(
    select(
        statuses.c.id,
        statuses.c.account_id,
        statuses.c.visibility,
        accounts.c.id.label("answered_id"),
        accounts.c.uri.label("answered"),
        accounts.c.domain.label("answered_domain"),
    )
    .select_from(statuses.outerjoin(accounts, accounts.c.id == statuses.c.in_reply_to_account_id))
    .where(statuses.c.uri == bindparam("uri", type_=Text), statuses.c.reblog_of_id.is_(None))
)
_boosters = Query(
    select(statuses.c.account_id)
    .where(statuses.c.reblog_of_id == bindparam("status"), statuses.c.local)
    .order_by(statuses.c.id)
)
_key = Query(
    select(remote_keys.c.id, remote_keys.c.multibase, accounts.c.uri.label("owner"))
    .select_from(remote_keys.join(accounts, accounts.c.id == remote_keys.c.account_id))
    .where(
        remote_keys.c.id == bindparam("key", type_=Text),
        remote_keys.c.account_id == bindparam("account"),
    )
)


async def reply(conn: Connection, r: Received, raw: bytes) -> None:
    """After it was received: pass on a Create or an Update of a reply to somebody here, if it is
    addressed to their followers.  *raw* is the activity as it came.
    """
    if not isinstance(r.activity, Create | Update) or r.activity.object.id is None:
        return
    # Most of what comes is addressed to nobody's followers but its author's: no query for that.
    ours = {one for one in _addressed(r) if one.startswith(r.house.addresses.base + "/")}
    if not ours:
        return
    row = await conn.first(_reply, uri=r.activity.object.id)
    if row is None or row.account_id != r.actor_id or row.answered_id is None or row.answered_domain:
        return
    if r.house.addresses.followers(row.answered) in ours and await _is_proven(conn, r):
        await _pass_on(conn, r, raw, [row.answered_id])


async def end(conn: Connection, r: Received, raw: bytes) -> None:
    """Before it is received: pass on the Delete of a reply to somebody here, or of what somebody here
    boosted, to those who know it from them.
    """
    if not isinstance(r.activity, Delete) or r.activity.object.id is None:
        return
    row = await conn.first(_reply, uri=r.activity.object.id)
    if row is None or row.account_id != r.actor_id or row.visibility not in ("public", "unlisted"):
        return
    known_from = [row.answered_id] if row.answered_id is not None and not row.answered_domain else []
    known_from += await conn.scalars(_boosters, status=row.id)
    if known_from and await _is_proven(conn, r):
        await _pass_on(conn, r, raw, known_from)


def _addressed(r: Received) -> set[str]:
    embedded: Any = r.activity.object.object or {}
    said = (audience_of(prop(embedded, name)) for name in ("to", "cc", "audience"))
    own = (*r.activity.to, *r.activity.cc, *r.activity.audience)
    return {*own, *(one for many in said for one in many)}


async def _is_proven(conn: Connection, r: Received) -> bool:
    """Whether others can see from the activity itself that it is its actor's.

    An integrity proof we check, so that nothing goes round that everybody would refuse.  A linked-data
    signature (Mastodon before 4.7) we cannot; it came with the actor's own signature, that has to do.
    """
    method = proofs.method(r.document)
    if method is not None:
        row = await conn.first(_key, key=method, account=r.actor_id)
        if row is None or not row.multibase:
            return False
        try:
            key = keys.public_key(row.id, row.owner, multibase=row.multibase)
            return proofs.verify(r.document, key, time.time()) == r.activity.actor
        except (keys.KeyRefused, proofs.ProofRefused):
            return False
    signature = r.document.get("signature")
    return isinstance(signature, dict) and r.relayed_by is None


async def _pass_on(conn: Connection, r: Received, raw: bytes, known_from: list[int]) -> None:
    origin = host_of(r.activity.actor)
    wanted: dict[str, None] = {}
    for account_id in known_from:
        wanted |= dict.fromkeys(await audience.inboxes(conn, followers_of=account_id))
    await pass_on(
        conn,
        r.house,
        raw,
        account_id=known_from[0],
        inboxes=[inbox for inbox in wanted if host_of(inbox) != origin],
        kind="Forward",
    )
