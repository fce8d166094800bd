"""Who stands how to whom, many at once.  A constant number of queries, whatever the page.

The lists come as rows (id, account_id): the id is the relation's, by which lists are paged.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, or_, select

from stoa import ids as clock
from stoa.core.errors import NotFound
from stoa.core.relationships.domain_blocks import from_blocked_server
from stoa.core.relationships.model import Relationship
from stoa.db import Connection, Query, Row, any_of
from stoa.db.paging import Page, Paged, page_of
from stoa.db.tables import (
    account_notes,
    accounts,
    blocks,
    endorsements,
    follow_requests,
    follows,
    mutes,
    users,
)
from stoa.db.tables.base import Id

FAMILIAR_MOST = 40

VIEWER: Any = bindparam("viewer", type_=Id)

_ours = follows.alias("ours")
_theirs = follows.alias("theirs")
_asked = follow_requests.alias("asked")
_asking = follow_requests.alias("asking")
_blocked = blocks.alias("blocked")
_blocking = blocks.alias("blocking")


def _is_known() -> ColumnElement[bool]:
    """Nobody is told of somebody who has not been let in yet."""
    outsider = and_(
        users.c.account_id == accounts.c.id,
        or_(users.c.approved.is_(False), users.c.confirmed_at.is_(None)),
    )
    return ~exists().where(outsider)


_relationships = Query(
    select(
        accounts.c.id,
        accounts.c.suspended_at,
        _ours.c.id.label("follow_id"),
        func.coalesce(_ours.c.show_reblogs, _asked.c.show_reblogs).label("show_reblogs"),
        func.coalesce(_ours.c.notify, _asked.c.notify).label("notify"),
        _ours.c.languages,
        _asked.c.languages.label("asked_languages"),
        _theirs.c.id.label("follower_id"),
        _asked.c.id.label("asked_id"),
        _asking.c.id.label("asking_id"),
        _blocked.c.id.label("blocked_id"),
        _blocking.c.id.label("blocking_id"),
        mutes.c.id.label("mute_id"),
        mutes.c.hide_notifications,
        mutes.c.expires_at,
        account_notes.c.comment,
        from_blocked_server(accounts.c.id, VIEWER).label("domain_blocked"),
        exists()
        .where(endorsements.c.account_id == VIEWER, endorsements.c.target_id == accounts.c.id)
        .label("endorsed"),
    )
    .select_from(
        accounts.outerjoin(_ours, and_(_ours.c.follower_id == VIEWER, _ours.c.target_id == accounts.c.id))
        .outerjoin(_theirs, and_(_theirs.c.follower_id == accounts.c.id, _theirs.c.target_id == VIEWER))
        .outerjoin(_asked, and_(_asked.c.follower_id == VIEWER, _asked.c.target_id == accounts.c.id))
        .outerjoin(_asking, and_(_asking.c.follower_id == accounts.c.id, _asking.c.target_id == VIEWER))
        .outerjoin(_blocked, and_(_blocked.c.account_id == VIEWER, _blocked.c.target_id == accounts.c.id))
        .outerjoin(
            _blocking, and_(_blocking.c.account_id == accounts.c.id, _blocking.c.target_id == VIEWER)
        )
        .outerjoin(
            mutes,
            and_(
                mutes.c.account_id == VIEWER,
                mutes.c.target_id == accounts.c.id,
                or_(mutes.c.expires_at.is_(None), mutes.c.expires_at > bindparam("now")),
            ),
        )
        .outerjoin(
            account_notes,
            and_(account_notes.c.account_id == VIEWER, account_notes.c.target_id == accounts.c.id),
        )
    )
    .where(any_of(accounts.c.id, "ids"), _is_known())
)


async def relationships(
    conn: Connection, viewer_id: int, account_ids: Sequence[int], *, with_suspended: bool = False
) -> list[Relationship]:
    """How the viewer stands to each of *account_ids* that exists, in their order."""
    rows = await conn.all(_relationships, viewer=viewer_id, ids=list(account_ids), now=clock.now_ms())
    found = {row.id: _relationship(row) for row in rows if with_suspended or row.suspended_at is None}
    return [found[one] for one in dict.fromkeys(account_ids) if one in found]


async def relationship(conn: Connection, viewer_id: int, account_id: int) -> Relationship:
    """How the viewer stands to *account_id*, suspended or not.  Raises NotFound."""
    found = await relationships(conn, viewer_id, [account_id], with_suspended=True)
    if not found:
        raise NotFound
    return found[0]


def _relationship(row: Row) -> Relationship:
    following, requested = row.follow_id is not None, row.asked_id is not None
    languages = row.languages if following else row.asked_languages
    return Relationship(
        id=row.id,
        following=following,
        showing_reblogs=bool(row.show_reblogs),
        notifying=bool(row.notify),
        languages=None if languages is None else tuple(languages),
        followed_by=row.follower_id is not None,
        blocking=row.blocked_id is not None,
        blocked_by=row.blocking_id is not None,
        muting=row.mute_id is not None,
        muting_notifications=bool(row.hide_notifications),
        muting_expires_at=row.expires_at,
        requested=requested,
        requested_by=row.asking_id is not None,
        domain_blocking=bool(row.domain_blocked),
        endorsed=bool(row.endorsed),
        note=row.comment or "",
    )


_target = Query(
    select(
        accounts.c.id,
        accounts.c.domain,
        accounts.c.suspended_at,
        accounts.c.hide_collections,
        exists()
        .where(blocks.c.account_id == accounts.c.id, blocks.c.target_id == VIEWER)
        .label("blocks_viewer"),
    ).where(accounts.c.id == bindparam("account_id"), _is_known())
)


async def target(conn: Connection, account_id: int, viewer_id: int | None) -> Row:
    """(id, domain, suspended_at, hide_collections, blocks_viewer) of an account.

    Raises NotFound, also for somebody who has not been let in yet.
    """
    row = await conn.first(_target, account_id=account_id, viewer=viewer_id or 0)
    if row is None:
        raise NotFound
    return row


async def known(conn: Connection, account_ids: Iterable[int]) -> list[int]:
    """Those of *account_ids* of whom anybody may know."""
    return await conn.scalars(_known, ids=list(account_ids))


_known = Query(select(accounts.c.id).where(any_of(accounts.c.id, "ids"), _is_known()))


def not_hidden(account: Any, viewer: Any = VIEWER) -> ColumnElement[bool]:
    """No block either way between *viewer* and *account* (columns), no mute that still lasts, and no block
    of the server.

    Needs the parameter `now` (unix milliseconds).
    """
    block, blocked_by, mute = blocks.alias(), blocks.alias(), mutes.alias()
    return and_(
        ~exists().where(block.c.account_id == viewer, block.c.target_id == account),
        ~exists().where(blocked_by.c.account_id == account, blocked_by.c.target_id == viewer),
        ~exists().where(
            mute.c.account_id == viewer,
            mute.c.target_id == account,
            or_(mute.c.expires_at.is_(None), mute.c.expires_at > bindparam("now")),
        ),
        ~from_blocked_server(account, viewer),
    )


@cache
def _people(table: Any, of: str, who: str, *, hiding: bool) -> Paged:
    """Accounts in column *who* of *table*, for the one in column *of*; not those suspended."""
    statement = (
        select(table.c.id, table.c[who].label("account_id"))
        .select_from(table.join(accounts, accounts.c.id == table.c[who]))
        .where(table.c[of] == bindparam("of"), accounts.c.suspended_at.is_(None))
    )
    if hiding:
        statement = statement.where(not_hidden(table.c[who]))
    return Paged(statement, table.c.id)


async def followers(conn: Connection, account_id: int, viewer_id: int | None, page: Page) -> list[Row]:
    """Who follows *account_id*; a viewer does not meet whom they block or mute in others' lists."""
    return await _collection(conn, account_id, viewer_id, page, of="target_id", who="follower_id")


async def following(conn: Connection, account_id: int, viewer_id: int | None, page: Page) -> list[Row]:
    """Whom *account_id* follows."""
    return await _collection(conn, account_id, viewer_id, page, of="follower_id", who="target_id")


async def _collection(
    conn: Connection, account_id: int, viewer_id: int | None, page: Page, *, of: str, who: str
) -> list[Row]:
    row = await target(conn, account_id, viewer_id)
    own = viewer_id == account_id
    if row.suspended_at is not None or row.blocks_viewer or (row.hide_collections and not own):
        return []
    if viewer_id is None or own:
        return await page_of(conn, _people(follows, of, who, hiding=False), page, of=account_id)
    paged = _people(follows, of, who, hiding=True)
    return await page_of(conn, paged, page, of=account_id, viewer=viewer_id, now=clock.now_ms())


async def requests(conn: Connection, account_id: int, page: Page) -> list[Row]:
    """Who asks to follow *account_id*."""
    paged = _people(follow_requests, "target_id", "follower_id", hiding=False)
    return await page_of(conn, paged, page, of=account_id)


async def blocked(conn: Connection, account_id: int, page: Page) -> list[Row]:
    """Whom *account_id* blocks."""
    paged = _people(blocks, "account_id", "target_id", hiding=False)
    return await page_of(conn, paged, page, of=account_id)


_muted = Paged(
    select(mutes.c.id, mutes.c.target_id.label("account_id"), mutes.c.expires_at)
    .select_from(mutes.join(accounts, accounts.c.id == mutes.c.target_id))
    .where(
        mutes.c.account_id == bindparam("of"),
        accounts.c.suspended_at.is_(None),
        or_(mutes.c.expires_at.is_(None), mutes.c.expires_at > bindparam("now")),
    ),
    mutes.c.id,
)


async def muted(conn: Connection, account_id: int, page: Page) -> list[Row]:
    """Whom *account_id* mutes, with `expires_at`."""
    return await page_of(conn, _muted, page, of=account_id, now=clock.now_ms())


_mine = follows.alias("mine")
_ranked = (
    select(
        follows.c.target_id,
        follows.c.follower_id,
        func.row_number()
        .over(partition_by=follows.c.target_id, order_by=follows.c.id.desc())
        .label("place"),
    )
    .select_from(
        follows.join(_mine, _mine.c.target_id == follows.c.follower_id).join(
            accounts, accounts.c.id == follows.c.target_id
        )
    )
    .where(
        any_of(follows.c.target_id, "ids"),
        _mine.c.follower_id == VIEWER,
        accounts.c.hide_collections.is_(False),
    )
    .subquery("ranked")
)
_familiar = Query(
    select(_ranked.c.target_id, _ranked.c.follower_id)
    .where(_ranked.c.place <= FAMILIAR_MOST)
    .order_by(_ranked.c.target_id, _ranked.c.place)
)


async def familiar_followers(
    conn: Connection, viewer_id: int, account_ids: Sequence[int]
) -> dict[int, list[int]]:
    """For each of *account_ids*: those followers of it whom the viewer follows, FAMILIAR_MOST at most.

    Nobody for those who hide whom they know.
    """
    found: dict[int, list[int]] = {one: [] for one in account_ids}
    for row in await conn.all(_familiar, viewer=viewer_id, ids=list(account_ids)):
        found[row.target_id].append(row.follower_id)
    return found
