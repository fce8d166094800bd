"""Quoting: who may, what becomes of it, and how the quoted author takes it back.

1. Direct posts are quoted by nobody.
2. Private ones by their author only, and then not to a wider circle.
3. Others by whom the author's policy names: everyone, followers, or nobody but the author.

A quote of a post that lives elsewhere waits ("pending") for its author's consent, which only the
federation door can ask for.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import bindparam, exists, select, update

from stoa.core import events
from stoa.core.errors import Forbidden, NotFound, Unprocessable
from stoa.core.policy.draft import VISIBILITIES, Draft, QuotePolicy, Visibility
from stoa.core.statuses import store
from stoa.core.statuses.model import QuoteState
from stoa.core.statuses.visibility import require_answerable, require_original, require_visible
from stoa.db import Connection, Query, Row
from stoa.db.tables import follows, statuses

_follows = Query(
    select(
        exists().where(
            follows.c.follower_id == bindparam("follower"), follows.c.target_id == bindparam("target")
        )
    )
)
_own = Query(
    select(statuses.c.id, statuses.c.visibility, statuses.c.quote_policy).where(
        statuses.c.id == bindparam("status"),
        statuses.c.account_id == bindparam("account"),
        statuses.c.reblog_of_id.is_(None),
    )
)
_any = Query(
    select(statuses.c.visibility, statuses.c.quote_policy).where(statuses.c.id == bindparam("status"))
)
_quoting = Query(
    select(statuses.c.id, statuses.c.quote_of_id, statuses.c.quote_state).where(
        statuses.c.id == bindparam("status")
    )
)
_orphan = Query(
    update(statuses)
    .where(statuses.c.quote_of_id == bindparam("quoted"))
    .values(quote_state="deleted", version=statuses.c.version + 1)
)


class Quoted(NamedTuple):
    """What a draft quotes, and whether its author agrees."""

    id: int
    state: QuoteState
    visibility: Visibility


async def find(conn: Connection, draft: Draft) -> Quoted | None:
    """What *draft* quotes; None if it quotes nothing.

    Raises NotFound for what its author may not see, Unprocessable for what they may not quote.
    """
    if draft.quote_of_id is None:
        return None
    if not draft.local:
        row = await require_answerable(conn, draft.quote_of_id, draft.account_id)
        return Quoted(row.id, draft.quote_state or "pending", row.visibility)
    row = await require_original(conn, draft.quote_of_id, draft.account_id)
    if not await may_quote(conn, row, draft.account_id):
        raise Unprocessable("Its author does not let you quote this post.")
    return Quoted(row.id, "accepted" if row.local else "pending", row.visibility)


async def may_quote(conn: Connection, status: Row, account_id: int) -> bool:
    """Whether the account may quote *status*, a row of `require_visible`."""
    if status.visibility == "direct":
        return False
    if status.account_id == account_id:
        return True
    if status.visibility == "private":
        return False
    policy: QuotePolicy = status.quote_policy
    if policy == "followers":
        return bool(await conn.scalar(_follows, follower=account_id, target=status.account_id))
    return policy == "public"


def narrowed(visibility: Visibility, quoted: Quoted | None) -> Visibility:
    """*visibility*, or that of what is quoted where that is narrower: quoting tells nobody more."""
    if quoted is None:
        return visibility
    return max(visibility, quoted.visibility, key=VISIBILITIES.index)


def effective_policy(policy: QuotePolicy, visibility: Visibility) -> QuotePolicy:
    """*policy*, which for posts to a chosen circle can only be "nobody"."""
    return policy if visibility in ("public", "unlisted") else "nobody"


async def set_policy(conn: Connection, account_id: int, status_id: int, policy: QuotePolicy) -> None:
    """Who may quote a status from now on.  Raises NotFound unless it is the account's own."""
    row = await conn.first(_own, status=status_id, account=account_id)
    if row is None:
        raise NotFound
    wanted = effective_policy(policy, row.visibility)
    if wanted != row.quote_policy:
        await store.change(conn, status_id, quote_policy=wanted)
        await events.record(conn, events.StatusEdited(status_id))


async def note_policy(conn: Connection, status_id: int, policy: QuotePolicy) -> None:
    """Another server says who may quote its status; that is no edit of which anybody is told."""
    row = await conn.first(_any, status=status_id)
    if row is not None and effective_policy(policy, row.visibility) != row.quote_policy:
        await store.change(conn, status_id, quote_policy=effective_policy(policy, row.visibility))


async def revoke(conn: Connection, account_id: int, status_id: int, quoting_id: int) -> None:
    """The author of *status_id* no longer wants to be quoted by *quoting_id*.

    Raises NotFound where there is no such quote, Forbidden where the quoted status is another's.
    """
    quoted = await require_visible(conn, status_id, account_id)
    row = await conn.first(_quoting, status=quoting_id)
    if row is None or row.quote_of_id != status_id:
        raise NotFound
    if quoted.account_id != account_id:
        raise Forbidden("This action is not allowed")
    if row.quote_state == "accepted":
        await store.count(conn, status_id, "quotes_count", -1)
    if row.quote_state != "revoked":
        await store.change(conn, quoting_id, quote_state="revoked")
        await events.record(conn, events.QuoteRevoked(account_id, status_id, quoting_id))
        await events.record(conn, events.StatusEdited(quoting_id))


async def attach(conn: Connection, quoting_id: int, quoted_id: int, state: QuoteState) -> None:
    """A status from elsewhere quotes *quoted_id*, which is here since a moment ago."""
    await store.change(conn, quoting_id, quote_of_id=quoted_id, quote_state="pending")
    await settle(conn, quoting_id, state)


async def settle(conn: Connection, quoting_id: int, state: QuoteState) -> None:
    """It is known now whether a status may quote what it quotes; fine if that is known already."""
    row = await conn.first(_quoting, status=quoting_id)
    if row is None or row.quote_of_id is None or row.quote_state == state:
        return
    counted = (state == "accepted") - (row.quote_state == "accepted")
    if counted:
        await store.count(conn, row.quote_of_id, "quotes_count", counted)
    await store.change(conn, quoting_id, quote_state=state)
    await events.record(conn, events.QuoteSettled(quoting_id))


async def orphan(conn: Connection, status_id: int) -> None:
    """What quotes a status that is about to go says so."""
    await conn.run(_orphan, quoted=status_id)
