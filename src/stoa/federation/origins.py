"""What a status is to other servers: the only writes to `status_origins`, but for when its replies and
the figures of its poll were looked for (`backfill`, `refresh`).
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Text, bindparam, select

from stoa.db import Connection, Query, Row, upsert
from stoa.db.tables import status_origins, statuses

# So many replies that came before what they answer are put in their place at once.
MAX_WAITING = 500

_get = Query(select(status_origins).where(status_origins.c.status_id == bindparam("status")))


def _those(column: Any) -> Query:
    return Query(
        select(status_origins.c.status_id)
        .where(column == bindparam("uri", type_=Text))
        .order_by(status_origins.c.status_id)
        .limit(MAX_WAITING)
    )


_answering = _those(status_origins.c.in_reply_to)
_quoting = _those(status_origins.c.quote)
_quoted = statuses.alias("quoted")
_stamped = Query(
    select(statuses.c.id, statuses.c.quote_state, _quoted.c.account_id.label("quoted_author_id"))
    .select_from(
        status_origins.join(statuses, statuses.c.id == status_origins.c.status_id).outerjoin(
            _quoted, _quoted.c.id == statuses.c.quote_of_id
        )
    )
    .where(status_origins.c.quote_authorization == bindparam("uri", type_=Text))
    .limit(MAX_WAITING)
)


@cache
def _put(names: tuple[str, ...]) -> Query:
    return upsert(status_origins, "status_id", *names, key=("status_id",))


async def put(conn: Connection, status_id: int, **columns: Any) -> None:
    """Set *columns* of what is known of the status; the others stay."""
    names = tuple(sorted(columns))
    await conn.run(_put(names), status_id=status_id, **columns)


async def find(conn: Connection, status_id: int) -> Row | None:
    """The row of `status_origins`, or None."""
    return await conn.first(_get, status=status_id)


async def answering(conn: Connection, uri: str) -> list[int]:
    """The ids of statuses that wait for the post *uri*, which they answer."""
    return await conn.scalars(_answering, uri=uri)


async def quoting(conn: Connection, uri: str) -> list[int]:
    """The ids of statuses that quote *uri*, which was not here or whose author was not heard."""
    return await conn.scalars(_quoting, uri=uri)


async def stamped(conn: Connection, uri: str) -> list[Row]:
    """(id, quote_state, quoted_author_id) of statuses that show the stamp *uri* for what they quote."""
    return await conn.all(_stamped, uri=uri)
