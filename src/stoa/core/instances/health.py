"""How other servers have been answering.  The only writes to `instances`."""

from __future__ import annotations

from typing import Literal

from sqlalchemy import Text, bindparam, select

from stoa import ids
from stoa.db import Connection, Query, upsert
from stoa.db.tables import instances

Scheme = Literal["cavage", "rfc9421"]

# How long a server is taken to understand what it understood last (F4.10).
SCHEME_MS = 24 * 3600 * 1000

_scheme = Query(
    select(instances.c.scheme, instances.c.scheme_at).where(
        instances.c.domain == bindparam("domain", type_=Text)
    )
)
_put_scheme = upsert(
    instances, "domain", "first_seen_at", "scheme", "scheme_at",
    key=("domain",),
    update={
        "scheme": bindparam("scheme", type_=Text),
        "scheme_at": bindparam("scheme_at", type_=instances.c.scheme_at.type),
    },
)  # fmt: skip
_heard = upsert(
    instances, "domain", "first_seen_at", "heard_at",
    key=("domain",),
    update={
        "heard_at": bindparam("heard_at", type_=instances.c.heard_at.type),
        "failures": 0,
        "failed_days": 0,
        "failed_at": None,
        "paused_until": None,
        "given_up_at": None,
    },
)  # fmt: skip


async def heard_from(conn: Connection, host: str) -> None:
    """*host* has signed a request or answered one with a yes: it lives."""
    now = ids.now_ms()
    await conn.run(_heard, domain=host, first_seen_at=now, heard_at=now)


async def scheme_of(conn: Connection, host: str) -> Scheme | None:
    """The kind of signature that *host* took lately; None where that is not known."""
    row = await conn.first(_scheme, domain=host)
    if row is None or row.scheme is None or (row.scheme_at or 0) < ids.now_ms() - SCHEME_MS:
        return None
    return "rfc9421" if row.scheme == "rfc9421" else "cavage"


async def took(conn: Connection, host: str, scheme: Scheme) -> None:
    """*host* has taken a signature of this kind."""
    now = ids.now_ms()
    await conn.run(_put_scheme, domain=host, first_seen_at=now, scheme=scheme, scheme_at=now)
