"""How often another server says that its post was favourited and boosted.

Nobody can check that: it is shown where it is more than what is known here, and counts for nothing
else, neither for what is popular nor for whose favourites are listed.
"""

from __future__ import annotations

from sqlalchemy import bindparam, or_, update

from stoa.db import Connection, Query
from stoa.db.tables import statuses
from stoa.db.tables.base import Id

_favourites, _reblogs = bindparam("favourites", type_=Id), bindparam("reblogs", type_=Id)
_note = Query(
    update(statuses)
    .where(
        statuses.c.id == bindparam("status", type_=Id),
        statuses.c.local.is_(False),
        or_(
            statuses.c.told_favourites.is_distinct_from(_favourites),
            statuses.c.told_reblogs.is_distinct_from(_reblogs),
        ),
    )
    .values(told_favourites=_favourites, told_reblogs=_reblogs)
)


async def note(conn: Connection, status_id: int, favourites: int | None, reblogs: int | None) -> None:
    """Its server says so now of the status, if it lives elsewhere; None: it does not say."""
    await conn.run(_note, status=status_id, favourites=favourites, reblogs=reblogs)
