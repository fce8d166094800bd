"""Who of those who are looking just now meets a status, and how: the rules of `views`, asked once for
one status and many viewers.

The conditions are those of the timelines themselves, with the viewer taken from a list, so that what
arrives live and what is found by reading later cannot differ.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Select, bindparam, cast, exists, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql import visitors

from stoa import ids
from stoa.core.statuses.heads import from_row, s, seen, select_heads, wanted
from stoa.core.statuses.model import StatusHead, Visibility
from stoa.core.statuses.visibility import VIEWER
from stoa.core.timelines.views import kept_for_a_list
from stoa.db import Connection, Query, any_of
from stoa.db.query import DialectName, Many
from stoa.db.tables import accounts, poll_votes, status_tags, statuses, tags, timeline_entries
from stoa.db.tables.base import Id

AT_ONCE = 250
"""Viewers in one query: SQLite answers in the event loop, where others wait meanwhile."""


class Facts(msgspec.Struct, frozen=True):
    """What decides in which public timelines a status stands."""

    id: int
    account_id: int
    visibility: Visibility
    local: bool
    has_media: bool
    reblog_of_id: int | None
    in_reply_to_account_id: int | None
    limited: bool

    @property
    def open_to_all(self) -> bool:
        """Whether it stands in timelines of hashtags; in the public ones, if it answers nobody else."""
        return self.visibility == "public" and self.reblog_of_id is None and not self.limited

    @property
    def answers_nobody_else(self) -> bool:
        """Whether it is no answer, or one to its own author."""
        return self.in_reply_to_account_id in (None, self.account_id)


class Meeting(msgspec.Struct, frozen=True):
    """A viewer sees the status and wants to; *at_home* unless they keep its author for a list."""

    head: StatusHead
    at_home: bool


_facts = Query(
    select(
        *[statuses.c[name] for name in Facts.__struct_fields__ if name != "limited"],
        exists()
        .where(accounts.c.id == statuses.c.account_id, accounts.c.limited_at.is_not(None))
        .label("limited"),
    ).where(statuses.c.id == bindparam("status"))
)
_tag_keys = Query(
    select(tags.c.key)
    .join(status_tags, status_tags.c.tag_id == tags.c.id)
    .where(status_tags.c.status_id == bindparam("status"))
)
_holders = Query(
    select(timeline_entries.c.owner_id).where(
        timeline_entries.c.status_id == bindparam("status"), any_of(timeline_entries.c.owner_id, "owners")
    )
)
_votes = Query(
    select(poll_votes.c.account_id, poll_votes.c.position)
    .where(poll_votes.c.poll_id == bindparam("poll"), any_of(poll_votes.c.account_id, "viewers"))
    .order_by(poll_votes.c.position)
)


def _of_many(statement: Select[Any], dialect: DialectName) -> Select[Any]:
    """*statement* once for each of the list `viewers`, with `viewer_id` as its last column."""
    given: Any = bindparam("viewers", type_=Many("BIGINT"))
    each = (
        func.json_each(given).table_valued("value", name="viewer")
        if dialect == "sqlite"
        else func.unnest(cast(given, ARRAY(BigInteger)))
        .table_valued("value", name="viewer")
        .render_derived()
    )

    def replace(element: Any, **_: Any) -> Any:
        return each.c.value if element is VIEWER else None

    several: Any = visitors.replacement_traverse(
        statement.add_columns(VIEWER.label("viewer_id")), {}, replace
    )
    found: Select[Any] = several
    return found


_is_status = s.c.id == bindparam("status", type_=Id)
_meet = Query(
    lambda dialect: _of_many(
        select_heads()
        .add_columns((~kept_for_a_list()).label("at_home"))
        .where(_is_status, seen(), wanted()),
        dialect,
    )
)
_see = Query(lambda dialect: _of_many(select_heads().where(_is_status, seen()), dialect))


async def find_facts(conn: Connection, status_id: int) -> Facts | None:
    """What there is to know before anybody's wishes; None for a status that is gone."""
    row = await conn.first(_facts, status=status_id)
    return None if row is None else Facts(*row)


async def tag_keys(conn: Connection, status_id: int) -> list[str]:
    """The hashtags of a status, as `text.normalise_hashtag` writes them."""
    return await conn.scalars(_tag_keys, status=status_id)


async def holders(conn: Connection, status_id: int, owner_ids: Collection[int]) -> set[int]:
    """Those of *owner_ids* (accounts for their homes, lists) in whose timeline the status stands."""
    if not owner_ids:
        return set()
    return set(await conn.scalars(_holders, status=status_id, owners=list(owner_ids)))


async def meetings(conn: Connection, status_id: int, viewer_ids: Iterable[int]) -> dict[int, Meeting]:
    """viewer → how they meet the status, for those who may and want to."""
    now = ids.now_ms()
    found: dict[int, Meeting] = {}
    for some in _batches(viewer_ids):
        for row in await conn.all(_meet, status=status_id, viewers=some, now=now):
            found[row.viewer_id] = Meeting(from_row(row), bool(row.at_home))
        await asyncio.sleep(0)
    return found


async def sights(conn: Connection, status_id: int, viewer_ids: Iterable[int]) -> dict[int, StatusHead]:
    """viewer → the head of a status, for those who may see it: of one that is quoted."""
    found: dict[int, StatusHead] = {}
    for some in _batches(viewer_ids):
        for row in await conn.all(_see, status=status_id, viewers=some):
            found[row.viewer_id] = from_row(row)
    return found


async def votes(conn: Connection, poll_id: int, viewer_ids: Iterable[int]) -> dict[int, tuple[int, ...]]:
    """viewer → what they have voted for, for those who have."""
    found: dict[int, tuple[int, ...]] = {}
    for row in await conn.all(_votes, poll=poll_id, viewers=list(viewer_ids)):
        found[row.account_id] = (*found.get(row.account_id, ()), row.position)
    return found


def _batches(viewer_ids: Iterable[int]) -> list[list[int]]:
    everyone = list(viewer_ids)
    return [everyone[start : start + AT_ONCE] for start in range(0, len(everyone), AT_ONCE)]
