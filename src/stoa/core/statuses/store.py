"""The only writes to `statuses`, `mentions`, `tags` and `status_tags`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import bindparam, case, delete, select, update

from stoa import ids, text
from stoa.db import Connection, Query, any_of, insert
from stoa.db.tables import mentions, status_tags, statuses, tags

AGED_AT_ONCE = 200
COUNTERS = ("replies_count", "reblogs_count", "favourites_count", "quotes_count")

_add_mention = insert(mentions, "status_id", "account_id", "silent", ignore=True)
_mentioned = Query(
    select(mentions.c.account_id, mentions.c.silent).where(mentions.c.status_id == bindparam("status"))
)
_remove_mentions = Query(
    delete(mentions).where(
        mentions.c.status_id == bindparam("status"), any_of(mentions.c.account_id, "ids")
    )
)
_add_tag = insert(tags, "id", "name", "key", "created_at", ignore=True)
_tags_by_key = Query(select(tags.c.id, tags.c.key).where(any_of(tags.c.key, "keys")))
_add_status_tag = insert(status_tags, "tag_id", "status_id", ignore=True)
_remove_status_tags = Query(delete(status_tags).where(status_tags.c.status_id == bindparam("status")))
_set_poll = Query(
    update(statuses).where(statuses.c.id == bindparam("status")).values(poll_id=bindparam("poll"))
)
# Nothing is changed: on PostgreSQL the row is locked, so that edits of one status queue up.
_lock = Query(
    update(statuses).where(statuses.c.id == bindparam("status")).values(version=statuses.c.version)
)
_remove = Query(delete(statuses).where(statuses.c.id == bindparam("status")))


async def add(conn: Connection, **columns: Any) -> None:
    """A new row of `statuses`.  Raises UniqueViolation where its uri is known already."""
    await conn.run(_insert(tuple(sorted(columns)), ignore=False), **columns)


async def add_reblog(conn: Connection, **columns: Any) -> bool:
    """A new boost; whether it was not there yet."""
    return bool(await conn.run(_insert(tuple(sorted(columns)), ignore=True), **columns))


@cache
def _insert(names: tuple[str, ...], *, ignore: bool) -> Query:
    return insert(statuses, *names, ignore=ignore)


async def remove(conn: Connection, status_id: int) -> bool:
    """Delete a row and, by its foreign keys, all that hangs on it; whether it was there."""
    return bool(await conn.run(_remove, status=status_id))


async def change(conn: Connection, status_id: int, **columns: Any) -> None:
    """Set *columns* of a status; what was rendered of it before is out of date."""
    names = tuple(sorted(columns))
    await conn.run(_set(names), status=status_id, **{f"new_{name}": columns[name] for name in names})


@cache
def _set(names: tuple[str, ...]) -> Query:
    values: dict[str, Any] = {name: bindparam(f"new_{name}", type_=statuses.c[name].type) for name in names}
    return Query(
        update(statuses)
        .where(statuses.c.id == bindparam("status"))
        .values(**values, version=statuses.c.version + 1)
    )


async def lock(conn: Connection, status_id: int) -> None:
    """Whoever else wants to change the status waits until this transaction has ended."""
    await conn.run(_lock, status=status_id)


async def set_poll(conn: Connection, status_id: int, poll_id: int | None) -> None:
    """The status asks in this poll; part of making or changing it, so the version stays."""
    await conn.run(_set_poll, status=status_id, poll=poll_id)


_age = Query(
    update(statuses)
    .where(
        statuses.c.id.in_(
            select(statuses.c.id)
            .where(
                statuses.c.account_id == bindparam("account"),
                statuses.c.id > bindparam("after"),
                statuses.c.has_media,
            )
            .order_by(statuses.c.id)
            .limit(AGED_AT_ONCE)
        )
    )
    .values(version=statuses.c.version + 1)
    .returning(statuses.c.id)
)


async def age_some(conn: Connection, account_id: int, after: int) -> int | None:
    """What was rendered of the posts with files of *account_id* is out of date, of the oldest after
    *after*; the last of them, None where there are no more.
    """
    aged = await conn.scalars(_age, account=account_id, after=after)
    return max(aged) if len(aged) == AGED_AT_ONCE else None


async def count(conn: Connection, status_id: int, counter: str, by: int) -> None:
    """Move one of COUNTERS by *by*, never below zero."""
    await conn.run(_bump(counter), status=status_id, by=by)


@cache
def _bump(counter: str) -> Query:
    grown = statuses.c[counter] + bindparam("by")
    return Query(
        update(statuses)
        .where(statuses.c.id == bindparam("status"))
        .values({counter: case((grown < 0, 0), else_=grown)})
    )


async def mentioned(conn: Connection, status_id: int) -> dict[int, bool]:
    """The ids of the accounts a status addresses → whether it does so silently."""
    return {row.account_id: row.silent for row in await conn.all(_mentioned, status=status_id)}


async def add_mentions(
    conn: Connection, status_id: int, account_ids: Iterable[int], *, silent: bool = False
) -> None:
    """The status addresses these accounts; with *silent*, without naming them."""
    everyone = sorted(set(account_ids))
    if everyone:
        await conn.run_many(
            _add_mention,
            [{"status_id": status_id, "account_id": one, "silent": silent} for one in everyone],
        )


async def remove_mentions(conn: Connection, status_id: int, account_ids: Iterable[int]) -> None:
    """The status no longer addresses these accounts."""
    gone = sorted(set(account_ids))
    if gone:
        await conn.run(_remove_mentions, status=status_id, ids=gone)


async def set_tags(conn: Connection, status_id: int, names: Sequence[str], *, anew: bool = False) -> None:
    """The status has the hashtags *names* (without '#'), and with *anew* no other."""
    if anew:
        await conn.run(_remove_status_tags, status=status_id)
    # In one order for everybody, so that two posts with the same tags do not wait for each other.
    keys = dict(sorted((text.normalise_hashtag(name), name) for name in names))
    if not keys:
        return
    known = {row.key: row.id for row in await conn.all(_tags_by_key, keys=list(keys))}
    missing = [key for key in keys if key not in known]
    if missing:
        now = ids.now_ms()
        await conn.run_many(
            _add_tag,
            [{"id": ids.new_id(), "name": keys[key], "key": key, "created_at": now} for key in missing],
        )
        known = {row.key: row.id for row in await conn.all(_tags_by_key, keys=list(keys))}
    await conn.run_many(
        _add_status_tag, [{"tag_id": tag_id, "status_id": status_id} for tag_id in known.values()]
    )
