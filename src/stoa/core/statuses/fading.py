"""Old posts that go by themselves, where their author wants it so: each day, a few at a time, those that
are older than they said and that none of their exceptions keeps.  Boosts stay.

The exceptions are those of Mastodon 4 (account statuses cleanup).
"""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import BigInteger, Integer, bindparam, delete, exists, or_, select

from stoa import ids
from stoa.core.errors import Invalid, Problem
from stoa.core.statuses import delete as deleting
from stoa.db import Connection, Query, upsert
from stoa.db.tables import bookmarks, fading_rules, favourites, status_pins, statuses
from stoa.db.tables.base import Id
from stoa.jobs import queue

FADE = "fade_statuses"
"""The kind of job for one account; it comes back by itself, as long as there is a rule."""

DAY_MS = 24 * 3600 * 1000
AT_ONCE = 20
PAUSE_MS = 60_000  # other servers are told of each
MIN_DAYS, MAX_DAYS = 7, 3_660
_MOST = 1_000_000


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """From which age on, and what stays all the same."""

    after_days: int = 365
    keep_direct: bool = True
    keep_pinned: bool = True
    keep_polls: bool = False
    keep_media: bool = False
    keep_favourited: bool = True
    keep_bookmarked: bool = True
    min_favourites: int | None = None
    min_reblogs: int | None = None


_NAMES = Rule.__struct_fields__
_find = Query(
    select(*(fading_rules.c[name] for name in _NAMES)).where(
        fading_rules.c.account_id == bindparam("account", type_=Id)
    )
)
_put = upsert(fading_rules, "account_id", *_NAMES, key=("account_id",))
_remove = Query(delete(fading_rules).where(fading_rules.c.account_id == bindparam("account", type_=Id)))

_ME: Any = bindparam("account", type_=Id)
_rule = fading_rules


def _marked(table: Any) -> Any:
    return exists().where(table.c.status_id == statuses.c.id, table.c.account_id == _ME)


_old = Query(
    select(statuses.c.id)
    .select_from(statuses.join(_rule, _rule.c.account_id == statuses.c.account_id))
    .where(
        statuses.c.account_id == _ME,
        statuses.c.local,
        statuses.c.reblog_of_id.is_(None),
        statuses.c.created_at < bindparam("before", type_=BigInteger),
        or_(~_rule.c.keep_direct, statuses.c.visibility != "direct"),
        or_(~_rule.c.keep_polls, statuses.c.poll_id.is_(None)),
        or_(~_rule.c.keep_media, ~statuses.c.has_media),
        or_(~_rule.c.keep_pinned, ~_marked(status_pins)),
        or_(~_rule.c.keep_favourited, ~_marked(favourites)),
        or_(~_rule.c.keep_bookmarked, ~_marked(bookmarks)),
        or_(_rule.c.min_favourites.is_(None), statuses.c.favourites_count < _rule.c.min_favourites),
        or_(_rule.c.min_reblogs.is_(None), statuses.c.reblogs_count < _rule.c.min_reblogs),
    )
    .order_by(statuses.c.id)
    .limit(bindparam("limit", type_=Integer))
)


async def rule_of(conn: Connection, account_id: int) -> Rule | None:
    """What the member wants; None: all their posts stay."""
    row = await conn.first(_find, account=account_id)
    return None if row is None else Rule(**row._asdict())


async def want(conn: Connection, account_id: int, rule: Rule | None) -> None:
    """From now on *rule* holds, beginning tomorrow.  Raises Invalid for what is too early or absurd."""
    if rule is None:
        await conn.run(_remove, account=account_id)
        return
    if not MIN_DAYS <= rule.after_days <= MAX_DAYS:
        raise Invalid({"age": [Problem("ERR_INVALID", "must be between a week and ten years")]})
    for number in (rule.min_favourites, rule.min_reblogs):
        if number is not None and not 0 < number <= _MOST:
            raise Invalid({"number": [Problem("ERR_INVALID", "must be between 1 and 1000000")]})
    await conn.run(_put, account_id=account_id, **msgspec.structs.asdict(rule))
    await _again(conn, account_id, ids.now_ms() + DAY_MS)


async def fade(conn: Connection, payload: Any) -> None:
    """Job: delete some old posts of the account; comes again in a minute, or tomorrow."""
    account_id = int(payload["account"])
    rule = await rule_of(conn, account_id)
    if rule is None:
        return
    now = ids.now_ms()
    old = await conn.scalars(_old, account=account_id, before=now - rule.after_days * DAY_MS, limit=AT_ONCE)
    for status_id in old:
        await deleting.delete(conn, account_id, status_id, delete_media=True)
    await _again(conn, account_id, now + (PAUSE_MS if len(old) == AT_ONCE else DAY_MS))


async def _again(conn: Connection, account_id: int, at: int) -> None:
    # One job a member: the one that runs just now, too, makes room for the next.
    key = f"{FADE}:{account_id}"
    await queue.remove(conn, key)
    await queue.add(conn, FADE, {"account": account_id}, run_at=at, unique_key=key)
