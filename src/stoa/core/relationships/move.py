"""Moving from one account to another: aliases, the move itself, and those here who go along.

A move counts only if the account moved to names the other as an alias: without that anybody could
bring the followers of others to themselves, or send their own to somebody who does not want them.
Posts stay where they are.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import bindparam, select

from stoa import ids
from stoa.core import events
from stoa.core.accounts import store as accounts_store
from stoa.core.errors import Forbidden, NotFound, TooMany, Unprocessable
from stoa.core.relationships import block, follow, store
from stoa.db import Connection, Query, Row, any_of
from stoa.db.tables import account_notes, accounts, blocks, follow_requests, follows, mutes
from stoa.db.tables.base import Id
from stoa.jobs import queue

GO_ALONG = "relationships.go_along"
"""Let those here who follow, block, mute or have noted something of an account do the same with the one
it moved to; {"account": id, "target": id, "stage": …, "after": id}."""

MAX_ALIASES = 10
DAY_MS = 24 * 3600 * 1000
# Those who live here may move once in a month, as in Mastodon; others bring followers once in a week.
COOLDOWN_DAYS = 30
COOLDOWN_ELSEWHERE_DAYS = 7
BATCH = 50

_people = Query(
    select(
        accounts.c.id, accounts.c.uri, accounts.c.domain, accounts.c.also_known_as, accounts.c.moved_to_id,
        accounts.c.moved_at, accounts.c.suspended_at,
    ).where(any_of(accounts.c.id, "ids"))
)  # fmt: skip
_named = Query(select(accounts.c.id, accounts.c.uri).where(any_of(accounts.c.uri, "uris")))

_FROM = bindparam("moved", type_=Id)
_AFTER = bindparam("after", type_=Id)


def _stage(table: Any, person: Any, key: Any, *columns: Any) -> Query:
    """(key, account_id, …) of what people here keep of the account, BATCH of them."""
    return Query(
        select(key.label("key"), person.label("account_id"), *columns)
        .select_from(table.join(accounts, accounts.c.id == person))
        .where(table.c.target_id == _FROM, accounts.c.domain == "", key > _AFTER)
        .order_by(key)
        .limit(BATCH)
    )


_followers = _stage(
    follows, follows.c.follower_id, follows.c.id,
    follows.c.show_reblogs, follows.c.notify, follows.c.languages,
)  # fmt: skip
_blockers = _stage(blocks, blocks.c.account_id, blocks.c.id)
_muters = _stage(mutes, mutes.c.account_id, mutes.c.id, mutes.c.hide_notifications, mutes.c.expires_at)
_noters = _stage(
    account_notes, account_notes.c.account_id, account_notes.c.account_id, account_notes.c.comment
)


def _has(table: Any, person: Any) -> Query:
    return Query(
        select(person).where(person == bindparam("one", type_=Id), table.c.target_id == bindparam("other"))
    )


_follows = _has(follows, follows.c.follower_id)
_asks = _has(follow_requests, follow_requests.c.follower_id)
_mutes = _has(mutes, mutes.c.account_id)
_notes = _has(account_notes, account_notes.c.account_id)


class Alias(NamedTuple):
    """Somebody one also is: the id of the actor, and the account, if it is known here."""

    uri: str
    account_id: int | None


async def aliases(conn: Connection, account_id: int) -> list[Alias]:
    """Whom a member has named, in that order."""
    me = (await _get(conn, account_id))[account_id]
    known = {row.uri: row.id for row in await conn.all(_named, uris=list(me.also_known_as))}
    return [Alias(uri, known.get(uri)) for uri in me.also_known_as]


async def add_alias(conn: Connection, account_id: int, other_id: int) -> None:
    """A member says that they are *other_id* too, so that it can move here.  Raises NotFound, Forbidden,
    Unprocessable.
    """
    if account_id == other_id:
        raise Forbidden("That is this very account.")
    people = await _get(conn, account_id, other_id)
    named, uri = list(people[account_id].also_known_as), people[other_id].uri
    if uri in named:
        return
    if len(named) >= MAX_ALIASES:
        raise Unprocessable(f"You can name at most {MAX_ALIASES} other accounts.")
    await accounts_store.change(conn, account_id, also_known_as=[*named, uri])
    await events.record(conn, events.AccountUpdated(account_id))


async def remove_alias(conn: Connection, account_id: int, uri: str) -> None:
    """A member no longer says so; who has moved here already stays moved."""
    named = list((await _get(conn, account_id))[account_id].also_known_as)
    if uri in named:
        await accounts_store.change(conn, account_id, also_known_as=[one for one in named if one != uri])
        await events.record(conn, events.AccountUpdated(account_id))


async def move(conn: Connection, account_id: int, target_id: int) -> None:
    """A member goes on as *target_id*, and their followers with them.

    Whether it is really them has been asked before (a password).  Raises NotFound, Forbidden,
    Unprocessable (the target does not name this account, or has moved itself), TooMany.
    """
    if account_id == target_id:
        raise Forbidden("That is this very account.")
    people = await _get(conn, account_id, target_id)
    me = people[account_id]
    days = _days_to_wait(me, COOLDOWN_DAYS)
    if days:
        raise TooMany(
            f"You have moved less than {COOLDOWN_DAYS} days ago. "
            f"You can move again in {days} {'day' if days == 1 else 'days'}."
        )
    await _go(conn, me, people[target_id])


async def moved_elsewhere(conn: Connection, account_id: int, target_id: int) -> None:
    """Somebody on another server goes on as *target_id*, who may live anywhere and has just been looked
    at.  Raises NotFound, Forbidden, Unprocessable, TooMany.
    """
    people = await _get(conn, account_id, target_id)
    if account_id == target_id or not people[account_id].domain:
        raise Forbidden("Nobody moves to where they are.")
    if moved_lately(people[account_id].moved_at):
        raise TooMany("Nobody moves twice in a week.")
    await _go(conn, people[account_id], people[target_id])


def moved_lately(moved_at: int | None) -> bool:
    """Whether somebody on another server moved so short a time ago that they cannot move again yet."""
    return moved_at is not None and moved_at > ids.now_ms() - COOLDOWN_ELSEWHERE_DAYS * DAY_MS


async def stay(conn: Connection, account_id: int) -> None:
    """A member has not moved, after all.  Followers who went do not come back."""
    if (await _get(conn, account_id))[account_id].moved_to_id is not None:
        await accounts_store.change(conn, account_id, moved_to_id=None)
        await events.record(conn, events.AccountUpdated(account_id))


async def _get(conn: Connection, *account_ids: int) -> dict[int, Row]:
    found = {row.id: row for row in await conn.all(_people, ids=list(account_ids))}
    if any(one not in found or found[one].suspended_at is not None for one in account_ids):
        raise NotFound
    return found


async def _go(conn: Connection, account: Row, target: Row) -> None:
    if target.moved_to_id is not None:
        raise Unprocessable("That account has moved on itself.")
    if account.uri not in target.also_known_as:
        raise Unprocessable(
            "That account does not name this one as an alias. Sign in there, add the alias, and come back."
        )
    await accounts_store.change(conn, account.id, moved_to_id=target.id, moved_at=ids.now_ms())
    await events.record(conn, events.AccountMoved(account.id, target.id))
    await _later(conn, account.id, target.id, "follows", 0)


def _days_to_wait(me: Row, days: int) -> int:
    """In how many days, a part of one counted as one, they may move again."""
    end = 0 if me.moved_at is None else me.moved_at + days * DAY_MS
    return max(0, -((ids.now_ms() - end) // DAY_MS))


async def _later(conn: Connection, account_id: int, target_id: int, stage: str, after: int) -> None:
    payload = {"account": account_id, "target": target_id, "stage": stage, "after": after}
    await queue.add(conn, GO_ALONG, payload)


async def go_along(conn: Connection, payload: Any) -> None:
    """Job GO_ALONG: a batch of people, and the next job."""
    account_id, target_id = payload["account"], payload["target"]
    stages = list(_STAGES)
    query, carry = _STAGES[payload["stage"]]
    rows = await conn.all(query, moved=account_id, after=payload["after"])
    for row in rows:
        if row.account_id != target_id:
            await carry(conn, row, account_id, target_id)
    if len(rows) == BATCH:
        await _later(conn, account_id, target_id, payload["stage"], rows[-1].key)
    elif payload["stage"] != stages[-1]:
        following = stages[stages.index(payload["stage"]) + 1]
        await _later(conn, account_id, target_id, following, 0)


async def _carry_follow(conn: Connection, row: Row, account_id: int, target_id: int) -> None:
    """Who cannot follow the target (they block each other, or it is gone) stays with the old account."""
    options = {"show_reblogs": row.show_reblogs, "notify": row.notify, "languages": row.languages}
    if await _either(conn, (_follows, _asks), row.account_id, target_id):
        options = {}
    try:
        await follow.follow(conn, row.account_id, target_id, **options)
    except (Forbidden, NotFound, Unprocessable):
        return
    await events.record(conn, events.FollowMoved(row.account_id, account_id, target_id))
    await follow.unfollow(conn, row.account_id, account_id)


async def _carry_block(conn: Connection, row: Row, account_id: int, target_id: int) -> None:
    """But not of somebody whom they follow by their own will."""
    if not await _either(conn, (_follows, _asks), row.account_id, target_id):
        await block.block(conn, row.account_id, target_id)


async def _carry_mute(conn: Connection, row: Row, account_id: int, target_id: int) -> None:
    over = row.expires_at is not None and row.expires_at <= ids.now_ms()
    if not over and not await _either(conn, (_mutes,), row.account_id, target_id):
        await store.put_mute(
            conn,
            row.account_id,
            target_id,
            hide_notifications=row.hide_notifications,
            expires_at=row.expires_at,
        )


async def _carry_note(conn: Connection, row: Row, account_id: int, target_id: int) -> None:
    if not await _either(conn, (_notes,), row.account_id, target_id):
        await store.put_note(conn, row.account_id, target_id, row.comment)


async def _either(conn: Connection, queries: tuple[Query, ...], one: int, other: int) -> bool:
    for query in queries:
        if await conn.scalar(query, one=one, other=other) is not None:
            return True
    return False


_STAGES = {
    "follows": (_followers, _carry_follow),
    "blocks": (_blockers, _carry_block),
    "mutes": (_muters, _carry_mute),
    "notes": (_noters, _carry_note),
}
