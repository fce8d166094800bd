"""Suspending and limiting all accounts of a server, and the end of that; and taking their pictures.

Whoever was suspended or limited on their own account stays so: an account is let go by the stamp alone
that the decision on its server gave it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, Literal

from sqlalchemy import bindparam, or_, select, update

from stoa.db import Connection, Query, any_of
from stoa.db.tables import accounts, remote_actors
from stoa.db.tables.base import Id

Standing = Literal["suspended_at", "limited_at"]
STANDINGS: tuple[Standing, ...] = ("suspended_at", "limited_at")

# The domain that handles end in, and the host of the id, may be two.
_lives_there: Any = or_(
    any_of(accounts.c.domain, "servers"),
    accounts.c.id.in_(select(remote_actors.c.account_id).where(any_of(remote_actors.c.host, "servers"))),
)
_PICTURES = ("avatar_key", "avatar_static_key", "header_key", "header_static_key")
_copies = Query(
    select(*[accounts.c[name] for name in _PICTURES]).where(
        accounts.c.domain != "",
        _lives_there,
        or_(*[accounts.c[name].is_not(None) for name in _PICTURES]),
    )
)
_take_pictures = Query(
    update(accounts)
    .where(
        accounts.c.domain != "",
        _lives_there,
        or_(accounts.c.avatar_remote_url.is_not(None), accounts.c.header_remote_url.is_not(None)),
    )
    .values(
        avatar_remote_url=None,
        header_remote_url=None,
        **dict.fromkeys(_PICTURES),
        version=accounts.c.version + 1,
    )
)
_handle_domains = Query(select(accounts.c.domain).where(accounts.c.domain != "").distinct())
_hosts = Query(select(remote_actors.c.host).distinct())


async def servers(conn: Connection) -> set[str]:
    """All names of servers that somebody known here belongs to."""
    return {*await conn.scalars(_handle_domains), *await conn.scalars(_hosts)}


@cache
def _stamp(column: Standing) -> Query:
    return Query(
        update(accounts)
        .where(accounts.c.domain != "", accounts.c[column].is_(None), _lives_there)
        .values({column: bindparam("at", type_=Id), "version": accounts.c.version + 1})
    )


@cache
def _lift(column: Standing) -> Query:
    return Query(
        update(accounts)
        .where(accounts.c.domain != "", any_of(accounts.c[column], "stamps"), _lives_there)
        .values({column: None, "version": accounts.c.version + 1})
    )


async def stamp(conn: Connection, names: Iterable[str], column: Standing, at: int) -> int:
    """All accounts of the servers *names* are suspended or limited since *at*; how many that changed."""
    return await conn.run(_stamp(column), servers=sorted(names), at=at)


async def lift(conn: Connection, names: Iterable[str], column: Standing, stamps: Iterable[int]) -> int:
    """Those who were by one of *stamps* are so no more; how many."""
    return await conn.run(_lift(column), servers=sorted(names), stamps=sorted(stamps))


async def take_pictures(conn: Connection, names: Iterable[str]) -> list[str]:
    """The profiles of all accounts of the servers *names* are without pictures, until they are fetched
    anew; the keys of the copies that were here.
    """
    servers = sorted(names)
    kept = await conn.all(_copies, servers=servers)
    await conn.run(_take_pictures, servers=servers)
    return [key for row in kept for key in row if key]
