"""The only writes to follows, follow_requests, blocks, mutes, endorsements and account_notes.

Every function says by its result whether something changed, so that a verb counts and records an
event exactly once, however many requests arrive together.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, bindparam, case, delete, or_, select, update

from stoa import ids
from stoa.core.accounts import store as accounts_store
from stoa.db import Connection, Query, Row, any_of, insert, upsert
from stoa.db.query import DialectName
from stoa.db.tables import (
    account_domain_blocks,
    account_notes,
    accounts,
    blocks,
    endorsements,
    follow_requests,
    follows,
    mutes,
    users,
)


def _pair_statement(dialect: DialectName) -> Any:
    statement = (
        select(
            accounts.c.id,
            accounts.c.domain,
            accounts.c.locked,
            accounts.c.moved_to_id,
            accounts.c.limited_at.is_not(None).label("limited"),
            accounts.c.suspended_at.is_not(None).label("suspended"),
            accounts.c.followers_count,
            accounts.c.following_count,
            # Nobody knows yet of somebody who has not been let in.
            or_(
                users.c.account_id.is_(None), and_(users.c.approved, users.c.confirmed_at.is_not(None))
            ).label("known"),
        )
        .select_from(accounts.outerjoin(users, users.c.account_id == accounts.c.id))
        .where(any_of(accounts.c.id, "ids"))
        .order_by(accounts.c.id)
    )
    if dialect == "postgresql":
        # A block and a follow of the same two must not pass each other unseen.
        statement = statement.with_for_update(key_share=True, of=accounts)
    return statement


_pair = Query(_pair_statement)

_OPTIONS = ("show_reblogs", "notify", "languages")
_add_follow = insert(follows, "id", "follower_id", "target_id", *_OPTIONS, "created_at", "uri", ignore=True)
_add_request = insert(
    follow_requests, "id", "follower_id", "target_id", *_OPTIONS, "created_at", "uri", ignore=True
)


def _between(table: Any) -> Any:
    return and_(
        table.c.follower_id == bindparam("by_follower"), table.c.target_id == bindparam("by_target")
    )


def _options_of(table: Any) -> Query:
    named = (table.c.show_reblogs, table.c.notify, table.c.languages, table.c.uri)
    return Query(select(*named).where(_between(table)))


def _set_options(table: Any) -> Query:
    given = {
        "show_reblogs": bindparam("reblogs", type_=table.c.show_reblogs.type),
        "notify": bindparam("bell", type_=table.c.notify.type),
        "languages": bindparam("tongues", type_=table.c.languages.type),
    }
    return Query(update(table).where(_between(table)).values(given))


_follow_options = _options_of(follows)
_request_options = _options_of(follow_requests)
_set_follow_options = _set_options(follows)
_set_request_options = _set_options(follow_requests)
_remove_follow = Query(delete(follows).where(_between(follows)).returning(follows.c.uri))
_remove_request = Query(
    delete(follow_requests).where(_between(follow_requests)).returning(follow_requests.c.uri)
)


def _name(table: Any) -> Query:
    return Query(update(table).where(_between(table)).values(uri=bindparam("name", type_=table.c.uri.type)))


_name_grant = Query(
    update(follows)
    .where(_between(follows))
    .values(accept_uri=bindparam("name", type_=follows.c.accept_uri.type))
)
_name_follow = _name(follows)
_name_request = _name(follow_requests)

_find_block = Query(
    select(blocks.c.id).where(
        or_(
            and_(blocks.c.account_id == bindparam("one"), blocks.c.target_id == bindparam("other")),
            and_(blocks.c.account_id == bindparam("other"), blocks.c.target_id == bindparam("one")),
        )
    )
)
_person, _other = accounts.alias("person"), accounts.alias("other")
_find_server_block = Query(
    select(account_domain_blocks.c.id)
    .select_from(
        account_domain_blocks.join(_person, _person.c.id == account_domain_blocks.c.account_id).join(
            _other, _other.c.domain == account_domain_blocks.c.domain
        )
    )
    .where(
        or_(
            and_(_person.c.id == bindparam("one"), _other.c.id == bindparam("other")),
            and_(_person.c.id == bindparam("other"), _other.c.id == bindparam("one")),
        )
    )
)
_add_block = insert(blocks, "id", "account_id", "target_id", "created_at", "uri", ignore=True)
_remove_block = Query(
    delete(blocks)
    .where(blocks.c.account_id == bindparam("by_account"), blocks.c.target_id == bindparam("by_target"))
    .returning(blocks.c.id)
)
_add_endorsement = insert(endorsements, "id", "account_id", "target_id", "created_at", ignore=True)
_remove_endorsement = Query(
    delete(endorsements).where(
        endorsements.c.account_id == bindparam("by_account"),
        endorsements.c.target_id == bindparam("by_target"),
    )
)
_put_mute = upsert(
    mutes,
    "id",
    "account_id",
    "target_id",
    "hide_notifications",
    "expires_at",
    "created_at",
    key=("account_id", "target_id"),
    update={
        "hide_notifications": bindparam("hide_notifications", type_=mutes.c.hide_notifications.type),
        "expires_at": bindparam("expires_at", type_=mutes.c.expires_at.type),
        # One that had run out is a new one.
        "id": case((mutes.c.expires_at < bindparam("created_at"), bindparam("id")), else_=mutes.c.id),
    },
)
_remove_mute = Query(
    delete(mutes).where(
        mutes.c.account_id == bindparam("by_account"), mutes.c.target_id == bindparam("by_target")
    )
)
_remove_expired_mutes = Query(delete(mutes).where(mutes.c.expires_at < bindparam("now")))
_put_note = upsert(account_notes, "account_id", "target_id", "comment", key=("account_id", "target_id"))
_remove_note = Query(
    delete(account_notes).where(
        account_notes.c.account_id == bindparam("by_account"),
        account_notes.c.target_id == bindparam("by_target"),
    )
)


async def pair(conn: Connection, one: int, other: int) -> dict[int, Row]:
    """id → what verbs need to know of the two; nobody else changes their relation meanwhile."""
    rows = await conn.all(_pair, ids=[one, other])
    return {row.id: row for row in rows}


async def follow_options(conn: Connection, follower_id: int, target_id: int) -> Row | None:
    """(show_reblogs, notify, languages, uri) of a follow; None where there is none."""
    return await conn.first(_follow_options, by_follower=follower_id, by_target=target_id)


async def request_options(conn: Connection, follower_id: int, target_id: int) -> Row | None:
    """The same of a request."""
    return await conn.first(_request_options, by_follower=follower_id, by_target=target_id)


async def add_follow(
    conn: Connection,
    follower_id: int,
    target_id: int,
    *,
    show_reblogs: bool,
    notify: bool,
    languages: list[str] | None,
    uri: str | None = None,
) -> bool:
    """Whether the follow is new; then it is counted on both sides."""
    made = await conn.run(
        _add_follow,
        id=ids.new_id(),
        follower_id=follower_id,
        target_id=target_id,
        show_reblogs=show_reblogs,
        notify=notify,
        languages=languages,
        created_at=ids.now_ms(),
        uri=uri,
    )
    if made:
        await _count(conn, follower_id, target_id, 1)
    return bool(made)


async def add_request(
    conn: Connection,
    follower_id: int,
    target_id: int,
    *,
    show_reblogs: bool,
    notify: bool,
    languages: list[str] | None,
    uri: str | None = None,
) -> bool:
    """Whether the request is new."""
    made = await conn.run(
        _add_request,
        id=ids.new_id(),
        follower_id=follower_id,
        target_id=target_id,
        show_reblogs=show_reblogs,
        notify=notify,
        languages=languages,
        created_at=ids.now_ms(),
        uri=uri,
    )
    return bool(made)


async def set_options(
    conn: Connection,
    follower_id: int,
    target_id: int,
    *,
    of_request: bool,
    show_reblogs: bool,
    notify: bool,
    languages: list[str] | None,
) -> None:
    """Change what a follow (or a request) asks for."""
    await conn.run(
        _set_request_options if of_request else _set_follow_options,
        by_follower=follower_id,
        by_target=target_id,
        reblogs=show_reblogs,
        bell=notify,
        tongues=languages,
    )


async def name(conn: Connection, follower_id: int, target_id: int, uri: str) -> None:
    """The follow, or the request, travels under the id *uri*, which an answer to it will name."""
    for query in (_name_follow, _name_request):
        await conn.run(query, by_follower=follower_id, by_target=target_id, name=uri)


async def name_grant(conn: Connection, follower_id: int, target_id: int, uri: str) -> None:
    """The follow was granted under the id *uri*, by which that may be taken back."""
    await conn.run(_name_grant, by_follower=follower_id, by_target=target_id, name=uri)


async def remove_follow(conn: Connection, follower_id: int, target_id: int) -> Row | None:
    """(uri,) of the follow there was, which is no longer counted; None where there was none."""
    gone = await conn.first(_remove_follow, by_follower=follower_id, by_target=target_id)
    if gone is not None:
        await _count(conn, follower_id, target_id, -1)
        await remove_endorsement(conn, follower_id, target_id)
    return gone


async def add_endorsement(conn: Connection, account_id: int, target_id: int) -> None:
    """*account_id* recommends *target_id*."""
    await conn.run(
        _add_endorsement,
        id=ids.new_id(),
        account_id=account_id,
        target_id=target_id,
        created_at=ids.now_ms(),
    )


async def remove_endorsement(conn: Connection, account_id: int, target_id: int) -> None:
    """And no longer."""
    await conn.run(_remove_endorsement, by_account=account_id, by_target=target_id)


async def remove_request(conn: Connection, follower_id: int, target_id: int) -> Row | None:
    """(uri,) of the request there was; None where there was none."""
    return await conn.first(_remove_request, by_follower=follower_id, by_target=target_id)


async def _count(conn: Connection, follower_id: int, target_id: int, by: int) -> None:
    await accounts_store.count(conn, follower_id, "following_count", by)
    await accounts_store.count(conn, target_id, "followers_count", by)


async def any_block(conn: Connection, one: int, other: int) -> bool:
    """Whether either blocks the other, or the server on which they live."""
    for query in (_find_block, _find_server_block):
        if await conn.first(query, one=one, other=other) is not None:
            return True
    return False


async def add_block(
    conn: Connection, account_id: int, target_id: int, uri: str | None = None
) -> int | None:
    """The id of the block if it is new; *uri* is that of a Block from elsewhere."""
    block_id = ids.new_id()
    made = await conn.run(
        _add_block,
        id=block_id,
        account_id=account_id,
        target_id=target_id,
        created_at=ids.now_ms(),
        uri=uri,
    )
    return block_id if made else None


async def remove_block(conn: Connection, account_id: int, target_id: int) -> int | None:
    """The id of the block there was."""
    gone: int | None = await conn.scalar(_remove_block, by_account=account_id, by_target=target_id)
    return gone


async def put_mute(
    conn: Connection, account_id: int, target_id: int, *, hide_notifications: bool, expires_at: int | None
) -> None:
    """The mute is as given, new or not."""
    await conn.run(
        _put_mute,
        id=ids.new_id(),
        account_id=account_id,
        target_id=target_id,
        hide_notifications=hide_notifications,
        expires_at=expires_at,
        created_at=ids.now_ms(),
    )


async def remove_mute(conn: Connection, account_id: int, target_id: int) -> bool:
    """Whether there was a mute."""
    return bool(await conn.run(_remove_mute, by_account=account_id, by_target=target_id))


async def forget_expired_mutes(conn: Connection, now: int) -> None:
    """Remove what no reader looks at any more."""
    await conn.run(_remove_expired_mutes, now=now)


async def put_note(conn: Connection, account_id: int, target_id: int, comment: str) -> None:
    """What *account_id* keeps in mind of *target_id*; nothing for an empty *comment*."""
    if comment:
        await conn.run(_put_note, account_id=account_id, target_id=target_id, comment=comment)
    else:
        await conn.run(_remove_note, by_account=account_id, by_target=target_id)
