"""Lists: a timeline of some of those one follows.  Seen and changed by their owner only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import msgspec
from sqlalchemy import bindparam, delete, func, select, update

from stoa import ids
from stoa.core.errors import Invalid, NotFound, Problem, Unprocessable
from stoa.core.timelines import store
from stoa.db import Connection, Query, Row, any_of, insert
from stoa.db.paging import Page, Paged, page_of
from stoa.db.tables import accounts, follows, list_accounts, lists

RepliesPolicy = Literal["followed", "list", "none"]

MAX_LISTS = 50
MAX_MEMBERS = 1000
MAX_TITLE = 256

_COLUMNS = (lists.c.id, lists.c.title, lists.c.replies_policy, lists.c.exclusive)
_mine = Query(select(*_COLUMNS).where(lists.c.account_id == bindparam("owner")).order_by(lists.c.id))
_one = Query(
    select(*_COLUMNS).where(lists.c.id == bindparam("list_id"), lists.c.account_id == bindparam("owner"))
)
_containing = Query(
    select(*_COLUMNS)
    .join(list_accounts, list_accounts.c.list_id == lists.c.id)
    .where(lists.c.account_id == bindparam("owner"), list_accounts.c.account_id == bindparam("member"))
    .order_by(lists.c.id)
)
_count = Query(select(func.count()).select_from(lists).where(lists.c.account_id == bindparam("owner")))
_add = insert(lists, "id", "account_id", "title", "replies_policy", "exclusive")
_change = Query(
    update(lists)
    .where(lists.c.id == bindparam("list_id"))
    .values(
        title=bindparam("new_title"),
        replies_policy=bindparam("new_policy"),
        exclusive=bindparam("new_exclusive", type_=lists.c.exclusive.type),
    )
)
_remove = Query(delete(lists).where(lists.c.id == bindparam("list_id")))
_members = Paged(
    select(accounts.c.id)
    .join(list_accounts, list_accounts.c.account_id == accounts.c.id)
    .where(list_accounts.c.list_id == bindparam("list_id"), accounts.c.suspended_at.is_(None)),
    accounts.c.id,
)
_count_members = Query(
    select(func.count()).select_from(list_accounts).where(list_accounts.c.list_id == bindparam("list_id"))
)
_followed = Query(
    select(follows.c.target_id).where(
        follows.c.follower_id == bindparam("owner"), any_of(follows.c.target_id, "ids")
    )
)
_add_member = insert(list_accounts, "list_id", "account_id", ignore=True)
_remove_members = Query(
    delete(list_accounts).where(
        list_accounts.c.list_id == bindparam("list_id"), any_of(list_accounts.c.account_id, "ids")
    )
)
_forget_member = Query(
    delete(list_accounts).where(
        list_accounts.c.account_id == bindparam("member"),
        list_accounts.c.list_id.in_(select(lists.c.id).where(lists.c.account_id == bindparam("owner"))),
    )
)
_lists_with = Query(
    select(list_accounts.c.list_id)
    .join(lists, lists.c.id == list_accounts.c.list_id)
    .where(lists.c.account_id == bindparam("owner"), list_accounts.c.account_id == bindparam("member"))
)


class ListView(msgspec.Struct, frozen=True):
    """A list as its owner sees it."""

    id: int
    title: str
    replies_policy: RepliesPolicy
    exclusive: bool


def _view(row: Row) -> ListView:
    return ListView(row.id, row.title, row.replies_policy, row.exclusive)


async def mine(conn: Connection, owner_id: int) -> list[ListView]:
    """All lists of somebody, the oldest first."""
    return [_view(row) for row in await conn.all(_mine, owner=owner_id)]


async def get(conn: Connection, list_id: int, owner_id: int) -> ListView:
    """One list.  Raises NotFound, also for lists of others."""
    row = await conn.first(_one, list_id=list_id, owner=owner_id)
    if row is None:
        raise NotFound
    return _view(row)


async def containing(conn: Connection, owner_id: int, member_id: int) -> list[ListView]:
    """Those lists of the owner in which *member_id* is."""
    return [_view(row) for row in await conn.all(_containing, owner=owner_id, member=member_id)]


async def create(
    conn: Connection,
    owner_id: int,
    title: str,
    *,
    replies_policy: RepliesPolicy = "list",
    exclusive: bool = False,
) -> ListView:
    """A new list.  Raises Invalid, Unprocessable."""
    title = _checked(title)
    if await conn.scalar(_count, owner=owner_id) >= MAX_LISTS:
        raise Unprocessable(f"You cannot have more than {MAX_LISTS} lists")
    made = ListView(ids.new_id(), title, replies_policy, exclusive)
    await conn.run(_add, account_id=owner_id, **msgspec.structs.asdict(made))
    return made


async def change(
    conn: Connection,
    list_id: int,
    owner_id: int,
    *,
    title: str | None = None,
    replies_policy: RepliesPolicy | None = None,
    exclusive: bool | None = None,
) -> ListView:
    """Set what is not None.  Raises NotFound, Invalid."""
    present = await get(conn, list_id, owner_id)
    changed = ListView(
        list_id,
        present.title if title is None else _checked(title),
        present.replies_policy if replies_policy is None else replies_policy,
        present.exclusive if exclusive is None else exclusive,
    )
    await conn.run(
        _change,
        list_id=list_id,
        new_title=changed.title,
        new_policy=changed.replies_policy,
        new_exclusive=changed.exclusive,
    )
    return changed


def _checked(title: str) -> str:
    title = title.strip()
    if not title:
        raise Invalid({"title": [Problem("ERR_BLANK", "can't be blank")]})
    if len(title) > MAX_TITLE:
        problem = Problem("ERR_TOO_LONG", f"is too long (maximum is {MAX_TITLE} characters)")
        raise Invalid({"title": [problem]})
    return title


async def remove(conn: Connection, list_id: int, owner_id: int) -> None:
    """The list is gone, with its timeline.  Raises NotFound."""
    await get(conn, list_id, owner_id)
    await store.clear(conn, list_id)
    await conn.run(_remove, list_id=list_id)


async def members(conn: Connection, list_id: int, owner_id: int, page: Page) -> list[int]:
    """Account ids of members, a page of them (by account id).  Raises NotFound."""
    await get(conn, list_id, owner_id)
    rows: list[Any] = await page_of(conn, _members, page, list_id=list_id)
    return [row.id for row in rows]


async def add_members(conn: Connection, list_id: int, owner_id: int, account_ids: Sequence[int]) -> None:
    """Put accounts the owner follows (or the owner) in; what they said last comes with them.

    Raises NotFound when one of them is not followed, Invalid when one is in already.
    """
    await get(conn, list_id, owner_id)
    wanted = list(dict.fromkeys(account_ids))
    followed = set(await conn.scalars(_followed, owner=owner_id, ids=wanted))
    if not all(one in followed or one == owner_id for one in wanted):
        raise NotFound
    if await conn.scalar(_count_members, list_id=list_id) + len(wanted) > MAX_MEMBERS:
        raise Unprocessable(f"A list cannot have more than {MAX_MEMBERS} members")
    for account_id in wanted:
        if not await conn.run(_add_member, list_id=list_id, account_id=account_id):
            raise Invalid({"account": [Problem("ERR_TAKEN", "has already been taken")]})
    for account_id in wanted:
        await store.backfill_list(conn, list_id, owner_id, account_id)


async def remove_members(conn: Connection, list_id: int, owner_id: int, account_ids: Sequence[int]) -> None:
    """Take accounts out, with what they said.  Raises NotFound for the list."""
    await get(conn, list_id, owner_id)
    await conn.run(_remove_members, list_id=list_id, ids=list(account_ids))
    for account_id in account_ids:
        await store.remove_member(conn, list_id, account_id)


async def forget_member(conn: Connection, owner_id: int, member_id: int) -> None:
    """*member_id* is in no list of the owner any more."""
    await conn.run(_forget_member, owner=owner_id, member=member_id)


async def take_place(conn: Connection, owner_id: int, member_id: int, other_id: int) -> None:
    """*other_id* is in all lists of the owner in which *member_id* is; what they said comes with them."""
    for list_id in await conn.scalars(_lists_with, owner=owner_id, member=member_id):
        if await conn.run(_add_member, list_id=list_id, account_id=other_id):
            await store.backfill_list(conn, list_id, owner_id, other_id)
