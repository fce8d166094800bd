"""Servers that a member does not want to hear of: nobody there is met in timelines, notifications,
threads or search, and no follow either way is left.

A profile or a post still opens from a link, as in Mastodon.  The name is that of one server; others under
it are others.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    literal_column,
    or_,
    select,
)

from stoa import ids
from stoa.core import events
from stoa.core.errors import Unprocessable
from stoa.core.instances.domains import checked
from stoa.core.relationships import follow, severances, store
from stoa.core.relationships.severances import Loss
from stoa.db import Connection, Query, Row, insert
from stoa.db.paging import Page, Paged, page_of
from stoa.db.tables import account_domain_blocks, accounts, follow_requests, follows
from stoa.db.tables.base import Id
from stoa.jobs import queue

LEAVE = "relationships.leave_domain"
BATCH = 100
MAX_DOMAINS = 5_000

_ME: Any = bindparam("me", type_=Id)
_DOMAIN: Any = bindparam("domain", type_=accounts.c.domain.type)


def from_blocked_server(account: Any, viewer: Any) -> ColumnElement[bool]:
    """Whether *account* (a column) lives on a server that *viewer* blocks."""
    # Whether they block any at all is asked once a query, not for each row: a seventh of a home timeline.
    anything, blocked, person = (
        account_domain_blocks.alias(),
        account_domain_blocks.alias(),
        accounts.alias(),
    )
    return and_(
        exists(select(anything.c.id).where(anything.c.account_id == viewer)),
        exists(
            select(blocked.c.id)
            .select_from(blocked.join(person, person.c.domain == blocked.c.domain))
            .where(blocked.c.account_id == viewer, person.c.id == account)
        ),
    )


_add = insert(account_domain_blocks, "id", "account_id", "domain", "created_at", ignore=True)
_mine = (account_domain_blocks.c.account_id == _ME, account_domain_blocks.c.domain == _DOMAIN)
_remove = Query(delete(account_domain_blocks).where(*_mine))
_stands = Query(select(account_domain_blocks.c.id).where(*_mine))
_how_many = Query(select(func.count()).select_from(account_domain_blocks).where(_mine[0]))
_page = Paged(
    select(account_domain_blocks.c.id, account_domain_blocks.c.domain).where(
        account_domain_blocks.c.account_id == _ME
    ),
    account_domain_blocks.c.id,
)


def _ties(table: Any, columns: list[Any]) -> Any:
    """Rows of *table* between the member and those who live there."""
    return (
        select(*columns)
        .select_from(
            table.join(
                accounts,
                or_(
                    (table.c.follower_id == _ME) & (accounts.c.id == table.c.target_id),
                    (table.c.target_id == _ME) & (accounts.c.id == table.c.follower_id),
                ),
            )
        )
        .where(accounts.c.domain == _DOMAIN)
    )


_lost = Query(
    _ties(
        follows,
        [
            func.count(case((follows.c.target_id == _ME, follows.c.id))),
            func.count(case((follows.c.follower_id == _ME, follows.c.id))),
        ],
    )
)
_limit: Any = literal_column(str(BATCH))
_some = Query(_ties(follows, [follows.c.follower_id, follows.c.target_id]).limit(_limit))
_some_requests = Query(
    _ties(follow_requests, [follow_requests.c.follower_id, follow_requests.c.target_id]).limit(_limit)
)


async def block(conn: Connection, account_id: int, domain: str) -> None:
    """*account_id* hears of nobody on *domain*; follows end in a job.  Raises Unprocessable."""
    name = checked(domain)
    if await conn.scalar(_how_many, me=account_id) >= MAX_DOMAINS:
        raise Unprocessable(f"You cannot block more than {MAX_DOMAINS} servers.")
    made = await conn.run(
        _add, id=ids.new_id(), account_id=account_id, domain=name, created_at=ids.now_ms()
    )
    if not made:
        return
    lost = await conn.first(_lost, me=account_id, domain=name)
    if lost is not None:
        loss = Loss(lost[0], lost[1])
        await severances.record(conn, "user_domain_block", name, [(account_id, loss)])
    await queue.add(conn, LEAVE, {"account": account_id, "domain": name})
    await events.record(conn, events.DomainBlocked(account_id, name))


async def unblock(conn: Connection, account_id: int, domain: str) -> None:
    """The block is gone, if there was one; follows do not come back.  Raises Unprocessable."""
    await conn.run(_remove, me=account_id, domain=checked(domain))


async def leave(conn: Connection, payload: Any) -> None:
    """The job LEAVE: end some follows with those who live there; comes again while there are more."""
    me, domain = payload["account"], payload["domain"]
    if await conn.scalar(_stands, me=me, domain=domain) is None:
        return
    rows = await conn.all(_some, me=me, domain=domain) + await conn.all(
        _some_requests, me=me, domain=domain
    )
    for row in rows:
        await _part(conn, me, row)
    if rows:
        await queue.add(conn, LEAVE, payload)


async def _part(conn: Connection, me: int, row: Row) -> None:
    if row.follower_id == me:
        await follow.unfollow(conn, me, row.target_id)
        return
    await follow.remove_follower(conn, me, row.follower_id)
    if await store.request_options(conn, row.follower_id, me) is not None:
        await follow.reject(conn, me, row.follower_id)


async def page(conn: Connection, account_id: int, page: Page) -> list[Row]:
    """(id, domain) of what *account_id* blocks, newest first."""
    return await page_of(conn, _page, page, me=account_id)
