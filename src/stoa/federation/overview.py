"""How the way out and the way in are doing, for administrators.  Reads alone."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import func, select

from stoa.core.instances import health, programs
from stoa.db import Connection, Query, Row
from stoa.db.tables import deliveries, delivery_hosts, incoming, instances, outgoing
from stoa.federation import unknown
from stoa.jobs import queue

SHOWN = 50

_by_host = Query(
    select(
        deliveries.c.host,
        func.count().label("waiting"),
        func.min(outgoing.c.created_at).label("oldest"),
        func.max(deliveries.c.attempts).label("attempts"),
        func.max(deliveries.c.last_error).label("error"),
        func.max(delivery_hosts.c.run_at).label("next_try"),
    )
    .select_from(
        deliveries.join(outgoing, outgoing.c.id == deliveries.c.outgoing_id).outerjoin(
            delivery_hosts, delivery_hosts.c.host == deliveries.c.host
        )
    )
    .group_by(deliveries.c.host)
    .order_by(func.count().desc(), deliveries.c.host)
    .limit(SHOWN)
)
_totals = Query(
    select(
        select(func.count()).select_from(deliveries).scalar_subquery().label("waiting"),
        select(func.count()).select_from(delivery_hosts).scalar_subquery().label("hosts"),
        select(func.count()).select_from(incoming).scalar_subquery().label("incoming"),
        select(func.min(incoming.c.received_at)).scalar_subquery().label("incoming_oldest"),
        select(func.count()).select_from(instances).scalar_subquery().label("known"),
    )
)
_held_up = Query(
    select(
        incoming.c.host,
        func.count().label("waiting"),
        func.min(incoming.c.received_at).label("oldest"),
        func.max(incoming.c.attempts).label("attempts"),
        func.min(incoming.c.run_at).label("next_try"),
        func.max(incoming.c.last_error).label("error"),
    )
    .where(incoming.c.last_error != "")
    .group_by(incoming.c.host)
    .order_by(func.count().desc(), incoming.c.host)
    .limit(SHOWN)
)
_given_up = Query(
    select(instances.c.domain, instances.c.given_up_at)
    .where(instances.c.given_up_at.is_not(None))
    .order_by(instances.c.given_up_at.desc(), instances.c.domain)
)


class Line(NamedTuple):
    """What waits for a server.  Times are unix milliseconds; *paused_until* None: it is not paused."""

    host: str
    waiting: int
    oldest: int
    attempts: int
    next_try: int | None
    failures: int
    failed_days: int
    paused_until: int | None
    error: str
    runs: str  # `mastodon 4.5.2`; "" where it has not said


class Held(NamedTuple):
    """What came from a server and could not have its effects yet, tried *attempts* times at most."""

    host: str
    waiting: int
    oldest: int
    attempts: int
    next_try: int
    error: str


class Overview(NamedTuple):
    """The whole; *lines* and *held_up* are the SHOWN servers with most waiting, *given_up* (server,
    since when), *programs* what most servers run (software, servers), *unknown* what came and is of no
    use here (unknown.most).
    """

    waiting: int
    hosts: int
    incoming: int
    incoming_oldest: int | None
    known: int
    parked: int
    lines: list[Line]
    given_up: list[tuple[str, int]]
    held_up: list[Held]
    programs: list[Row]
    unknown: list[Row]


async def overview(conn: Connection, now: int) -> Overview:
    """How it is at *now*.  Counts whole tables: give it a long connection."""
    totals = await conn.first(_totals)
    assert totals is not None
    rows = await conn.all(_by_host)
    standings = await health.standings(conn, [row.host for row in rows])
    runs = await programs.of(conn, [row.host for row in rows])
    lines = []
    for row in rows:
        known = standings.get(row.host)
        paused = known.paused_until if known is not None and (known.paused_until or 0) > now else None
        failures, days = (known.failures, known.failed_days) if known is not None else (0, 0)
        lines.append(
            Line(
                row.host, row.waiting, row.oldest, row.attempts, row.next_try, failures, days, paused,
                row.error, runs.get(row.host, ""),
            )
        )  # fmt: skip
    given_up = [(row.domain, row.given_up_at) for row in await conn.all(_given_up)]
    held_up = [Held(*row) for row in await conn.all(_held_up)]
    parked = await queue.count_parked(conn)
    return Overview(
        totals.waiting, totals.hosts, totals.incoming, totals.incoming_oldest, totals.known, parked,
        lines, given_up, held_up, await programs.counted(conn), await unknown.most(conn),
    )  # fmt: skip
