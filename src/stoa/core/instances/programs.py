"""What other servers run, as they say themselves: for show and for counting.

What a server can do is never inferred from it (F3.5).  Kept in `instances`, for those we have met.
"""

from __future__ import annotations

from sqlalchemy import Text, bindparam, func, or_, select, update

from stoa.db import Connection, Query, Row, any_of
from stoa.db.tables import instances
from stoa.db.tables.base import Id

STALE_MS = 7 * 24 * 3600 * 1000
SHOWN = 12

_unasked = Query(
    select(instances.c.domain).where(
        instances.c.domain == bindparam("domain", type_=Text),
        instances.c.given_up_at.is_(None),
        or_(instances.c.software_at.is_(None), instances.c.software_at < bindparam("before", type_=Id)),
    )
)
_asked = Query(
    update(instances)
    .where(instances.c.domain == bindparam("domain", type_=Text))
    .values(software_at=bindparam("now", type_=Id))
)
_runs = Query(
    update(instances)
    .where(instances.c.domain == bindparam("domain", type_=Text))
    .values(software=bindparam("name", type_=Text), software_version=bindparam("version", type_=Text))
)
_of = Query(
    select(instances.c.domain, instances.c.software, instances.c.software_version).where(
        any_of(instances.c.domain, "domains"), instances.c.software != ""
    )
)
_counted = Query(
    select(instances.c.software, func.count().label("servers"))
    .where(instances.c.software != "")
    .group_by(instances.c.software)
    .order_by(func.count().desc(), instances.c.software)
    .limit(SHOWN)
)


async def wants_asking(conn: Connection, domain: str, now: int) -> bool:
    """Whether the server, which we have met, was not asked for a week what it runs."""
    return await conn.scalar(_unasked, domain=domain, before=now - STALE_MS) is not None


async def asked(conn: Connection, domain: str, now: int) -> None:
    """It is being asked; not again for a week, whatever it says."""
    await conn.run(_asked, domain=domain, now=now)


async def runs(conn: Connection, domain: str, name: str, version: str) -> None:
    """It says that it runs the program *name* in that *version*."""
    await conn.run(_runs, domain=domain, name=name, version=version)


async def of(conn: Connection, domains: list[str]) -> dict[str, str]:
    """domain → `mastodon 4.5.2`, for those of *domains* that have said so."""
    rows = await conn.all(_of, domains=domains) if domains else []
    return {row.domain: f"{row.software} {row.software_version}".strip() for row in rows}


async def counted(conn: Connection) -> list[Row]:
    """(software, servers): the SHOWN programs that most servers run."""
    return await conn.all(_counted)
