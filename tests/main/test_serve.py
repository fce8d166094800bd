"""What a server does before it opens."""

from __future__ import annotations

from sqlalchemy import select

from stoa import db, ids
from stoa.core.house import House
from stoa.db import Query, insert
from stoa.db.tables import delivery_hosts, incoming
from stoa.federation import waiting
from stoa.jobs import queue
from stoa.main.serve import take_up

_host = insert(delivery_hosts, "host", "run_at", "locked_until")
_hosts = Query(select(delivery_hosts.c.host, delivery_hosts.c.locked_until).order_by(delivery_hosts.c.host))
_waits = Query(select(incoming.c.id).where(incoming.c.locked_until.is_(None)))


async def _in_hand(house: House) -> int:
    """A job, an activity and a host are somebody's, another host is paused; the time."""
    now = ids.now_ms()
    async with house.db.write() as conn:
        await queue.add(conn, "work")
        await waiting.hear(
            conn, "https://there.example/1", "https://there.example/carol", {"type": "Move"}, now
        )
        for host, run_at, until in (
            ("a.example", now, now + 9_000),
            ("b.example", now + 9_000, now + 9_000),
        ):
            await conn.run(_host, host=host, run_at=run_at, locked_until=until)
    now = ids.now_ms() + 1
    async with house.db.write() as conn:
        assert len(await queue.claim(conn, now)) == 1
        [row] = await waiting.due(conn, now)
        await waiting.claim(conn, [waiting.Claimed(row.id, "there.example", holds_up=True)], now)
        assert await queue.next_due(conn, now) is None
    return now


async def test_what_a_killed_process_had_in_hand_is_free_when_the_next_one_starts(house: House) -> None:
    now = await _in_hand(house)
    await take_up(house)
    async with house.db.read() as conn:
        assert await queue.next_due(conn, now) is not None
        assert len(await conn.all(_waits)) == 1
        leases = {row.host: row.locked_until for row in await conn.all(_hosts)}
    assert leases["a.example"] is None
    assert leases["b.example"] > now, "a host that is left alone stays so"


async def test_what_another_process_has_in_hand_stays_its_own(house: House) -> None:
    async def nothing(conn: db.Connection) -> None: ...

    now = await _in_hand(house)
    other = await db.connect(house.settings.database_url, before_commit=nothing)
    try:
        assert await other.alone()
        await take_up(house)
        async with house.db.read() as conn:
            assert await queue.next_due(conn, now) is None
            assert await conn.all(_waits) == []
    finally:
        await other.close()


async def test_a_process_that_has_ended_is_no_company(house: House) -> None:
    async def nothing(conn: db.Connection) -> None: ...

    for _ in range(2):
        other = await db.connect(house.settings.database_url, before_commit=nothing)
        assert await other.alone()
        await other.close()
