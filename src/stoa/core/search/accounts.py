"""People found by handle and by name.

An exact handle comes first; then those whose names have a word for each that was typed, beginning with
it: followed ones before others, then those with more followers.  Where more than LOOKED_AT begin so,
they are looked for among those one follows and the best known, and the first LOOKED_AT beside: what
it takes does not grow with the number of known accounts.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Text, and_, bindparam, case, exists, or_, select

from stoa.core.accounts import views
from stoa.db import Connection, Query, any_of
from stoa.db.tables import account_words, accounts, follows, users
from stoa.text.folding import MAX_WORD, fold_name

LOOKED_AT = 1_000
BEST_KNOWN = 2_000
MAX_FOLLOWED = 10_000  # of one's follows that are looked at
MAX_WORDS = 4  # that are asked for together
_LAST = "\U0010ffff"

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


def _begins(word: Any, place: int) -> ColumnElement[bool]:
    return and_(
        word >= bindparam(f"first{place}", type_=Text), word < bindparam(f"beyond{place}", type_=Text)
    )


def _called(account_id: Any, place: int) -> ColumnElement[bool]:
    """One of the words of the account begins with the word typed at *place*."""
    word = account_words.alias()
    return exists().where(word.c.account_id == account_id, _begins(word.c.word, place))


_first = Query(
    select(account_words.c.account_id)
    .where(_begins(account_words.c.word, 0))
    .order_by(account_words.c.word, account_words.c.account_id)
    .limit(bindparam("limit", type_=BigInteger))
)
_mine = (
    select(follows.c.target_id)
    .where(follows.c.follower_id == bindparam("viewer", type_=BigInteger))
    .limit(MAX_FOLLOWED)
    .subquery()
)
_best_known = (
    select(accounts.c.id)
    .order_by(accounts.c.followers_count.desc())
    .limit(bindparam("limit", type_=BigInteger))
    .subquery()
)
_among_followed = Query(select(_mine.c.target_id).where(_called(_mine.c.target_id, 0)))
_among_best_known = Query(select(_best_known.c.id).where(_called(_best_known.c.id, 0)))


def _like(column: Any, name: str) -> ColumnElement[bool]:
    matches: ColumnElement[bool] = column.like(bindparam(name, type_=Text), escape="\\")
    return matches


@cache
def _statement(*, following: bool, with_domain: bool, words: int) -> Query:
    statement = select(accounts.c.id).where(
        any_of(accounts.c.id, "ids"), _met, *(_called(accounts.c.id, place) for place in range(words))
    )
    if with_domain:
        statement = statement.where(
            _like(accounts.c.username_key, "username"), _like(accounts.c.domain, "domain")
        )
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
    typed = fold_name(username if at else handle).split()
    words = [word[:MAX_WORD] for word in dict.fromkeys(typed)][:MAX_WORDS]
    if not words:
        return []
    spans = {f"first{place}": word for place, word in enumerate(words)}
    spans |= {f"beyond{place}": word + _LAST for place, word in enumerate(words)}
    found: list[int] = await conn.scalars(
        _statement(following=following, with_domain=bool(at), words=len(words)),
        ids=await _candidates(conn, words, viewer_id or 0, exact),
        viewer=viewer_id or 0,
        exact=exact or 0,
        limit=limit,
        offset=offset,
        username=beginning(username.lower()),
        domain=beginning(domain.lower()),
        **spans,
    )
    return found


async def _candidates(conn: Connection, words: list[str], viewer_id: int, exact: int | None) -> list[int]:
    """Whoever may be meant: all who have the word that fewest have, or as many as are looked at."""
    found: set[int] = set()
    for word in sorted(words, key=len, reverse=True):
        span = {"first0": word, "beyond0": word + _LAST}
        some = await conn.scalars(_first, **span, limit=LOOKED_AT + 1)
        if len(some) <= LOOKED_AT:
            return list(set(some))
        found.update(some)
        if viewer_id:
            found.update(await conn.scalars(_among_followed, viewer=viewer_id, **span))
        found.update(await conn.scalars(_among_best_known, **span, limit=BEST_KNOWN))
    return list(found if exact is None else found | {exact})
