"""What members want to be told by whom: accept, filter (keep back, as a request) or drop.

Asked when somebody would be told, never again afterwards.  Nothing is kept back of what
1. those do whose requests were accepted, and those who moderate here;
2. concerns nobody else: polls, edits, reports, what was lost.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Literal

import msgspec
from sqlalchemy import BigInteger, bindparam, exists, or_, select

from stoa import ids
from stoa.core.notifications.model import MODERATORS, Type
from stoa.db import Connection, Query, Row, any_of, upsert
from stoa.db.tables import (
    accounts,
    follows,
    mentions,
    notification_permissions,
    notification_policies,
    statuses,
    users,
)
from stoa.db.tables.base import Id

Verdict = Literal["accept", "filter", "drop"]

NEW_ACCOUNT_MS = 30 * 24 * 3600 * 1000
NEW_FOLLOWER_MS = 3 * 24 * 3600 * 1000

ASKED_ABOUT: frozenset[Type] = frozenset(
    ("mention", "reblog", "follow", "follow_request", "favourite", "quote", "added_to_collection")
)


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """What happens with what is done by those one does not follow, … (Mastodon 4.3's defaults)."""

    for_not_following: Verdict = "accept"
    for_not_followers: Verdict = "accept"
    for_new_accounts: Verdict = "accept"
    for_private_mentions: Verdict = "filter"
    for_limited_accounts: Verdict = "filter"


_NAMES = Policy.__struct_fields__
_find = Query(
    select(*[notification_policies.c[name] for name in _NAMES]).where(
        notification_policies.c.account_id == bindparam("account", type_=Id)
    )
)
_put = upsert(notification_policies, "account_id", *_NAMES, key=("account_id",))

_FROM: Any = bindparam("from_id", type_=Id)
_sender: Any = accounts.alias("sender")
_status: Any = statuses.alias("status")
_earlier: Any = statuses.alias("earlier")
_named: Any = mentions.alias("named")
_follows: Any = follows.alias("following")
_followed: Any = follows.alias("followed")
# A private answer to what the member wrote to the sender in private is no message out of the blue.
_is_answer = exists(
    select(_earlier.c.id)
    .select_from(_earlier.join(_named, _named.c.status_id == _earlier.c.id))
    .where(
        _earlier.c.conversation_id == _status.c.conversation_id,
        _earlier.c.account_id == accounts.c.id,
        _earlier.c.visibility == "direct",
        _earlier.c.id < _status.c.id,
        _named.c.account_id == _FROM,
    )
)
_out_of_the_blue = exists(
    select(_status.c.id).where(
        _status.c.id == bindparam("status", type_=Id),
        _status.c.visibility == "direct",
        or_(_status.c.in_reply_to_id.is_(None), ~_is_answer),
    )
)
_facts = Query(
    select(
        accounts.c.id.label("account_id"),
        *[notification_policies.c[name] for name in _NAMES],
        _sender.c.created_at.label("sender_since"),
        _sender.c.limited_at.is_not(None).label("limited"),
        exists()
        .where(_follows.c.follower_id == accounts.c.id, _follows.c.target_id == _sender.c.id)
        .label("following"),
        exists()
        .where(
            _followed.c.follower_id == _sender.c.id,
            _followed.c.target_id == accounts.c.id,
            _followed.c.created_at <= bindparam("long_ago", type_=BigInteger),
        )
        .label("followed"),
        or_(
            exists().where(
                notification_permissions.c.account_id == accounts.c.id,
                notification_permissions.c.from_account_id == _sender.c.id,
            ),
            exists().where(
                users.c.account_id == _sender.c.id, or_(*(users.c.role == one for one in MODERATORS))
            ),
        ).label("welcome"),
        _out_of_the_blue.label("private"),
    )
    .select_from(
        accounts.join(_sender, _sender.c.id == _FROM).outerjoin(
            notification_policies, notification_policies.c.account_id == accounts.c.id
        )
    )
    .where(any_of(accounts.c.id, "accounts"))
)


async def of(conn: Connection, account_id: int) -> Policy:
    """What the member has decided; the defaults, if nothing."""
    row = await conn.first(_find, account=account_id)
    return Policy() if row is None else Policy(**row._asdict())


async def change(conn: Connection, account_id: int, wanted: Policy) -> None:
    """*wanted* holds for what comes."""
    await conn.run(_put, account_id=account_id, **msgspec.structs.asdict(wanted))


async def verdicts(
    conn: Connection,
    account_ids: Collection[int],
    type_: Type,
    *,
    from_id: int,
    status_id: int | None = None,
) -> dict[int, Verdict]:
    """What becomes of a notification to each of *account_ids*: one query, none for what is always told."""
    if type_ not in ASKED_ABOUT or not account_ids:
        return dict.fromkeys(account_ids, "accept")
    now = ids.now_ms()
    rows = await conn.all(
        _facts,
        accounts=list(account_ids),
        from_id=from_id,
        status=(status_id or 0) if type_ == "mention" else 0,
        long_ago=now - NEW_FOLLOWER_MS,
    )
    return {row.account_id: _verdict(row, now) for row in rows}


def _verdict(row: Row, now: int) -> Verdict:
    if row.welcome:
        return "accept"
    decided = row.for_not_following is not None
    policy = Policy(**{name: getattr(row, name) for name in _NAMES}) if decided else Policy()
    stranger = not row.following
    found: set[Verdict] = {
        verdict
        for verdict, applies in (
            (policy.for_not_following, stranger),
            (policy.for_not_followers, not row.followed),
            (policy.for_new_accounts, stranger and row.sender_since > now - NEW_ACCOUNT_MS),
            (policy.for_private_mentions, stranger and row.private),
            (policy.for_limited_accounts, stranger and row.limited),
        )
        if applies
    }
    return "drop" if "drop" in found else "filter" if "filter" in found else "accept"
