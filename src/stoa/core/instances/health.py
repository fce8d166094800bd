"""How other servers have been answering: whom to leave in peace, and for how long.

One that cannot be reached, or has failed BREAKS_AFTER times in a row, is left alone for a pause that
grows up to a day; one request is made when it ends.  The first is short: most are only restarted.
One that failed on GIVEN_UP_AFTER different days is given up: nothing is queued for it, and it is asked
once a day whether it is back.  Whatever it signs ends all of that.  But for what they run (`programs`),
the only writes to `instances`.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Literal

from sqlalchemy import Text, and_, bindparam, delete, exists, or_, select, update

from stoa import ids
from stoa.db import Connection, Query, Row, any_of, upsert
from stoa.db.tables import instances, remote_actors
from stoa.db.tables.base import Id

Scheme = Literal["cavage", "rfc9421"]

DAY_MS = 24 * 3600 * 1000
# How long a server is taken to understand what it understood last (F4.10).
SCHEME_MS = DAY_MS
BREAKS_AFTER = 10
RESTART_MS = 5_000
FIRST_PAUSE_MS = 60_000
LONGEST_PAUSE_MS = DAY_MS
GIVEN_UP_AFTER = 7  # days
HEARD_EVERY_MS = 3600 * 1000
# Servers of whom we know nobody, and heard nothing for as long, are forgotten.
FORGOTTEN_MS = 30 * DAY_MS
PROBES = 20

_scheme = Query(
    select(instances.c.scheme, instances.c.scheme_at).where(
        instances.c.domain == bindparam("domain", type_=Text)
    )
)
_put_scheme = upsert(
    instances, "domain", "first_seen_at", "scheme", "scheme_at",
    key=("domain",),
    update={
        "scheme": bindparam("scheme", type_=Text),
        "scheme_at": bindparam("scheme_at", type_=instances.c.scheme_at.type),
    },
)  # fmt: skip
_heard = upsert(
    instances, "domain", "first_seen_at", "heard_at",
    key=("domain",),
    update={
        "heard_at": bindparam("heard_at", type_=instances.c.heard_at.type),
        "failures": 0,
        "failed_days": 0,
        "failed_at": None,
        "paused_until": None,
        "given_up_at": None,
    },
)  # fmt: skip
_failed = upsert(
    instances, "domain", "first_seen_at", "failures", "failed_days", "failed_at", "paused_until",
    "given_up_at",
    key=("domain",),
    update={
        name: bindparam(name, type_=instances.c[name].type)
        for name in ("failures", "failed_days", "failed_at", "paused_until", "given_up_at")
    },
)  # fmt: skip
_paused = upsert(
    instances, "domain", "first_seen_at", "paused_until",
    key=("domain",),
    update={"paused_until": bindparam("paused_until", type_=instances.c.paused_until.type)},
)  # fmt: skip
_standings = Query(
    select(
        instances.c.domain,
        instances.c.heard_at,
        instances.c.failures,
        instances.c.failed_days,
        instances.c.failed_at,
        instances.c.paused_until,
        instances.c.given_up_at,
        instances.c.scheme,
        instances.c.scheme_at,
    ).where(any_of(instances.c.domain, "domains"))
)
_probed = Query(
    update(instances)
    .where(
        instances.c.domain.in_(
            select(instances.c.domain)
            .where(
                instances.c.given_up_at.is_not(None),
                or_(
                    instances.c.paused_until.is_(None),
                    instances.c.paused_until <= bindparam("now", type_=Id),
                ),
            )
            .limit(PROBES)
        )
    )
    .values(paused_until=bindparam("until", type_=Id))
    .returning(instances.c.domain)
)
_forgotten = Query(
    delete(instances).where(
        instances.c.first_seen_at < bindparam("before", type_=Id),
        or_(instances.c.heard_at.is_(None), instances.c.heard_at < bindparam("before", type_=Id)),
        or_(instances.c.failed_at.is_(None), instances.c.failed_at < bindparam("before", type_=Id)),
        ~exists().where(and_(remote_actors.c.host == instances.c.domain)),
    )
)


async def heard_from(conn: Connection, host: str) -> None:
    """*host* has signed a request or answered one with a yes: it lives."""
    now = ids.now_ms()
    await conn.run(_heard, domain=host, first_seen_at=now, heard_at=now)


async def standings(conn: Connection, hosts: Iterable[str]) -> dict[str, Row]:
    """host → (domain, heard_at, failures, failed_days, failed_at, paused_until, given_up_at, scheme,
    scheme_at), of those we have met.
    """
    return {row.domain: row for row in await conn.all(_standings, domains=list(hosts))}


def may_send(standing: Row | None, now: int) -> bool:
    """Whether a server of that *standing* is sent anything at *now*."""
    if standing is None:
        return True
    return standing.given_up_at is None and (standing.paused_until or 0) <= now


async def answered(conn: Connection, host: str, standing: Row | None, now: int) -> None:
    """*host*, of that *standing*, has answered what was sent.  Writes only what was not known."""
    if standing is not None and not standing.failures and not standing.paused_until:
        heard = standing.heard_at or 0
        if heard > now - HEARD_EVERY_MS and standing.given_up_at is None:
            return
    await conn.run(_heard, domain=host, first_seen_at=now, heard_at=now)


async def failed(
    conn: Connection, host: str, standing: Row | None, now: int, *, unreachable: bool
) -> tuple[int | None, bool]:
    """*host*, of that *standing*, has failed: until when it is left alone now (None: go on), and
    whether it is given up.

    *unreachable*: no connection was made, or no answer came.  Several that failed in the same moment
    count once.
    """
    paused = 0 if standing is None else standing.paused_until or 0
    if paused > now:
        return paused, standing is not None and standing.given_up_at is not None
    failures = 1 + (0 if standing is None else standing.failures)
    days = 0 if standing is None else standing.failed_days
    if standing is None or standing.failed_at is None or standing.failed_at // DAY_MS != now // DAY_MS:
        days += 1
    given_up = days >= GIVEN_UP_AFTER
    until = now + pause_ms(failures, unreachable=unreachable)
    await conn.run(
        _failed,
        domain=host,
        first_seen_at=now,
        failures=failures,
        failed_days=days,
        failed_at=now,
        paused_until=now + DAY_MS if given_up else until if until > now else None,
        given_up_at=now if given_up else None,
    )
    return (until if until > now else None), given_up


def pause_ms(failures: int, *, unreachable: bool) -> int:
    """How long a server is left alone after so many failures in a row, give or take a fifth; 0: not
    at all.
    """
    pause = 0
    if unreachable:
        pause = RESTART_MS * 3 ** min(failures - 1, 20)
    elif failures >= BREAKS_AFTER:
        pause = FIRST_PAUSE_MS * 2 ** min(failures - BREAKS_AFTER, 20)
    pause = min(pause, LONGEST_PAUSE_MS)
    return int(pause * random.uniform(0.8, 1.2))  # noqa: S311  no secret hangs on it


async def pause(conn: Connection, host: str, until: int) -> None:
    """*host* has asked to be left alone *until* then; that is no failure."""
    await conn.run(_paused, domain=host, first_seen_at=ids.now_ms(), paused_until=until)


async def to_probe(conn: Connection, now: int) -> list[str]:
    """Servers that were given up and are asked today whether they are back; given out once a day."""
    return await conn.scalars(_probed, now=now, until=now + DAY_MS)


async def scheme_of(conn: Connection, host: str) -> Scheme | None:
    """The kind of signature that *host* took lately; None where that is not known."""
    row = await conn.first(_scheme, domain=host)
    return None if row is None else known_scheme(row, ids.now_ms())


def known_scheme(row: Row, now: int) -> Scheme | None:
    """The same of a row of `standings`."""
    if row.scheme is None or (row.scheme_at or 0) < now - SCHEME_MS:
        return None
    return "rfc9421" if row.scheme == "rfc9421" else "cavage"


async def took(conn: Connection, host: str, scheme: Scheme | None) -> None:
    """*host* has taken a signature of this kind; None: not the one that it took before."""
    now = ids.now_ms()
    at = None if scheme is None else now
    await conn.run(_put_scheme, domain=host, first_seen_at=now, scheme=scheme, scheme_at=at)


async def sweep(conn: Connection, now: int) -> None:
    """Forget servers that nobody here has to do with any more."""
    await conn.run(_forgotten, before=now - FORGOTTEN_MS)
