"""What members lost when a server was blocked or an account suspended: said once, so that they know."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec
from sqlalchemy import select

from stoa import ids
from stoa.core import events
from stoa.db import Connection, Query, any_of, insert
from stoa.db.tables import severances

Type = Literal["domain_block", "user_domain_block", "account_suspension"]


class Severance(msgspec.Struct, frozen=True, kw_only=True):
    """Follows of *account_id* with all of `target_name` (a server, or an account) that are no more."""

    id: int
    type: Type
    target_name: str
    purged: bool
    followers_count: int
    following_count: int
    created_at: int


class Loss(msgspec.Struct, frozen=True):
    """How many followers somebody lost, and how many they followed."""

    followers: int = 0
    following: int = 0


_add = insert(severances)
_load = Query(
    select(*[severances.c[name] for name in Severance.__struct_fields__]).where(
        any_of(severances.c.id, "ids")
    )
)


async def record(
    conn: Connection, type_: Type, target_name: str, losses: Iterable[tuple[int, Loss]]
) -> None:
    """Members (who lives here) are told what they lost; those who lost nothing are not."""
    for account_id, loss in losses:
        if not loss.followers and not loss.following:
            continue
        severance_id = ids.new_id()
        await conn.run(
            _add,
            id=severance_id,
            account_id=account_id,
            type=type_,
            target_name=target_name,
            purged=False,
            followers_count=loss.followers,
            following_count=loss.following,
            created_at=ids.now_ms(),
        )
        await events.record(conn, events.RelationshipsSevered(account_id, severance_id))


async def load(conn: Connection, severance_ids: Iterable[int]) -> dict[int, Severance]:
    """id → what was lost, for those that exist."""
    rows = await conn.all(_load, ids=list(severance_ids))
    return {row.id: Severance(**row._asdict()) for row in rows}
