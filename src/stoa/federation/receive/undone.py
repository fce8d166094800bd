"""Deeds that were taken back, perhaps before they came: the end has to be the same (F5.7).

An Undo that comes first leaves a tombstone, and the deed it meant is left out when it comes.  Some
servers give a deed the same id each time (Misskey's follows hold nothing but the two ids), so that
whoever does it again later means it.
"""

from __future__ import annotations

from sqlalchemy import Text, bindparam, func, literal_column, select

from stoa import ids
from stoa.db import Connection, Query
from stoa.federation import store
from stoa.federation.parse.origins import same_origin
from stoa.federation.received import Received

EARLY = "Undo"  # came before what it undoes
LATE = "Undone"  # what it undid was here
NOTHING = "Refused"  # what it undid was refused
# As long as copies of one delivery may come after each other.
ECHO_MS = 60_000

_lock = Query(
    select(
        func.pg_advisory_xact_lock(
            func.hashtextextended(bindparam("deed", type_=Text), literal_column("1"))
        )
    )
)


async def in_turn(conn: Connection, deed: str | None) -> None:
    """From here on *deed* and what undoes it happen one after the other.

    Needed for boosts, which alone are not kept in the order in which their sender told them; on SQLite
    one writes at a time in any case.
    """
    if deed is not None and conn.dialect == "postgresql":
        await conn.run(_lock, deed=deed)


async def is_undone(conn: Connection, r: Received) -> bool:
    """Whether the deed was taken back already, so that it must have no effects."""
    deed = r.activity.id
    if deed is None:
        return False
    grave = await store.find_tombstone(conn, deed)
    if grave is None or grave.actor != r.activity.actor or grave.kind not in (EARLY, LATE):
        return False
    if grave.kind == LATE:
        if grave.created_at > ids.now_ms() - ECHO_MS:
            return True
        await store.dig_up(conn, deed, r.activity.actor)
        return False
    # This is the one that was meant; another one after its echoes is meant anew.
    await store.dig_up(conn, deed, r.activity.actor)
    await store.bury(conn, deed, r.activity.actor, LATE)
    return True


async def note(conn: Connection, r: Received, deed: str | None, *, was_here: bool) -> None:
    """The actor has taken *deed* back."""
    if deed is not None and same_origin(deed, r.activity.actor):
        await store.bury(conn, deed, r.activity.actor, LATE if was_here else EARLY)


async def came_to_nothing(conn: Connection, r: Received) -> None:
    """The deed came and had no effects; taken back, it may come again under the same id."""
    deed = r.activity.id
    if deed is not None:
        await store.bury(conn, deed, r.activity.actor, NOTHING)
