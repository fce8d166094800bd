"""The only writes to `accounts`."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import bindparam, case, delete, select, update

from stoa import ids
from stoa.core.accounts import words
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
    await words.note(conn, account_id)
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
    await words.note(conn, account_id)
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
    if "display_name" in columns or "username" in columns:
        await words.note(conn, account_id)


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


_BLANK: dict[str, Any] = {
    "display_name": "", "note": "", "note_html": "", "fields": [], "also_known_as": [],
    "attribution_domains": [], "avatar_description": "", "header_description": "", "moved_to_id": None,
    "moved_at": None, "discoverable": False, "indexable": False, "locked": False, "memorial": False,
}  # fmt: skip
_PICTURES = ("avatar_key", "avatar_static_key", "header_key", "header_static_key")
_pictures = Query(
    select(*[accounts.c[name] for name in _PICTURES]).where(accounts.c.id == bindparam("account"))
)


async def blank(conn: Connection, account_id: int, **columns: Any) -> list[str]:
    """A profile says nothing any more; the keys of the pictures it showed.  *columns* are set as well."""
    row = await conn.first(_pictures, account=account_id)
    remote = dict.fromkeys(("avatar_remote_url", "header_remote_url"))
    await change(conn, account_id, **_BLANK, **dict.fromkeys(_PICTURES), **remote, **columns)
    return [key for key in row or () if key]


_HUSK = (
    "id", "username", "username_key", "domain", "uri", "url", "actor_type", "suspended_at", "deleted_at",
    "version", "created_at",
)  # fmt: skip
_husk = Query(
    select(*[accounts.c[name] for name in _HUSK]).where(
        accounts.c.id == bindparam("account"), accounts.c.domain == "", accounts.c.deleted_at.is_not(None)
    )
)
_add_husk = insert(accounts, *_HUSK)
_remove_here = Query(delete(accounts).where(accounts.c.id == bindparam("account"), accounts.c.domain == ""))


async def strip(conn: Connection, account_id: int) -> None:
    """Of a deleted account that lived here nothing is left but a bare row, which keeps its name and its
    id taken; whatever referred to it is gone.
    """
    row = await conn.first(_husk, account=account_id)
    if row is not None:
        await conn.run(_remove_here, account=account_id)
        await conn.run(_add_husk, **row._asdict())


async def remove_here(conn: Connection, account_id: int) -> None:
    """An account that lived here is gone as if it had never been; its name is free."""
    await conn.run(_remove_here, account=account_id)
