"""Reports from elsewhere.  Whoever signs is who reports, most often the server itself; who asked them to
is their affair.
"""

from __future__ import annotations

from sqlalchemy import select

from stoa.core.collections import store as featured
from stoa.core.instances import policy
from stoa.core.moderation import report
from stoa.core.search import addresses
from stoa.db import Connection, Query, any_of
from stoa.db.tables import statuses
from stoa.federation.parse.kinds import Flag
from stoa.federation.parse.origins import host_of
from stoa.federation.received import Received

# One report is of one person; some servers name everybody who wrote in a thread.
MAX_TARGETS = 10

_authors = Query(
    select(statuses.c.id, statuses.c.account_id).where(any_of(statuses.c.id, "ids")).order_by(statuses.c.id)
)


async def flag(conn: Connection, r: Received) -> None:
    """A report of each person here whom the Flag names, or whose posts or collections.  Raises TooMany."""
    if not isinstance(r.activity, Flag):
        return
    rule = await policy.rule_of(conn, host_of(r.activity.actor) or "")
    if rule.reject_reports:
        return
    people: dict[int, list[int]] = {}
    posts: list[int] = []
    gathered: dict[int, list[int]] = {}  # collections
    for uri in r.activity.reported:
        if not uri.startswith(r.house.addresses.base + "/"):
            continue
        collection = await featured.find_by_uri(conn, uri)
        if collection is not None and collection.local:
            gathered.setdefault(collection.account_id, []).append(collection.id)
            people.setdefault(collection.account_id, [])
            continue
        found = await addresses.find(conn, uri, r.house.addresses)
        if found is not None and found[0] == "account":
            people.setdefault(found[1], [])
        elif found is not None:
            posts.append(found[1])
    for row in await conn.all(_authors, ids=posts) if posts else []:
        people.setdefault(row.account_id, []).append(row.id)
    for target_id, theirs in list(people.items())[:MAX_TARGETS]:
        await report.from_elsewhere(
            conn,
            r.actor_id,
            target_id,
            status_ids=theirs,
            collection_ids=gathered.get(target_id, ()),
            comment=r.activity.comment,
            uri=r.activity.id,
        )
