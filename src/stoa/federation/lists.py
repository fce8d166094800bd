"""What the collections of those who live here hold, a page at a time.

Whatever the collection: only what is public or unlisted, whoever asks (CVE-2026-25808), and nothing
of those who are suspended or limited here.  Only pins are shown as the asking account may see them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Text, and_, bindparam, exists, func, or_, select

from stoa.core.statuses.visibility import visible_to
from stoa.db import Connection, Query, Row, any_of
from stoa.db.tables import accounts, follows, remote_actors, status_pins, statuses
from stoa.db.tables.base import Id

ALL = 2**63 - 1

_LIMIT = bindparam("limit", type_=BigInteger)
_BELOW: Any = bindparam("below", type_=Id)
_ABOVE: Any = bindparam("above", type_=Id)
_original: Any = statuses.alias("original")


def _open(s: Any) -> ColumnElement[bool]:
    return or_(s.c.visibility == "public", s.c.visibility == "unlisted")


def _welcome(s: Any) -> ColumnElement[bool]:
    author = accounts.alias()
    return ~exists().where(
        author.c.id == s.c.account_id,
        or_(author.c.suspended_at.is_not(None), author.c.limited_at.is_not(None)),
    )


_outbox = Query(
    select(statuses.c.id, statuses.c.reblog_of_id)
    .select_from(statuses.outerjoin(_original, _original.c.id == statuses.c.reblog_of_id))
    .where(
        statuses.c.account_id == bindparam("account", type_=Id),
        statuses.c.id < _BELOW,
        _open(statuses),
        or_(statuses.c.reblog_of_id.is_(None), _open(_original)),
    )
    .order_by(statuses.c.id.desc())
    .limit(_LIMIT)
)
_originals = Query(
    select(statuses.c.id, statuses.c.uri, accounts.c.uri.label("author"))
    .select_from(statuses.join(accounts, accounts.c.id == statuses.c.account_id))
    .where(any_of(statuses.c.id, "ids"))
)
_pins = Query(
    select(statuses.c.uri)
    .select_from(status_pins.join(statuses, statuses.c.id == status_pins.c.status_id))
    .where(status_pins.c.account_id == bindparam("account", type_=Id), visible_to(statuses))
    .order_by(status_pins.c.id.desc())
)


def _answers(*conditions: ColumnElement[bool]) -> Query:
    return Query(
        select(statuses.c.id, statuses.c.uri)
        .where(
            statuses.c.in_reply_to_id == bindparam("status", type_=Id),
            statuses.c.id > _ABOVE,
            _open(statuses),
            _welcome(statuses),
            *conditions,
        )
        .order_by(statuses.c.id)
        .limit(_LIMIT)
    )


_own_answers = _answers(statuses.c.account_id == bindparam("author", type_=Id))
_other_answers = _answers(statuses.c.account_id != bindparam("author", type_=Id))

_in_conversation = and_(
    statuses.c.conversation_id == bindparam("conversation", type_=Id),
    statuses.c.id != statuses.c.conversation_id,
    statuses.c.reblog_of_id.is_(None),
    _open(statuses),
    _welcome(statuses),
)
_conversation = Query(
    select(statuses.c.id, statuses.c.uri)
    .where(_in_conversation, statuses.c.id > _ABOVE)
    .order_by(statuses.c.id)
    .limit(_LIMIT)
)
_conversation_size = Query(select(func.count()).select_from(statuses).where(_in_conversation))
_root = Query(
    select(statuses.c.uri, accounts.c.uri.label("author"))
    .select_from(statuses.join(accounts, accounts.c.id == statuses.c.account_id))
    .where(
        statuses.c.id == bindparam("conversation", type_=Id),
        statuses.c.conversation_id == statuses.c.id,
        statuses.c.local,
        _open(statuses),
        accounts.c.suspended_at.is_(None),
    )
)
_uris = Query(select(accounts.c.id, accounts.c.uri).where(any_of(accounts.c.id, "ids")))
_followers_at = Query(
    select(accounts.c.uri)
    .select_from(
        follows.join(accounts, accounts.c.id == follows.c.follower_id).join(
            remote_actors, remote_actors.c.account_id == accounts.c.id
        )
    )
    .where(
        follows.c.target_id == bindparam("account", type_=Id),
        remote_actors.c.host == bindparam("host", type_=Text),
    )
    .order_by(follows.c.id)
)
_host = Query(select(remote_actors.c.host).where(remote_actors.c.account_id == bindparam("id", type_=Id)))


class Original(NamedTuple):
    """What is boosted: its id and that of its author's actor."""

    uri: str
    author: str


async def outbox(conn: Connection, account_id: int, below: int, limit: int) -> list[Row]:
    """(id, reblog_of_id) of what the account said and boosted in public, the newest first."""
    return await conn.all(_outbox, account=account_id, below=below, limit=limit)


async def originals(conn: Connection, status_ids: Sequence[int]) -> dict[int, Original]:
    """id → what is boosted."""
    if not status_ids:
        return {}
    rows = await conn.all(_originals, ids=list(status_ids))
    return {row.id: Original(row.uri, row.author) for row in rows}


async def pins(conn: Connection, account_id: int, asking: int | None) -> list[str]:
    """The ids of pinned posts that whoever asks may see, the newest pin first."""
    found: list[str] = await conn.scalars(_pins, account=account_id, viewer=asking or 0)
    return found


async def replies(
    conn: Connection, status_id: int, author_id: int, *, own: bool, above: int, limit: int
) -> list[Row]:
    """(id, uri) of the answers to a post, the oldest first: its author's *own*, or those of others."""
    query = _own_answers if own else _other_answers
    return await conn.all(query, status=status_id, author=author_id, above=above, limit=limit)


async def root(conn: Connection, conversation_id: int) -> Row | None:
    """(uri, author) of the first post of a conversation that began here in public; author: the
    actor's id.
    """
    return await conn.first(_root, conversation=conversation_id)


async def conversation(conn: Connection, conversation_id: int, above: int, limit: int) -> list[Row]:
    """(id, uri) of the posts of a conversation after its first, the oldest first, whoever wrote
    them.
    """
    return await conn.all(_conversation, conversation=conversation_id, above=above, limit=limit)


async def conversation_size(conn: Connection, conversation_id: int) -> int:
    """How many these are."""
    found: int = await conn.scalar(_conversation_size, conversation=conversation_id)
    return found


async def actor_ids(conn: Connection, account_ids: Sequence[int]) -> list[str]:
    """The ids of the actors of *account_ids*, in their order."""
    rows = await conn.all(_uris, ids=list(account_ids))
    found = {row.id: row.uri for row in rows}
    return [found[one] for one in account_ids if one in found]


async def host_of_account(conn: Connection, account_id: int) -> str | None:
    """The host of the id of an account elsewhere."""
    found: str | None = await conn.scalar(_host, id=account_id)
    return found


async def followers_at(conn: Connection, account_id: int, host: str) -> list[str]:
    """The ids of all followers whose ids are of *host* (FEP-8fcf)."""
    found: list[str] = await conn.scalars(_followers_at, account=account_id, host=host)
    return found
