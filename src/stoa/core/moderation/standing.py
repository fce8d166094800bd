"""What an account may do, and how it is shown, by decision of the moderators; and the end of that.

suspended: nobody is shown anything of theirs, they cannot sign in, and after KEPT_MS all that they left is
removed.  Until then everything comes back with `unsuspend`, but for the follows of somebody elsewhere.
limited: only their followers meet them.  sensitive: their pictures stand behind a warning.
disabled: they cannot sign in.

Each verb is fine with what is so already, and asks nobody who decided it (`act`).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select

from stoa import ids
from stoa.core import events
from stoa.core.accounts import store as accounts_store
from stoa.core.auth import gates
from stoa.core.auth import store as users_store
from stoa.core.errors import Forbidden, NotFound
from stoa.core.instances import domains, policy
from stoa.core.media import hidden
from stoa.core.relationships import follow
from stoa.core.statuses import store as statuses
from stoa.db import Connection, Query, Row
from stoa.db.tables import accounts, follow_requests, follows, remote_actors, users
from stoa.db.tables.base import Id
from stoa.jobs import queue

PART = "moderation.part"
"""End the follows of a suspended account of another server; {"account": id}."""

LAPSE = "moderation.lapse"
"""Remove what is left of an account that is suspended since then; {"account": id, "since": moment}."""

AGE = "moderation.age"
"""Have the posts of an account shown anew; {"account": id, "after": id of a post}."""

KEPT_MS = 30 * 24 * 3600 * 1000
AT_ONCE = 100

_get = Query(
    select(
        accounts.c.id,
        accounts.c.domain,
        accounts.c.suspended_at,
        accounts.c.limited_at,
        accounts.c.sensitized_at,
        accounts.c.deleted_at,
        users.c.email,
        users.c.disabled_at,
        remote_actors.c.host,
        remote_actors.c.gone_at,
    )
    .select_from(
        accounts.outerjoin(users, users.c.account_id == accounts.c.id).outerjoin(
            remote_actors, remote_actors.c.account_id == accounts.c.id
        )
    )
    .where(accounts.c.id == bindparam("account", type_=Id))
)


def _followed_by(table: Any) -> Any:
    return select(table.c.target_id).where(table.c.follower_id == bindparam("account", type_=Id))


_followed = Query(_followed_by(follows).limit(AT_ONCE))
_asked = Query(_followed_by(follow_requests).limit(AT_ONCE))


async def _require(conn: Connection, account_id: int) -> Row:
    row = await conn.first(_get, account=account_id)
    if row is None:
        raise NotFound
    if row.deleted_at is not None:
        raise Forbidden("That account was deleted.")
    return row


async def suspend(conn: Connection, account_id: int) -> int:
    """Since when they are suspended (unix milliseconds).  Raises NotFound, Forbidden for a deleted one."""
    row = await _require(conn, account_id)
    # By a decision on their server alone: from now on by one on themselves, which outlasts that.
    inherited = row.suspended_at in await _stamps(conn, row)
    if row.suspended_at is not None and not inherited:
        since: int = row.suspended_at
        return since
    now = ids.now_ms()
    await accounts_store.change(conn, account_id, suspended_at=now)
    hidden.changed(conn)
    await queue.add(conn, LAPSE, {"account": account_id, "since": now}, run_at=now + KEPT_MS)
    if row.domain:
        await queue.add(conn, PART, {"account": account_id})
    else:
        if row.email and not await gates.find_canonical(conn, row.email):
            await gates.add_canonical(conn, email=row.email)
        await events.record(conn, events.AccountUpdated(account_id))
    return now


async def unsuspend(conn: Connection, account_id: int) -> None:
    """Raises NotFound; Forbidden for whoever was deleted, or whose server is suspended."""
    row = await _require(conn, account_id)
    if row.suspended_at is None:
        return
    if row.gone_at is not None:
        raise Forbidden("That account was deleted by its server.")
    if row.domain and "suspend" in await _rules(conn, row):
        raise Forbidden("Their server is suspended.")
    await accounts_store.change(conn, account_id, suspended_at=None)
    hidden.changed(conn)
    if not row.domain:
        for block in await gates.find_canonical(conn, row.email) if row.email else ():
            await gates.remove_canonical(conn, block.id)
        await events.record(conn, events.AccountUpdated(account_id))


async def limit(conn: Connection, account_id: int) -> None:
    """Raises NotFound, Forbidden for a deleted one."""
    row = await _require(conn, account_id)
    if row.limited_at is None or row.limited_at in await _stamps(conn, row):
        await accounts_store.change(conn, account_id, limited_at=ids.now_ms())


async def unlimit(conn: Connection, account_id: int) -> None:
    """Raises NotFound; Forbidden for whoever was deleted, or whose server is limited."""
    row = await _require(conn, account_id)
    if row.domain and row.limited_at is not None and "silence" in await _rules(conn, row):
        raise Forbidden("Their server is limited.")
    if row.limited_at is not None:
        await accounts_store.change(conn, account_id, limited_at=None)


async def sensitise(conn: Connection, account_id: int) -> None:
    """Raises NotFound, Forbidden for a deleted one."""
    row = await _require(conn, account_id)
    if row.sensitized_at is None:
        await accounts_store.change(conn, account_id, sensitized_at=ids.now_ms())
        await queue.add(conn, AGE, {"account": account_id, "after": 0})


async def unsensitise(conn: Connection, account_id: int) -> None:
    """Raises NotFound, Forbidden for a deleted one."""
    row = await _require(conn, account_id)
    if row.sensitized_at is not None:
        await accounts_store.change(conn, account_id, sensitized_at=None)
        await queue.add(conn, AGE, {"account": account_id, "after": 0})


async def disable(conn: Connection, account_id: int) -> None:
    """Raises NotFound for whoever does not sign in here."""
    row = await _require(conn, account_id)
    if row.email is None:
        raise NotFound("They do not sign in here.")
    if row.disabled_at is None:
        await users_store.change(conn, account_id, disabled_at=ids.now_ms())


async def enable(conn: Connection, account_id: int) -> None:
    """Raises NotFound for whoever does not sign in here."""
    row = await _require(conn, account_id)
    if row.email is None:
        raise NotFound("They do not sign in here.")
    if row.disabled_at is not None:
        await users_store.change(conn, account_id, disabled_at=None)


async def part(conn: Connection, payload: Any) -> None:
    """The job PART: their server does not know that they are suspended here, and would go on to be sent
    what those they follow write for followers.  Comes again while there are more.
    """
    row = await conn.first(_get, account=payload["account"])
    if row is None or row.suspended_at is None:
        return
    followed = await conn.scalars(_followed, account=row.id)
    asked = await conn.scalars(_asked, account=row.id)
    for target_id in sorted(followed):
        await follow.remove_follower(conn, target_id, row.id)
    for target_id in sorted(asked):
        await follow.reject(conn, target_id, row.id)
    if followed or asked:
        await queue.add(conn, PART, payload)


async def age(conn: Connection, payload: Any) -> None:
    """The job AGE; comes again while there are more posts."""
    last = await statuses.age_some(conn, payload["account"], payload["after"])
    if last is not None:
        await queue.add(conn, AGE, {"account": payload["account"], "after": last})


async def _stamps(conn: Connection, row: Row) -> set[int]:
    """When what holds for the server of *row* was decided."""
    return {one.created_at for one in await domains.list_decided(conn)} if row.domain else set()


async def _rules(conn: Connection, row: Row) -> set[str | None]:
    """What holds for the server, or the servers, of *row*."""
    names = {row.domain, row.host} - {None}
    return {rule.severity for rule in (await policy.rules_of(conn, names)).values()}
