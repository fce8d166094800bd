"""Jobs exist exactly when their cause does, survive a crash, and have their effects once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import func, select

from stoa import ids
from stoa.core.house import House
from stoa.db import Connection, Database, Query, insert
from stoa.db.tables import jobs, secrets
from stoa.jobs import queue
from stoa.jobs.worker import SIDE_BY_SIDE, InDatabase, OnNetwork, Worker

_note = insert(secrets, "name", "value", ignore=True)
_add_secret = insert(secrets, "name", "value")
_waiting = Query(select(jobs.c.kind, jobs.c.attempts, jobs.c.run_at, jobs.c.last_error))
_secrets = Query(select(func.count()).select_from(secrets))

DAY = 24 * 3600 * 1000


async def add(house: House, kind: str, payload: object = None, **options: Any) -> None:
    async with house.db.write() as conn:
        await queue.add(conn, kind, payload, **options)


async def waiting(house: House) -> list[Any]:
    async with house.db.read() as conn:
        return await conn.all(_waiting)


async def count_secrets(house: House) -> int:
    async with house.db.read() as conn:
        return int(await conn.scalar(_secrets))


async def test_a_job_of_a_transaction_that_failed_does_not_exist(house: House) -> None:
    async def fail() -> None:
        async with house.db.write() as conn:
            await queue.add(conn, "say")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await waiting(house) == []


async def test_a_job_is_run_with_its_payload_and_then_gone(house: House) -> None:
    heard: list[Any] = []

    async def hear(conn: Connection, payload: Any) -> None:
        heard.append(payload)

    await add(house, "say", {"text": "héllo", "to": [1, 2]})
    assert await Worker(house.db, {"say": InDatabase(hear)}).drain() == 1
    assert heard == [{"text": "héllo", "to": [1, 2]}]
    assert await waiting(house) == []


async def test_a_second_job_of_the_same_key_is_not_added(house: House) -> None:
    for number in (1, 2):
        await add(house, "say", number, unique_key="only one")
    assert len(await waiting(house)) == 1
    async with house.db.write() as conn:
        await queue.remove(conn, "only one")
    assert await waiting(house) == []


async def test_a_job_for_later_waits(house: House) -> None:
    heard: list[Any] = []

    async def hear(conn: Connection, payload: Any) -> None:
        heard.append(payload)

    worker = Worker(house.db, {"say": InDatabase(hear)})
    await add(house, "say", run_at=ids.now_ms() + DAY)
    assert await worker.drain() == 0
    assert await worker.drain(at=ids.now_ms() + DAY + 1000) == 1


async def test_what_a_failed_job_wrote_is_undone_and_it_is_tried_again_later(house: House) -> None:
    before = await count_secrets(house)
    tries = 0

    async def fail_once(conn: Connection, payload: Any) -> None:
        nonlocal tries
        tries += 1
        await conn.run(_add_secret, name=f"try {tries}", value="")
        if tries == 1:
            raise ValueError("not today")

    worker = Worker(house.db, {"say": InDatabase(fail_once)})
    await add(house, "say")
    await worker.drain()
    [job] = await waiting(house)
    assert job.attempts == 1
    assert job.run_at > ids.now_ms()
    assert "not today" in job.last_error
    assert await count_secrets(house) == before
    await worker.drain(at=ids.now_ms() + DAY)
    assert await waiting(house) == []
    assert await count_secrets(house) == before + 1


async def test_a_job_that_never_works_is_parked_with_its_error(house: House) -> None:
    tries = 0

    async def fail(conn: Connection, payload: Any) -> None:
        nonlocal tries
        tries += 1
        raise ValueError("no")

    worker = Worker(house.db, {"say": InDatabase(fail)})
    await add(house, "say", unique_key="say")
    for number in range(queue.MAX_ATTEMPTS + 2):
        await worker.drain_once(at=ids.now_ms() + 2 * DAY * (number + 1))
    assert tries == queue.MAX_ATTEMPTS
    [job] = await waiting(house)
    assert job.last_error == "ValueError('no')"
    async with house.db.read() as conn:
        assert await queue.count_parked(conn) == 1
        assert await queue.next_due(conn, ids.now_ms()) is None
    # It is in nobody's way.
    await add(house, "say", unique_key="say")
    assert len(await waiting(house)) == 2


async def test_a_job_that_ends_the_process_each_time_is_parked_and_takes_no_other_along(
    house: House,
) -> None:
    class Killed(BaseException):
        pass

    ran: list[Any] = []

    async def run(conn: Connection, payload: Any) -> None:
        if payload == "poison":
            raise Killed
        ran.append(payload)

    for payload in (1, "poison", *range(2, 30)):
        await add(house, "say", payload)
    at, deaths = ids.now_ms(), 0
    for _ in range(queue.MAX_ATTEMPTS * 3):
        at += queue.LEASE_MS + 1000
        try:
            await Worker(house.db, {"say": InDatabase(run)}).drain(at=at)
        except Killed:
            deaths += 1
    assert deaths == queue.MAX_ATTEMPTS
    assert sorted(ran) == list(range(1, 30))
    [job] = await waiting(house)
    assert "ended the process" in job.last_error


async def test_a_job_that_waits_for_others_holds_up_nobody(house: House) -> None:
    gate, heard, full, over = (asyncio.Event() for _ in range(4))
    begun = 0

    async def wait(db: Database, payload: Any) -> None:
        nonlocal begun
        begun += 1
        if begun == SIDE_BY_SIDE:
            full.set()
        if begun == 3 * SIDE_BY_SIDE:
            over.set()
        await gate.wait()

    async def hear(conn: Connection, payload: Any) -> None:
        heard.set()

    worker = Worker(house.db, {"wait": OnNetwork(wait), "say": InDatabase(hear)})
    for _ in range(3 * SIDE_BY_SIDE):
        await add(house, "wait")
    running = asyncio.create_task(worker.run())
    await asyncio.wait_for(full.wait(), 10)
    await add(house, "say")
    await asyncio.wait_for(heard.wait(), 10)
    assert begun == SIDE_BY_SIDE
    gate.set()
    await asyncio.wait_for(over.wait(), 10)
    worker.stop()
    await asyncio.wait_for(running, 10)
    assert await waiting(house) == []


async def test_a_worker_that_stops_lets_go_of_what_it_did_not_begin(house: House) -> None:
    ran: list[Any] = []

    async def stop(conn: Connection, payload: Any) -> None:
        ran.append(payload)
        worker.stop()

    worker = Worker(house.db, {"say": InDatabase(stop)})
    for number in range(3):
        await add(house, "say", number)
    await asyncio.wait_for(worker.run(), 10)
    assert ran == [0]
    assert [(job.attempts, job.run_at <= ids.now_ms()) for job in await waiting(house)] == [(0, True)] * 2
    other = Worker(house.db, {"say": InDatabase(stop)})
    assert await other.drain_once() == 2


async def test_a_job_nobody_knows_waits_for_a_program_that_does(house: House) -> None:
    await add(house, "from a newer version")
    await Worker(house.db, {}).drain()
    [job] = await waiting(house)
    assert "no handler" in job.last_error


async def test_a_job_whose_worker_died_is_taken_up_after_its_lease_and_not_before(house: House) -> None:
    ran = 0

    async def count(db: Database, payload: Any) -> None:
        nonlocal ran
        ran += 1

    await add(house, "say")
    async with house.db.write() as conn:  # a worker claims it, and is killed
        assert len(await queue.claim(conn, ids.now_ms())) == 1
    worker = Worker(house.db, {"say": OnNetwork(count)})
    assert await worker.drain() == 0
    assert await worker.drain(at=ids.now_ms() + queue.LEASE_MS + 1000) == 1
    assert ran == 1


async def test_two_workers_share_the_work_and_do_nothing_twice(house: House) -> None:
    ran: list[int] = []

    async def note(db: Database, payload: Any) -> None:
        ran.append(payload)
        await asyncio.sleep(0)

    for number in range(60):
        await add(house, "say", number)
    workers = [Worker(house.db, {"say": OnNetwork(note)}) for _ in range(2)]
    await asyncio.gather(*(worker.drain() for worker in workers))
    assert sorted(ran) == list(range(60))


async def test_a_running_worker_is_woken_by_a_new_job(house: House) -> None:
    done = asyncio.Event()

    async def hear(conn: Connection, payload: Any) -> None:
        done.set()

    worker = Worker(house.db, {"say": InDatabase(hear)})
    running = asyncio.create_task(worker.run())
    await asyncio.sleep(0)
    await add(house, "say")
    await asyncio.wait_for(done.wait(), 10)
    worker.stop()
    await asyncio.wait_for(running, 10)


async def test_no_more_is_claimed_than_there_is_room_for_whatever_the_plan(house: House) -> None:
    """PostgreSQL may ask a subquery once for each row, and lock others each time."""
    for _ in range(24):
        await add(house, "wait")
    async with house.db.write() as conn:
        if conn.dialect == "postgresql":
            for name in ("hashjoin", "mergejoin", "hashagg", "material", "sort"):
                await conn.all(Query(select(func.set_config(f"enable_{name}", "off", True))))
        found = await queue.claim(conn, ids.now_ms(), beside=["wait"], room=3)
    assert len(found) == 3
