"""The only writes to `accounts`."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import bindparam, case, delete, update

from stoa import ids
from stoa.db import Connection, Query, insert
from stoa.db.tables import accounts
from stoa.ids import Addresses

_add = insert(
    accounts,
    "id",
    "username",
    "username_key",
    "domain",
    "uri",
    "url",
    "actor_type",
    "display_name",
    "created_at",
)

COUNTERS = ("followers_count", "following_count", "statuses_count")


async def add_local(conn: Connection, username: str, addresses: Addresses) -> int:
    """A new account here; its id.  Raises UniqueViolation when the name is taken."""
    account_id = ids.new_id()
    await conn.run(
        _add,
        id=account_id,
        username=username,
        username_key=username.lower(),
        domain="",
        uri=addresses.actor(account_id),
        url=addresses.profile(username),
        actor_type="Person",
        display_name="",
        created_at=ids.now_ms(),
    )
    return account_id


async def add_remote(
    conn: Connection,
    *,
    username: str,
    domain: str,
    uri: str,
    url: str,
    actor_type: str = "Person",
    display_name: str = "",
) -> int:
    """An account of another server, met for the first time; its id."""
    account_id = ids.new_id()
    await conn.run(
        _add,
        id=account_id,
        username=username,
        username_key=username.lower(),
        domain=domain,
        uri=uri,
        url=url,
        actor_type=actor_type,
        display_name=display_name,
        created_at=ids.now_ms(),
    )
    return account_id


@cache
def _set(names: tuple[str, ...]) -> Query:
    values: dict[str, Any] = {name: bindparam(f"new_{name}", type_=accounts.c[name].type) for name in names}
    return Query(
        update(accounts)
        .where(accounts.c.id == bindparam("account_id"))
        .values(**values, version=accounts.c.version + 1)
    )


async def change(conn: Connection, account_id: int, **columns: Any) -> None:
    """Set *columns* of an account; what was rendered of it before is out of date."""
    names = tuple(sorted(columns))
    await conn.run(_set(names), account_id=account_id, **{f"new_{name}": columns[name] for name in names})


@cache
def _bump(counter: str) -> Query:
    grown = accounts.c[counter] + bindparam("by")
    return Query(
        update(accounts)
        .where(accounts.c.id == bindparam("account_id"))
        .values({counter: case((grown < 0, 0), else_=grown)})
    )


async def count(conn: Connection, account_id: int, counter: str, by: int) -> None:
    """Move one of COUNTERS by *by*, never below zero."""
    await conn.run(_bump(counter), account_id=account_id, by=by)


_posted = Query(
    update(accounts)
    .where(accounts.c.id == bindparam("account_id"))
    .values(
        statuses_count=accounts.c.statuses_count + 1,
        last_status_at=case(
            (accounts.c.last_status_at > bindparam("at"), accounts.c.last_status_at),
            else_=bindparam("at"),
        ),
    )
)


async def note_status(conn: Connection, account_id: int, at: int) -> None:
    """One status more, made *at* (unix milliseconds)."""
    await conn.run(_posted, account_id=account_id, at=at)


_remove = Query(delete(accounts).where(accounts.c.id == bindparam("account"), accounts.c.domain != ""))


async def remove(conn: Connection, account_id: int) -> None:
    """The account of somebody on another server is gone, with whatever still refers to it."""
    await conn.run(_remove, account=account_id)
