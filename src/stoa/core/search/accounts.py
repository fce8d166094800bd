"""People found by handle and by name.

An exact handle comes first; then those whose user name, or a word of whose display name, begins
with what was typed: followed ones before others, then those with more followers.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Text, and_, bindparam, case, exists, func, or_, select

from stoa.core.accounts import views
from stoa.db import Connection, Query
from stoa.db.tables import accounts, follows, users

_followed = exists().where(
    follows.c.follower_id == bindparam("viewer", type_=BigInteger), follows.c.target_id == accounts.c.id
)
# Nobody can meet somebody who has not been let in yet, or who was shown the door.
_met = and_(
    accounts.c.suspended_at.is_(None),
    or_(
        accounts.c.domain != "",
        ~exists().where(
            users.c.account_id == accounts.c.id,
            or_(users.c.approved.is_(False), users.c.confirmed_at.is_(None)),
        ),
    ),
)


def _like(column: Any, name: str) -> ColumnElement[bool]:
    matches: ColumnElement[bool] = column.like(bindparam(name, type_=Text), escape="\\")
    return matches


@cache
def _statement(*, following: bool, with_domain: bool) -> Query:
    name = func.lower(accounts.c.display_name)
    matches = _like(accounts.c.username_key, "username")
    if with_domain:
        matches = and_(matches, _like(accounts.c.domain, "domain"))
    else:
        # lower() of SQLite knows ASCII only, so other letters are looked for as they are usually written.
        matches = or_(
            matches, *(_like(name, f"{place}_{form}") for place in ("first", "inner") for form in _FORMS)
        )
    statement = select(accounts.c.id).where(matches, _met)
    if following:
        statement = statement.where(_followed)
    return Query(
        statement.order_by(
            case((accounts.c.id == bindparam("exact", type_=BigInteger), 0), else_=1),
            case((_followed, 0), else_=1),
            accounts.c.followers_count.desc(),
            accounts.c.id,
        )
        .limit(bindparam("limit", type_=BigInteger))
        .offset(bindparam("offset", type_=BigInteger))
    )


_FORMS = ("lower", "title", "upper")


def _form(query: str, form: str) -> str:
    changed = {"lower": query.lower(), "title": query.title(), "upper": query.upper()}[form]
    return "".join(one.lower() if one.isascii() else one for one in changed)


def beginning(query: str) -> str:
    r"""*query* as a LIKE pattern for what begins with it; the escape character is `\`."""
    return query.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


async def find(
    conn: Connection,
    query: str,
    *,
    viewer_id: int | None,
    local_domain: str,
    limit: int = 40,
    offset: int = 0,
    following: bool = False,
) -> list[int]:
    """Ids of the accounts found.  May take long: give it a connection of `read(long=True)`."""
    query = " ".join(query.replace("\0", "").split())
    handle = query.removeprefix("@")
    username, at, domain = handle.partition("@")
    if not username:
        return []
    if at and domain.lower() == local_domain:
        at = domain = ""
        handle = username
    exact = await views.find_by_acct(conn, handle, local_domain)
    patterns = {"username": beginning(username.lower())}
    if at:
        patterns["domain"] = beginning(domain.lower())
    else:
        for form in _FORMS:
            begins = beginning(_form(handle, form))
            patterns[f"first_{form}"] = begins
            patterns[f"inner_{form}"] = f"% {begins}"
    found: list[int] = await conn.scalars(
        _statement(following=following, with_domain=bool(at)),
        viewer=viewer_id or 0,
        exact=exact or 0,
        limit=limit,
        offset=offset,
        **patterns,
    )
    return found
