"""A server that refuses one kind of signature is sent the other, and what it took is remembered."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping

import pytest

from stoa.core.house import House
from stoa.core.instances import health
from stoa.federation.attempt import FIRST_RETRY_MS, LONGEST_RETRY_MS, retry_ms
from stoa.federation.pauses import MOST_MS, retry_after
from tests.federation.peers import DAY, HOUR, Outside, now


def takes(*schemes: str, otherwise: int = 401) -> Callable[[Mapping[str, str]], int]:
    """The answer of a server that understands those kinds of signature alone."""

    def answer(headers: Mapping[str, str]) -> int:
        return 202 if ("rfc9421" if "Signature-Input" in headers else "cavage") in schemes else otherwise

    return answer


def schemes(outside: Outside) -> list[str]:
    """The kinds of signature that were sent, in order."""
    return [one.scheme for one in outside.peers.sent]


async def test_cavage_is_sent_first(outside: Outside) -> None:
    outside.peers["there.example"].answer = takes("cavage", "rfc9421")
    await outside.queue("a", "there.example")
    await outside.drain()
    assert schemes(outside) == ["cavage"]


@pytest.mark.parametrize("status", [400, 401, 403])
async def test_who_refuses_it_is_sent_the_other_and_keeps_getting_that(
    outside: Outside, status: int
) -> None:
    outside.peers["there.example"].answer = takes("rfc9421", otherwise=status)
    for name in ("a", "b"):
        await outside.queue(name, "there.example")
    await outside.drain()
    assert schemes(outside) == ["cavage", "rfc9421", "rfc9421"]
    # Another process knows it too.
    await outside.queue("c", "there.example")
    await outside.another().drain()
    assert schemes(outside)[3:] == ["rfc9421"]


async def test_what_was_remembered_is_tried_anew_after_a_day(house: House, outside: Outside) -> None:
    outside.peers["there.example"].answer = takes("rfc9421")
    await outside.queue("a", "there.example")
    await outside.drain()
    await outside.queue("b", "there.example")
    await outside.drain(now() + DAY)
    assert schemes(outside) == ["cavage", "rfc9421", "cavage", "rfc9421"]


async def test_one_that_goes_back_to_the_older_kind_is_understood(house: House, outside: Outside) -> None:
    async with house.db.write() as conn:
        await health.took(conn, "there.example", "rfc9421")
    outside.peers["there.example"].answer = takes("cavage")
    await outside.queue("a", "there.example")
    await outside.drain()
    assert schemes(outside) == ["rfc9421", "cavage"]
    async with house.db.read() as conn:
        assert await health.scheme_of(conn, "there.example") == "cavage"


async def test_one_that_takes_neither_is_not_asked_twice_each_time(outside: Outside) -> None:
    outside.peers["there.example"].answer = takes(otherwise=403)
    for name in ("a", "b", "c"):
        await outside.queue(name, "there.example")
    await outside.drain()
    assert schemes(outside) == ["cavage", "rfc9421", "cavage", "cavage"]
    await outside.queue("d", "there.example")
    await outside.drain(now() + 2 * HOUR)
    assert schemes(outside)[4:] == ["cavage", "rfc9421"]


async def test_other_answers_are_no_matter_of_signatures(outside: Outside) -> None:
    outside.peers["there.example"].answer = 404
    await outside.queue("a", "there.example")
    await outside.drain()
    assert schemes(outside) == ["cavage"]


def test_pauses_grow_from_seconds_to_half_a_day_and_are_not_in_step() -> None:
    bare = [min(FIRST_RETRY_MS * 4**attempts, LONGEST_RETRY_MS) for attempts in range(30)]
    for attempts, pause in enumerate(bare):
        assert 0.8 * pause <= retry_ms(attempts) <= 1.2 * pause
    assert len({retry_ms(5) for _ in range(20)}) > 1
    assert sum(bare[:18]) < 7 * DAY < sum(itertools.islice(bare, 25))


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("120", 120_000),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0),
        ("99999999999999999999", MOST_MS),
        ("-5", 0),
        ("soon", 0),
        ("\u0663", 0),
        ("", 0),
    ],
)
def test_retry_after_is_seconds_or_a_date(said: str, means: int) -> None:
    assert retry_after({"retry-after": said}, now()) == means
