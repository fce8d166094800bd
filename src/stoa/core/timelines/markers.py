"""How far somebody has read a timeline, so that another of their apps can go on from there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec
from sqlalchemy import bindparam, select

from stoa import ids
from stoa.db import Connection, Query, any_of, upsert
from stoa.db.tables import markers

TIMELINES = ("home", "notifications")


class Marker(msgspec.Struct, frozen=True):
    """The last status (or notification) read; *version* grows by one with each change."""

    last_read_id: int
    version: int
    updated_at: int


_load = Query(
    select(markers.c.timeline, markers.c.last_read_id, markers.c.version, markers.c.updated_at).where(
        markers.c.account_id == bindparam("owner"), any_of(markers.c.timeline, "timelines")
    )
)
_put = upsert(
    markers,
    "account_id",
    "timeline",
    "last_read_id",
    "updated_at",
    key=("account_id", "timeline"),
    update={
        "last_read_id": bindparam("last_read_id", type_=markers.c.last_read_id.type),
        "updated_at": bindparam("updated_at", type_=markers.c.updated_at.type),
        "version": markers.c.version + 1,
    },
)


async def load(conn: Connection, account_id: int, timelines: Iterable[str]) -> dict[str, Marker]:
    """timeline → marker, for those of *timelines* that have one."""
    rows = await conn.all(_load, owner=account_id, timelines=list(timelines))
    return {row.timeline: Marker(row.last_read_id, row.version, row.updated_at) for row in rows}


async def save(conn: Connection, account_id: int, last_read: Mapping[str, int]) -> dict[str, Marker]:
    """Set timeline → last id read; the markers as they are then."""
    now = ids.now_ms()
    for timeline, last_read_id in last_read.items():
        await conn.run(
            _put, account_id=account_id, timeline=timeline, last_read_id=last_read_id, updated_at=now
        )
    return await load(conn, account_id, last_read)
