"""Processes that send end in the middle, or send side by side: nothing is lost, and little sent twice."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select

from stoa.core.house import House
from stoa.db import Query
from stoa.db.tables import delivery_hosts
from stoa.federation import due
from tests.federation.peers import DAY, Outside, left, now

_hosts = Query(select(delivery_hosts.c.host, delivery_hosts.c.run_at, delivery_hosts.c.locked_until))


async def test_what_a_dead_process_had_in_hand_is_sent_after_its_lease_and_not_before(
    house: House, outside: Outside
) -> None:
    await outside.queue("a", "there.example")
    at = now()
    async with house.db.write() as conn:  # it takes the host, and is killed
        assert await due.claim(conn, at, quick=10, doubtful=10, slow=[]) == (["there.example"], [])
    await outside.queue("b", "there.example")
    assert await outside.drain(at + due.LEASE_MS - 1) == 0
    assert await outside.drain(at + due.LEASE_MS + 1) == 2
    assert await left(house) == (0, 0, 0)


async def test_what_was_sent_and_not_noted_is_sent_again(
    house: House, outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def die(*given: object) -> None:
        raise OSError("no room on the disk")

    await outside.queue("a", "there.example")
    at = now()
    with monkeypatch.context() as patch:
        patch.setattr("stoa.federation.settling.write", die)
        assert await outside.drain(at) == 1
    assert (await left(house))[0] == 1
    assert await outside.drain(at + due.LEASE_MS + 1) == 1
    assert outside.peers.to("there.example") == ["a", "a"]
    assert await left(house) == (0, 0, 0)


async def test_two_processes_share_the_work_and_send_nothing_twice(house: House, outside: Outside) -> None:
    hosts = [f"{number}.example" for number in range(150)]
    for name in ("a", "b"):
        await outside.queue(name, *hosts)
    other = outside.another()
    await asyncio.gather(outside.drain(now()), other.drain(at=now()))
    await outside.drain(now())
    for host in hosts:
        assert outside.peers.to(host) == ["a", "b"]
    assert await left(house) == (0, 0, 0)


async def test_a_running_sender_is_woken_by_what_is_queued_and_stops_cleanly(
    house: House, outside: Outside
) -> None:
    running = asyncio.create_task(outside.sender.run())
    await asyncio.sleep(0)
    await outside.queue("a", "there.example")
    await asyncio.wait_for(outside.peers.arrived.wait(), 10)
    outside.sender.stop()
    await asyncio.wait_for(running, 10)
    assert await left(house) == (0, 0, 0)


async def test_a_sender_that_stops_lets_go_of_what_it_did_not_begin(house: House, outside: Outside) -> None:
    await outside.queue("a", "there.example")
    async with house.db.write() as conn:
        await due.claim(conn, now(), quick=10, doubtful=0, slow=[])
    outside.sender._taken.append(("there.example", None, False))
    outside.sender.stop()
    await outside.sender.run()
    assert outside.peers.sent == []
    assert await outside.another().drain(at=now()) == 1


async def test_what_a_killed_process_left_behind_is_cleared_up(house: House, outside: Outside) -> None:
    await outside.queue("a", "there.example")
    async with house.db.write() as conn:
        await conn.run(due._forget_hosts, hosts=["there.example"])
    assert await outside.drain(now()) == 0
    await outside.sender.tidy()
    assert await outside.drain(now()) == 1
    await outside.queue("b", "there.example")
    async with house.db.write() as conn:
        await conn.run(due._drop, hosts=["there.example"])
    await outside.sender.tidy(at=now() + DAY)
    await outside.drain(now())
    assert await left(house) == (0, 0, 0)
