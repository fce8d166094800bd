"""Follows and requests to follow, both ends of them.

An account of another server and one that is locked are asked; the others are followed at once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from stoa.core import events
from stoa.core.errors import Forbidden, Invalid, NotFound, Problem, Unprocessable
from stoa.core.relationships import store
from stoa.db import Connection, Row

FOLLOWS_LIMIT = 7500  # as in Mastodon; those with more followers than that may follow a tenth more
MAX_LANGUAGES = 50

_LANGUAGE = re.compile(r"\A[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}\Z")


async def follow(
    conn: Connection,
    follower_id: int,
    target_id: int,
    *,
    show_reblogs: bool | None = None,
    notify: bool | None = None,
    languages: Sequence[str] | None = None,
    uri: str | None = None,
) -> None:
    """Follow, or ask to, or change what is shown of somebody followed already.

    What is None stays as it is (at first: boosts, no notifications, all languages); no languages at
    all means all.  *uri* is that of a Follow from elsewhere.  Raises NotFound, Forbidden,
    Unprocessable.
    """
    tongues = None if languages is None else _checked(languages)
    if follower_id == target_id:
        raise Forbidden("You cannot follow yourself")
    people = await store.pair(conn, follower_id, target_id)
    target, follower = people.get(target_id), people.get(follower_id)
    if target is None or follower is None or target.suspended or not target.known:
        raise NotFound
    existing = await store.follow_options(conn, follower_id, target_id)
    asked = None if existing else await store.request_options(conn, follower_id, target_id)
    present = existing or asked
    if present is not None:
        await store.set_options(
            conn,
            follower_id,
            target_id,
            of_request=existing is None,
            show_reblogs=present.show_reblogs if show_reblogs is None else show_reblogs,
            notify=present.notify if notify is None else notify,
            languages=present.languages if tongues is None else tongues or None,
        )
        return
    await _check_allowed(conn, follower, target)
    options: dict[str, Any] = {
        "show_reblogs": show_reblogs is not False,
        "notify": bool(notify),
        "languages": tongues or None,
        "uri": uri,
    }
    if target.locked or target.domain or follower.limited:
        if await store.add_request(conn, follower_id, target_id, **options):
            await events.record(conn, events.FollowRequested(follower_id, target_id, uri))
    elif await store.add_follow(conn, follower_id, target_id, **options):
        await events.record(conn, events.Followed(follower_id, target_id, uri))


def _checked(languages: Sequence[str]) -> list[str]:
    kept = [language for language in dict.fromkeys(languages) if language]
    if len(kept) > MAX_LANGUAGES or not all(_LANGUAGE.match(language) for language in kept):
        raise Invalid({"languages": [Problem("ERR_INVALID", "is invalid")]})
    return kept


async def _check_allowed(conn: Connection, follower: Row, target: Row) -> None:
    if target.moved_to_id is not None or await store.any_block(conn, follower.id, target.id):
        raise Forbidden("This action is not allowed")
    limit = max(FOLLOWS_LIMIT, follower.followers_count * 11 // 10)
    if not follower.domain and follower.following_count >= limit:
        raise Unprocessable(f"You cannot follow more than {limit} people")


async def unfollow(conn: Connection, follower_id: int, target_id: int) -> None:
    """No follow and no request of *follower_id* is left."""
    await store.pair(conn, follower_id, target_id)
    gone = await store.remove_follow(conn, follower_id, target_id)
    withdrawn = await store.remove_request(conn, follower_id, target_id)
    ended = gone or withdrawn
    if ended is not None:
        await events.record(conn, events.Unfollowed(follower_id, target_id, uri=ended.uri))


async def remove_follower(conn: Connection, account_id: int, follower_id: int) -> None:
    """*follower_id* no longer follows *account_id*; a request stays."""
    await store.pair(conn, account_id, follower_id)
    ended = await store.remove_follow(conn, follower_id, account_id)
    if ended is not None:
        unfollowed = events.Unfollowed(follower_id, account_id, by_target=True, uri=ended.uri)
        await events.record(conn, unfollowed)


async def accept(conn: Connection, account_id: int, follower_id: int) -> None:
    """*account_id* grants the request of *follower_id*.  Raises NotFound when there is none."""
    await store.pair(conn, account_id, follower_id)
    asked = await store.request_options(conn, follower_id, account_id)
    if asked is None:
        raise NotFound
    await store.remove_request(conn, follower_id, account_id)
    if await store.add_follow(conn, follower_id, account_id, **asked._asdict()):
        await events.record(conn, events.Followed(follower_id, account_id, asked.uri))


async def reject(conn: Connection, account_id: int, follower_id: int) -> None:
    """*account_id* turns the request of *follower_id* down.  Raises NotFound when there is none."""
    asked = await store.remove_request(conn, follower_id, account_id)
    if asked is None:
        raise NotFound
    await events.record(conn, events.FollowRejected(follower_id, account_id, asked.uri))
