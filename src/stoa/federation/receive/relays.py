"""What relays say to our asking; the other half is `deliver.relays`."""

from __future__ import annotations

from sqlalchemy import Text, bindparam, select, update

from stoa.db import Connection, Query
from stoa.db.tables import relays
from stoa.federation.parse.origins import same_origin
from stoa.federation.received import Received

_asked = Query(
    select(relays.c.id, relays.c.inbox, relays.c.actor).where(
        relays.c.follow_id == bindparam("follow_id", type_=Text)
    )
)
_set_state = Query(update(relays).where(relays.c.id == bindparam("relay")).values(state=bindparam("now")))


async def answered(conn: Connection, r: Received, follow_id: str | None, *, yes: bool) -> bool:
    """Whether *follow_id* is our asking of a relay.  It counts only from the relay itself."""
    if follow_id is None:
        return False
    row = await conn.first(_asked, follow_id=follow_id)
    if row is None:
        return False
    speaker = r.activity.actor
    if speaker == row.actor or (row.actor is None and same_origin(speaker, row.inbox)):
        await conn.run(_set_state, relay=row.id, now="accepted" if yes else "rejected")
    return True
