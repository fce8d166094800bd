"""What comes and has no effects here, because nobody here knows what it is: counted, for administrators.

Kinds are named by others, and so are cut to what a name of a type can be, and are only so many.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import bindparam, delete, func, select

from stoa.db import Connection, Query, Row, upsert
from stoa.db.tables import unknown_kinds
from stoa.db.tables.base import Id

MAX_KINDS = 200
OTHERS = "anything else"
FORGOTTEN_MS = 90 * 24 * 3600 * 1000
SHOWN = 20

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_:./#-]{0,99}(?: of [A-Za-z][A-Za-z0-9_:./#-]{0,99})?", re.ASCII)
_known = Query(select(unknown_kinds.c.kind))
_count = upsert(
    unknown_kinds, "kind", "times", "host", "first_at", "last_at",
    key=("kind",),
    update={
        "times": unknown_kinds.c.times + bindparam("times", type_=unknown_kinds.c.times.type),
        "host": bindparam("host", type_=unknown_kinds.c.host.type),
        "last_at": bindparam("last_at", type_=Id),
    },
)  # fmt: skip
_most = Query(
    select(
        unknown_kinds.c.kind,
        unknown_kinds.c.times,
        unknown_kinds.c.host,
        unknown_kinds.c.first_at,
        unknown_kinds.c.last_at,
    )
    .order_by(unknown_kinds.c.times.desc(), unknown_kinds.c.kind)
    .limit(SHOWN)
)
_forget = Query(delete(unknown_kinds).where(unknown_kinds.c.last_at < bindparam("before", type_=Id)))
_how_many = Query(select(func.count()).select_from(unknown_kinds))


class Seen(NamedTuple):
    """How often a kind came, and from which server last."""

    times: int
    host: str


async def note(conn: Connection, seen: Mapping[str, Seen], now: int) -> None:
    """Add what was *seen* since last time to what is counted."""
    counted: dict[str, Seen] = {}
    for kind, one in seen.items():
        name = kind if _NAME.fullmatch(kind) else OTHERS
        counted[name] = Seen(one.times + (counted[name].times if name in counted else 0), one.host)
    if await conn.scalar(_how_many) >= MAX_KINDS:
        known = set(await conn.scalars(_known))
        for name in counted.keys() - known - {OTHERS}:
            one = counted.pop(name)
            others = counted.get(OTHERS)
            counted[OTHERS] = Seen(one.times + (others.times if others else 0), one.host)
    # In one order, so that two processes wait for each other instead of both for ever.
    for name in sorted(counted):
        times, host = counted[name]
        await conn.run(_count, kind=name, times=times, host=host, first_at=now, last_at=now)


async def most(conn: Connection) -> list[Row]:
    """The SHOWN kinds that came most often: (kind, times, host, first_at, last_at)."""
    return await conn.all(_most)


async def sweep(conn: Connection, now: int) -> None:
    """Forget what has not come for long."""
    await conn.run(_forget, before=now - FORGOTTEN_MS)
