"""How often another server says that its post was favourited and boosted.

Nobody can check that: it is shown where it is more than what is known here, and counts for nothing
else, neither for what is popular nor for whose favourites are listed.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, delete, or_, select

from stoa.db import Connection, Query
from stoa.db.query import DialectName, insert_into
from stoa.db.tables import statuses, told_counts
from stoa.db.tables.base import Id


def _note_down(dialect: DialectName) -> Any:
    counted = [bindparam(name, type_=Id).label(name) for name in ("favourites", "reblogs")]
    elsewhere = select(statuses.c.id, *counted).where(
        statuses.c.id == bindparam("status", type_=Id), statuses.c.local.is_(False)
    )
    statement = insert_into(told_counts, dialect).from_select(
        ["status_id", "favourites", "reblogs"], elsewhere
    )
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=["status_id"],
        set_={"favourites": new.favourites, "reblogs": new.reblogs},
        where=or_(told_counts.c.favourites != new.favourites, told_counts.c.reblogs != new.reblogs),
    )


_note = Query(_note_down)
_forget = Query(delete(told_counts).where(told_counts.c.status_id == bindparam("status", type_=Id)))


async def note(conn: Connection, status_id: int, favourites: int | None, reblogs: int | None) -> None:
    """Its server says so now of the status, if it lives elsewhere; None: it does not say."""
    if favourites or reblogs:
        await conn.run(_note, status=status_id, favourites=favourites or 0, reblogs=reblogs or 0)
    else:
        await conn.run(_forget, status=status_id)
