"""What somebody passed on without a proof that we can check: its own server is asked instead.

Linked-data signatures count for nothing here (security.md A6): what they sign is a graph that can be
written in many ways, and what we read is one of them.  So of such a delivery only addresses are used.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Text, bindparam, select

from stoa.db import Database, Query
from stoa.db.tables import statuses
from stoa.federation.apply import Refused
from stoa.federation.fetch import Fetcher, NotThere
from stoa.federation.parse.activity import parse_activity
from stoa.federation.parse.jsonld import AS, NotUnderstood, id_of, load
from stoa.federation.parse.kinds import Create, Delete, Update
from stoa.federation.parse.trust import owner_of

_visibility = Query(select(statuses.c.visibility).where(statuses.c.uri == bindparam("uri", type_=Text)))


async def asked(db: Database, fetcher: Fetcher, body: bytes) -> dict[str, Any]:
    """The activity that *body* tells of, as the server of its actor has it: a new or changed object
    is the one at its id, a deleted one is gone there, anything else is at its own id.

    Raises Refused where that server says otherwise, NotResolved where it cannot be asked.
    """
    try:
        said = load(body)
        activity = parse_activity(said)
        if isinstance(activity, Create | Update):
            return await _with_object(fetcher, activity)
        if isinstance(activity, Delete):
            return await _if_gone(db, fetcher, activity, said)
        if activity.id is None or "#" in activity.id:
            raise Refused("it is no word of its actor, and there is nowhere to ask")
        found = (await fetcher.document(activity.id)).json
        told = parse_activity(found)
    except NotUnderstood as error:
        raise Refused(error.reason) from None
    if told.id != activity.id or told.actor != activity.actor:
        raise Refused("its own server says that it is something else")
    return found


async def _with_object(fetcher: Fetcher, activity: Create | Update) -> dict[str, Any]:
    if activity.object.id is None:
        raise Refused("it is no word of its actor, and does not say of what")
    found = (await fetcher.document(activity.object.id)).json
    if id_of(found) != activity.object.id or owner_of(found) != activity.actor:
        raise Refused("its own server says that it is something else")
    return {
        "@context": AS[:-1],
        "id": activity.id,
        "type": type(activity).__name__,
        "actor": activity.actor,
        "to": found.get("to"),
        "cc": found.get("cc"),
        "published": found.get("published"),
        "object": found,
    }


async def _if_gone(
    db: Database, fetcher: Fetcher, activity: Delete, said: dict[str, Any]
) -> dict[str, Any]:
    if activity.object.id is None:
        raise Refused("it does not say of what")
    try:
        await fetcher.document(activity.object.id)
    except NotThere as answer:
        async with db.read() as conn:
            visibility = await conn.scalar(_visibility, uri=activity.object.id)
        # 404 is also what is said of posts that are not for us.
        if answer.gone or visibility in ("public", "unlisted"):
            return said
        raise
    raise Refused("its own server says that it is still there")
