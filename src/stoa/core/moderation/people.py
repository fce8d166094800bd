"""Everybody whom moderators may look at: who they are here, where they come from, how they stand."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Literal

import msgspec
from sqlalchemy import Text, and_, bindparam, func, or_, select, union

from stoa.core.accounts.model import Role
from stoa.core.errors import NotFound, Unprocessable
from stoa.db import Connection, Query, Row, any_of
from stoa.db.paging import Page, Paged, page_of
from stoa.db.tables import accounts, remote_actors, sessions, users
from stoa.db.tables.base import Id

Origin = Literal["local", "remote"]
State = Literal["active", "pending", "disabled", "silenced", "suspended", "sensitized"]

MAX_IPS = 20


class Place(msgspec.Struct, frozen=True):
    """From where somebody came, and when last (unix milliseconds)."""

    ip: str
    used_at: int


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """An account as moderators see it; what signing in is about is empty for those of other servers."""

    id: int
    username: str
    domain: str
    created_at: int
    suspended_at: int | None
    limited_at: int | None
    sensitized_at: int | None
    deleted_at: int | None
    email: str | None
    locale: str | None
    reason: str | None
    role: Role | None
    confirmed_at: int | None
    approved: bool | None
    disabled_at: int | None
    sign_up_ip: str | None
    user_created_at: int | None
    invited_by_id: int | None
    app_id: int | None
    ips: tuple[Place, ...] = ()


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """Whom to list; what is None does not matter.  Names and addresses: what they begin with."""

    origin: Origin | None = None
    states: tuple[State, ...] = ()
    roles: tuple[Role, ...] | None = None
    invited_by_id: int | None = None
    username: str | None = None
    display_name: str | None = None
    domain: str | None = None
    email: str | None = None
    ip: str | None = None


_u, _a = users.c, accounts.c
_OF_USERS = ("email", "locale", "reason", "role", "confirmed_at", "approved", "disabled_at", "sign_up_ip",
             "invited_by_id", "app_id")  # fmt: skip
_select = select(
    *[_a[name] for name in Person.__struct_fields__ if name in _a],
    *[_u[name] for name in _OF_USERS],
    _u.created_at.label("user_created_at"),
).select_from(accounts.outerjoin(users, _u.account_id == _a.id))
_load = Query(_select.where(any_of(_a.id, "ids")))
_places = Query(
    select(sessions.c.account_id, sessions.c.ip, func.max(sessions.c.last_used_at).label("used_at"))
    .where(any_of(sessions.c.account_id, "ids"), sessions.c.ip != "")
    .group_by(sessions.c.account_id, sessions.c.ip)
)
_known_places = Query(
    union(select(sessions.c.ip), select(_u.sign_up_ip.label("ip")).where(_u.sign_up_ip != ""))
)

_STATES: Mapping[str, Any] = {
    "active": and_(
        _a.suspended_at.is_(None),
        or_(_u.account_id.is_(None), and_(_u.approved, _u.disabled_at.is_(None))),
    ),
    "pending": and_(_u.account_id.is_not(None), _u.approved.is_(False)),
    "disabled": _u.disabled_at.is_not(None),
    "silenced": _a.limited_at.is_not(None),
    "suspended": _a.suspended_at.is_not(None),
    "sensitized": _a.sensitized_at.is_not(None),
}


def _begins(column: Any, name: str) -> Any:
    return column.like(bindparam(name, type_=Text), escape="\\")


_CONDITIONS: Mapping[str, Any] = {
    "local": _a.domain == "",
    "remote": _a.domain != "",
    "roles": any_of(_u.role, "roles"),
    "invited_by_id": _u.invited_by_id == bindparam("invited_by_id", type_=Id),
    "username": _begins(_a.username_key, "username"),
    "display_name": _begins(func.lower(_a.display_name), "display_name"),
    "email": _begins(_u.email_key, "email"),
    "domain": or_(
        _a.domain == bindparam("domain", type_=Text),
        _a.id.in_(
            select(remote_actors.c.account_id).where(
                remote_actors.c.host == bindparam("domain", type_=Text)
            )
        ),
    ),
    "ip": or_(
        any_of(_u.sign_up_ip, "places"),
        _a.id.in_(select(sessions.c.account_id).where(any_of(sessions.c.ip, "places"))),
    ),
    **_STATES,
}


@cache
def _page(names: tuple[str, ...]) -> Paged:
    return Paged(_select.where(*[_CONDITIONS[name] for name in names]), _a.id)


async def page(conn: Connection, page: Page, wish: Wish) -> list[Person]:
    """Those whom *wish* means, the newest first; two queries, or three for places.  Raises Unprocessable
    for what is no address of the network.
    """
    names: list[str] = [wish.origin] if wish.origin else []
    params: dict[str, Any] = {}
    names.extend(wish.states)
    for name in ("username", "display_name", "email"):
        if value := getattr(wish, name):
            params[name] = _escaped(value.strip().removeprefix("@").lower()) + "%"
    if wish.domain:
        params["domain"] = wish.domain.strip().lower()
    if wish.invited_by_id is not None:
        params["invited_by_id"] = wish.invited_by_id
    if wish.roles is not None:
        params["roles"] = list(wish.roles)
    names.extend(params)
    if wish.ip:
        names.append("ip")
        params["places"] = await _within(conn, wish.ip)
    rows = await page_of(conn, _page(tuple(sorted(set(names)))), page, **params)
    return await _people(conn, rows)


async def load(conn: Connection, account_ids: Iterable[int]) -> dict[int, Person]:
    """id → person, for those that exist; two queries."""
    rows = await conn.all(_load, ids=list(account_ids))
    return {one.id: one for one in await _people(conn, rows)}


async def get(conn: Connection, account_id: int) -> Person:
    """One of them.  Raises NotFound."""
    found = await load(conn, [account_id])
    if account_id not in found:
        raise NotFound
    return found[account_id]


async def _people(conn: Connection, rows: Sequence[Row]) -> list[Person]:
    ids = [row.id for row in rows if row.email is not None]
    places: dict[int, dict[str, int]] = {}
    for row in await conn.all(_places, ids=ids) if ids else ():
        places.setdefault(row.account_id, {})[row.ip] = row.used_at
    return [_person(row, places.get(row.id, {})) for row in rows]


def _person(row: Row, used: dict[str, int]) -> Person:
    if row.sign_up_ip:
        used.setdefault(row.sign_up_ip, row.user_created_at)
    latest = sorted(used.items(), key=lambda place: place[1], reverse=True)
    return Person(**row._asdict(), ips=tuple(Place(*one) for one in latest[:MAX_IPS]))


async def _within(conn: Connection, ip: str) -> list[str]:
    """Those addresses somebody came from that are *ip* or in the network *ip*."""
    try:
        network = ipaddress.ip_network(ip.strip(), strict=False)
    except ValueError:
        raise Unprocessable("Validation failed: Ip is not a valid IP address") from None
    if network.num_addresses == 1:
        return [str(network.network_address)]
    return [known for known in await conn.scalars(_known_places) if _is_in(known, network)]


def _is_in(known: str, network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> bool:
    try:
        return ipaddress.ip_address(known) in network
    except ValueError:
        return False


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
