"""Servers that do not answer are left alone, longer and longer, and in the end given up."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from stoa.core.house import House
from stoa.core.instances import health
from stoa.core.instances.health import (
    BREAKS_AFTER,
    DAY_MS,
    FIRST_PAUSE_MS,
    GIVEN_UP_AFTER,
    LONGEST_PAUSE_MS,
    RESTART_MS,
)
from stoa.db import Query, Row
from stoa.db.tables import instances

HOST = "there.example"
NOW = 20_000 * DAY_MS
_count = Query(select(func.count()).select_from(instances))


async def fail(house: House, at: int, *, unreachable: bool = True) -> tuple[int | None, bool]:
    """It fails; until when it is left alone, and whether it is given up."""
    async with house.db.write() as conn:
        standing = (await health.standings(conn, [HOST])).get(HOST)
        return await health.failed(conn, HOST, standing, at, unreachable=unreachable)


async def standing(house: House) -> Row:
    async with house.db.read() as conn:
        return (await health.standings(conn, [HOST]))[HOST]


@pytest.mark.parametrize("failures", range(1, 30))
def test_the_pause_of_one_that_is_not_reached_grows_up_to_a_day(failures: int) -> None:
    bare = min(RESTART_MS * 3 ** (failures - 1), LONGEST_PAUSE_MS)
    assert 0.8 * bare <= health.pause_ms(failures, unreachable=True) <= 1.2 * bare


def test_errors_of_one_that_is_reached_are_forgiven_a_few_times() -> None:
    assert [health.pause_ms(failures, unreachable=False) for failures in range(1, BREAKS_AFTER)] == [0] * 9
    assert health.pause_ms(BREAKS_AFTER, unreachable=False) >= 0.8 * FIRST_PAUSE_MS


async def test_several_failures_of_one_moment_count_once(house: House) -> None:
    until, _ = await fail(house, NOW)
    assert until is not None
    assert await fail(house, NOW + 5) == (until, False)
    assert (await standing(house)).failures == 1


async def test_only_failing_on_different_days_leads_to_giving_up(house: House) -> None:
    for hour in range(23):
        _, given_up = await fail(house, NOW + hour * 3_600_000, unreachable=False)
        assert not given_up
    assert (await standing(house)).failed_days == 1


async def test_it_is_given_up_on_the_seventh_day_and_forgiven_at_the_first_word(house: House) -> None:
    given_up = [(await fail(house, NOW + day * 2 * DAY_MS))[1] for day in range(GIVEN_UP_AFTER)]
    assert given_up == [False] * (GIVEN_UP_AFTER - 1) + [True]
    assert not health.may_send(await standing(house), NOW + 100 * DAY_MS)
    async with house.db.write() as conn:
        await health.heard_from(conn, HOST)
    row = await standing(house)
    assert health.may_send(row, NOW)
    assert (row.failures, row.failed_days, row.failed_at, row.given_up_at) == (0, 0, None, None)


async def test_one_that_was_given_up_is_given_out_to_be_asked_once_a_day(house: House) -> None:
    for day in range(GIVEN_UP_AFTER):
        await fail(house, NOW + day * 2 * DAY_MS)
    at = NOW + 30 * DAY_MS
    async with house.db.write() as conn:
        asked = [await health.to_probe(conn, at + hour * 3_600_000) for hour in range(30)]
    assert [index for index, hosts in enumerate(asked) if hosts] == [0, 24]


async def test_servers_nobody_has_to_do_with_are_forgotten(house: House) -> None:
    async with house.db.write() as conn:
        for number in range(3):
            await health.heard_from(conn, f"{number}.example")
        row = (await health.standings(conn, ["0.example"]))["0.example"]
        await health.sweep(conn, row.heard_at + 29 * DAY_MS)
        assert await conn.scalar(_count) == 3
        await health.sweep(conn, row.heard_at + 31 * DAY_MS)
        assert await conn.scalar(_count) == 0


async def test_an_answer_is_not_written_down_each_time(house: House) -> None:
    async with house.db.write() as conn:
        await health.heard_from(conn, HOST)
        row = (await health.standings(conn, [HOST]))[HOST]
        before = house.db.statements
        await health.answered(conn, HOST, row, row.heard_at + 1000)
        assert house.db.statements == before
