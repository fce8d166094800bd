"""Deciding on other servers, with all that follows for those who live there.

A suspended server: its accounts are suspended here, and follows both ways end (in a job, some at a
time); what waits to be sent there is dropped when its turn comes.  A limited one: its accounts are
limited.  When a decision ends or changes, exactly those whom it stamped are let go; follows do not come
back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import and_, case, func, literal_column, or_, select, union_all

from stoa.core.accounts import standing
from stoa.core.errors import NotFound, Unprocessable
from stoa.core.instances import domains, policy
from stoa.core.instances.domains import Decision
from stoa.core.media import foreign
from stoa.core.moderation import files
from stoa.core.relationships import follow, severances
from stoa.core.relationships.severances import Loss
from stoa.db import Connection, Query, any_of
from stoa.db.tables import accounts, follow_requests, follows
from stoa.jobs import queue
from stoa.settings import Settings

SEVER = "domains.sever"
BATCH = 100
MAX_IMPORTED = 20_000


def _ends(table: Any, *, stamp: bool) -> Any:
    """Follows of which one end is suspended by a decision on its server (or lives on one of them)."""
    theirs = any_of(accounts.c.suspended_at, "stamps") if stamp else any_of(accounts.c.domain, "servers")
    return (
        select(table.c.follower_id, table.c.target_id, accounts.c.domain, accounts.c.id.label("theirs"))
        .select_from(
            table.join(
                accounts,
                or_(accounts.c.id == table.c.follower_id, accounts.c.id == table.c.target_id),
            )
        )
        .where(and_(accounts.c.domain != "", theirs))
    )


_to_sever = Query(
    union_all(_ends(follows, stamp=True), _ends(follow_requests, stamp=True)).limit(
        literal_column(str(BATCH))
    )
)
_following = _ends(follows, stamp=False).subquery()
_other_end = case(
    (_following.c.theirs == _following.c.follower_id, _following.c.target_id),
    else_=_following.c.follower_id,
)
_losses = Query(
    select(
        _following.c.domain,
        _other_end.label("ours"),
        func.count(case((_following.c.theirs == _following.c.follower_id, 1))).label("followers"),
        func.count(case((_following.c.theirs == _following.c.target_id, 1))).label("following"),
    )
    .select_from(_following.join(accounts, accounts.c.id == _other_end))
    .where(accounts.c.domain == "")
    .group_by(_following.c.domain, _other_end)
)
_count = Query(
    select(
        _following.c.domain,
        (_following.c.theirs == _following.c.follower_id).label("follows_us"),
        func.count().label("number"),
    ).group_by(_following.c.domain, _following.c.theirs == _following.c.follower_id)
)


async def decide(conn: Connection, settings: Settings, *decisions: Decision) -> None:
    """They hold from now on; later ones take the place of earlier ones on the same domain.  Raises
    Unprocessable.
    """
    if len(decisions) > MAX_IMPORTED:
        raise Unprocessable(f"At most {MAX_IMPORTED} servers can be decided on at once.")
    stamps = await _stamps(conn)
    names = [domains.checked(decision.domain) for decision in decisions]
    ours = policy.upwards(settings.domain)
    for name, decision in zip(names, decisions, strict=True):
        if name in ours:
            raise Unprocessable(f"{name} is this very server, or one that it is part of.")
        await domains.put(conn, decision)
    await _apply(conn, names, stamps)


async def undo(conn: Connection, domain: str) -> None:
    """Nothing is decided on *domain* itself any more.  Raises NotFound, Unprocessable."""
    stamps = await _stamps(conn)
    name = domains.checked(domain)
    if not await domains.remove(conn, name):
        raise NotFound(f"Nothing was decided on {name}.")
    await _apply(conn, [name], stamps)


async def would_sever(conn: Connection, names: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Server → how many follows of it end (theirs of people here, those of people here), if all of
    *names* were suspended; those alone of which any do.
    """
    checked = [domains.checked(name) for name in names]
    found: dict[str, tuple[int, int]] = {}
    for row in await conn.all(_count, servers=sorted(await _under(conn, checked))):
        theirs, ours = found.get(row.domain, (0, 0))
        found[row.domain] = (theirs + row.number, ours) if row.follows_us else (theirs, ours + row.number)
    return found


async def sever(conn: Connection, payload: Any) -> None:
    """The job SEVER: end some follows with those whose server is suspended; comes again while there are
    more.
    """
    stamps = {one.created_at for one in await domains.list_decided(conn) if one.severity == "suspend"}
    rows = await conn.all(_to_sever, stamps=sorted(stamps))
    for row in rows:
        await follow.unfollow(conn, row.follower_id, row.target_id)
    if rows:
        await queue.add(conn, SEVER)


async def _stamps(conn: Connection) -> set[int]:
    return {one.created_at for one in await domains.list_decided(conn)}


async def _apply(conn: Connection, names: Sequence[str], stamps: set[int]) -> None:
    """Bring the accounts under *names* in step with what is decided now; *stamps* are those of what was
    decided before.
    """
    known = await _under(conn, names)
    for column in standing.STANDINGS:
        await standing.lift(conn, known, column, stamps)
    by_rule: dict[tuple[standing.Standing, int], list[str]] = {}
    for name, rule in (await policy.rules_of(conn, known)).items():
        if rule.since is not None and rule.severity in ("suspend", "silence"):
            given: standing.Standing = "suspended_at" if rule.severity == "suspend" else "limited_at"
            by_rule.setdefault((given, rule.since), []).append(name)
    for (column, since), there in by_rule.items():
        await standing.stamp(conn, there, column, since)
        if column == "suspended_at":
            await _tell_losses(conn, there)
    if any(column == "suspended_at" for column, _ in by_rule):
        await queue.add(conn, SEVER)
    await files.settle_later(conn, known)
    await queue.add(conn, foreign.PRUNE)  # copies of files that are not taken any more


async def _tell_losses(conn: Connection, servers: Sequence[str]) -> None:
    """Members are told whom they lose; follows that have ended already are not there to be told again."""
    lost: dict[str, list[tuple[int, Loss]]] = {}
    for row in await conn.all(_losses, servers=sorted(servers)):
        lost.setdefault(row.domain, []).append((row.ours, Loss(row.followers, row.following)))
    for server, losses in lost.items():
        await severances.record(conn, "domain_block", server, losses)


async def _under(conn: Connection, names: Sequence[str]) -> set[str]:
    """The names of known servers that are among *names* or under one of them."""
    wanted = set(names)
    return {
        server for server in await standing.servers(conn) if wanted.intersection(policy.upwards(server))
    }
