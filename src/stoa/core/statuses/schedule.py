"""Statuses for later: kept as drafts, published by a job, listed, moved and cancelled meanwhile.

The house rules are asked when a draft is scheduled and again when its time has come.  One that is
refused then stays in its author's list, past its time, where they can see and cancel it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import bindparam, delete, func, select, update

from stoa import ids
from stoa.core.errors import Forbidden, Invalid, NotFound, Problem, Unprocessable
from stoa.core.media import store as media_store
from stoa.core.policy.draft import Draft
from stoa.core.policy.judge import judge
from stoa.core.statuses import idempotency, quotes
from stoa.core.statuses.publish import publish, read, worded
from stoa.core.statuses.visibility import require_visible, visible
from stoa.db import Connection, Query, Row, insert
from stoa.db.paging import Page, Paged, page_of
from stoa.db.tables import scheduled_statuses
from stoa.ids import Addresses
from stoa.jobs import queue
from stoa.settings import Settings

log = logging.getLogger("stoa.statuses")

PUBLISH = "publish_scheduled"
"""The kind of job that publishes one; its payload is {"scheduled_id": …}."""

AHEAD_MS = 5 * 60 * 1000
FARTHEST_MS = 10 * 366 * 24 * 3600 * 1000
MAX_WAITING = 300

_COLUMNS = (
    scheduled_statuses.c.id,
    scheduled_statuses.c.account_id,
    scheduled_statuses.c.scheduled_at,
    scheduled_statuses.c.params,
    scheduled_statuses.c.media_ids,
)
_add = insert(scheduled_statuses, "id", "account_id", "scheduled_at", "params", "media_ids")
_count = Query(
    select(func.count())
    .select_from(scheduled_statuses)
    .where(scheduled_statuses.c.account_id == bindparam("account"))
)
_media_of = Query(
    select(scheduled_statuses.c.media_ids).where(scheduled_statuses.c.account_id == bindparam("account"))
)
_any = Query(select(*_COLUMNS).where(scheduled_statuses.c.id == bindparam("scheduled")))
_own = Query(
    select(*_COLUMNS).where(
        scheduled_statuses.c.id == bindparam("scheduled"),
        scheduled_statuses.c.account_id == bindparam("account"),
    )
)
_list = Paged(
    select(*_COLUMNS).where(scheduled_statuses.c.account_id == bindparam("account")),
    scheduled_statuses.c.id,
)
_move = Query(
    update(scheduled_statuses)
    .where(scheduled_statuses.c.id == bindparam("scheduled"))
    .values(scheduled_at=bindparam("at"))
)
_remove = Query(delete(scheduled_statuses).where(scheduled_statuses.c.id == bindparam("scheduled")))


class Scheduled(NamedTuple):
    """A draft and its time (unix milliseconds)."""

    id: int
    scheduled_at: int
    draft: Draft


async def schedule(
    conn: Connection,
    draft: Draft,
    at: int,
    settings: Settings,
    addresses: Addresses,
    *,
    scheduled_id: int | None = None,
) -> int:
    """Keep *draft* until *at* (unix milliseconds) and publish it then; its id.

    Raises whatever `publish` would raise now, and Invalid for a time that is too near or too far.
    """
    draft = worded(draft)
    _require_time(at)
    await judge(conn, draft, settings)
    if draft.in_reply_to_id is not None:
        await require_visible(conn, draft.in_reply_to_id, draft.account_id)
    await quotes.find(conn, draft)
    await read(conn, draft, settings, addresses)
    await media_store.require_unused(conn, draft.account_id, draft.media_ids)
    if set(draft.media_ids) & await waiting_media(conn, draft.account_id):
        raise Unprocessable("One of the attached files belongs to another scheduled post already.")
    if await conn.scalar(_count, account=draft.account_id) >= MAX_WAITING:
        raise Unprocessable(f"There are {MAX_WAITING} scheduled posts already.")
    new_id = ids.new_id() if scheduled_id is None else scheduled_id
    await conn.run(
        _add,
        id=new_id,
        account_id=draft.account_id,
        scheduled_at=at,
        params=msgspec.to_builtins(draft),
        media_ids=list(draft.media_ids),
    )
    await _publish_at(conn, new_id, at)
    return new_id


async def waiting_media(conn: Connection, account_id: int) -> set[int]:
    """The attachments that scheduled statuses of the account will use."""
    return _all_media(await conn.scalars(_media_of, account=account_id))


def _all_media(lists: Iterable[Sequence[int]]) -> set[int]:
    return {media_id for one in lists for media_id in one}


async def get(conn: Connection, account_id: int, scheduled_id: int) -> Scheduled:
    """A scheduled status of the account.  Raises NotFound."""
    row = await conn.first(_own, scheduled=scheduled_id, account=account_id)
    if row is None:
        raise NotFound
    return _from_row(row)


async def list_page(conn: Connection, account_id: int, page: Page) -> list[Scheduled]:
    """The scheduled statuses of the account, newest first."""
    return [_from_row(row) for row in await page_of(conn, _list, page, account=account_id)]


async def move(conn: Connection, account_id: int, scheduled_id: int, at: int) -> None:
    """Publish it at *at* instead.  Raises NotFound, Invalid."""
    await get(conn, account_id, scheduled_id)
    _require_time(at)
    await conn.run(_move, scheduled=scheduled_id, at=at)
    await _publish_at(conn, scheduled_id, at)


async def cancel(conn: Connection, account_id: int, scheduled_id: int) -> None:
    """Do not publish it.  Raises NotFound."""
    await get(conn, account_id, scheduled_id)
    await _forget(conn, scheduled_id)


async def come_due(conn: Connection, payload: Any, settings: Settings, addresses: Addresses) -> None:
    """Job: publish a scheduled status, as far as what it answers and quotes is still there."""
    row = await conn.first(_any, scheduled=payload["scheduled_id"])
    if row is None:
        return
    scheduled = _from_row(row)
    draft = await _without_what_is_gone(conn, scheduled.draft)
    try:
        status_id = await publish(conn, draft, settings, addresses)
    except (Unprocessable, Forbidden, NotFound) as refusal:
        # Refused before anything was written.  Nothing would be different at another attempt.
        log.warning("scheduled status %s is not published: %s", scheduled.id, refusal)
        return
    await idempotency.move(conn, row.account_id, scheduled.id, status_id)
    await _forget(conn, scheduled.id)


async def _without_what_is_gone(conn: Connection, draft: Draft) -> Draft:
    wanted = [one for one in (draft.in_reply_to_id, draft.quote_of_id) if one is not None]
    found = await visible(conn, wanted, draft.account_id) if wanted else {}
    if draft.in_reply_to_id not in found:
        draft = msgspec.structs.replace(draft, in_reply_to_id=None)
    quoted = found.get(draft.quote_of_id or 0)
    if quoted is None or not await quotes.may_quote(conn, quoted, draft.account_id):
        draft = msgspec.structs.replace(draft, quote_of_id=None)
    return draft


async def _forget(conn: Connection, scheduled_id: int) -> None:
    await conn.run(_remove, scheduled=scheduled_id)
    await queue.remove(conn, _job_key(scheduled_id))


async def _publish_at(conn: Connection, scheduled_id: int, at: int) -> None:
    await queue.remove(conn, _job_key(scheduled_id))
    await queue.add(
        conn, PUBLISH, {"scheduled_id": scheduled_id}, run_at=at, unique_key=_job_key(scheduled_id)
    )


def _job_key(scheduled_id: int) -> str:
    return f"scheduled:{scheduled_id}"


def _require_time(at: int) -> None:
    now = ids.now_ms()
    if at < now + AHEAD_MS:
        raise Invalid(
            {"scheduled_at": [Problem("ERR_INVALID", "must be at least 5 minutes in the future")]}
        )
    if at > now + FARTHEST_MS:
        raise Invalid({"scheduled_at": [Problem("ERR_INVALID", "must be within ten years")]})


def _from_row(row: Row) -> Scheduled:
    return Scheduled(row.id, row.scheduled_at, msgspec.convert(row.params, Draft))
