"""What waits to go out arrives: once each has its turn, in order, whatever others do; nothing is lost."""

from __future__ import annotations

import asyncio
import itertools

import msgspec
import pytest
from sqlalchemy import select

from stoa import ids
from stoa.core.accounts import views as accounts
from stoa.core.house import House
from stoa.core.instances import domains, health
from stoa.core.instances.domains import Decision
from stoa.core.relationships import follow
from stoa.db import Query
from stoa.db.tables import delivery_hosts
from stoa.federation import places, remember, store
from stoa.federation.door import Door
from stoa.federation.keys import public_key, public_pem
from stoa.federation.own_keys import INSTANCE, OwnKeys
from stoa.federation.signatures import Request, read, verify
from tests.federation.elsewhere import Elsewhere
from tests.federation.peers import DAY, HOUR, Outside, left, now
from tests.make import Make

_hosts = Query(select(delivery_hosts.c.host, delivery_hosts.c.run_at, delivery_hosts.c.locked_until))


async def test_what_is_queued_arrives_signed_and_nothing_is_left(house: House, outside: Outside) -> None:
    await outside.queue("a", "there.example", "https://here.example/users/bob/inbox")
    assert await outside.drain() == 2
    assert await left(house) == (0, 0, 0)
    pair = await OwnKeys(house.db, house.addresses).of(INSTANCE)
    key = public_key(pair.rsa.id, pair.actor, pem=public_pem(pair.rsa))
    for one in outside.peers.sent:
        assert one.headers["Content-Type"] == "application/activity+json"
        request = Request("POST", one.url, tuple(one.headers.items()), one.body)
        time = ids.now_ms() / 1000
        claim = read(request, time)
        assert {"(request-target)", "host", "date", "digest", "content-type"} <= claim.covered
        assert verify(claim, key, time) == pair.actor


async def test_each_inbox_has_headers_of_its_own(outside: Outside) -> None:
    inbox = "https://there.example/inbox"
    await outside.queue(
        "a", inbox, "other.example", headers={inbox: {"Collection-Synchronization": 'digest="x"'}}
    )
    await outside.drain()
    said = {one.host: one.headers.get("Collection-Synchronization") for one in outside.peers.sent}
    assert said == {"there.example": 'digest="x"', "other.example": None}


async def test_a_second_try_sends_the_same_bytes(outside: Outside) -> None:
    outside.peers["there.example"].answer = 500
    await outside.queue("a", "there.example")
    await outside.drain()
    await outside.drain(now() + HOUR)
    first, second = outside.peers.sent
    assert first.body == second.body


@pytest.mark.parametrize("status", [400, 403, 404, 405, 406, 413, 422, 501])
async def test_a_no_is_final(house: House, outside: Outside, status: int) -> None:
    outside.peers["there.example"].answer = status
    await outside.queue("a", "there.example")
    await outside.drain()
    assert await left(house) == (0, 0, 0)


@pytest.mark.parametrize("status", [302, 401, 408, 425, 429, 500, 502, 503, None, 0])
async def test_what_was_no_answer_is_tried_again(
    house: House, outside: Outside, status: int | None
) -> None:
    outside.peers["there.example"].answer = status
    await outside.queue("a", "there.example")
    await outside.drain()
    assert (await left(house))[0] == 1
    outside.peers["there.example"].answer = 202
    assert await outside.drain(now()) == 0, "not at once"
    assert await outside.drain(now() + HOUR) == 1
    assert await left(house) == (0, 0, 0)


async def test_a_delivery_is_tried_for_a_week_less_and_less_often(house: House, outside: Outside) -> None:
    outside.peers["there.example"].answer = 401
    await outside.queue("a", "there.example")
    begun = now()
    tried = []
    for quarter in range(9 * 24 * 4):
        if await outside.drain(begun + quarter * HOUR // 4):
            tried.append(quarter / 4)
    assert await left(house) == (0, 0, 0)
    assert 15 <= len(tried) <= 30
    assert tried[-1] <= 7 * 24
    assert tried[-2] > 5.5 * 24
    gaps = [later - earlier for earlier, later in itertools.pairwise(tried)]
    assert max(gaps) <= 12 * 1.2 + 1


async def test_retry_after_is_obeyed_for_the_whole_server(house: House, outside: Outside) -> None:
    peer = outside.peers["there.example"]
    peer.answer, peer.headers = 429, {"retry-after": "7200"}
    await outside.queue("a", "there.example")
    await outside.drain()
    peer.answer, peer.headers = 202, {}
    await outside.queue("b", "there.example")
    assert await outside.drain(now() + HOUR) == 0
    assert await outside.drain(now() + 3 * HOUR) == 2


@pytest.mark.parametrize("kind", ["Tue, 01 Jan 2999 00:00:00 GMT", "99999999999"])
async def test_nobody_can_send_us_away_for_more_than_a_day(outside: Outside, kind: str) -> None:
    peer = outside.peers["there.example"]
    peer.answer, peer.headers = 503, {"retry-after": kind}
    await outside.queue("a", "there.example")
    await outside.drain()
    assert await outside.drain(now() + 23 * HOUR) == 0
    assert await outside.drain(now() + DAY + HOUR) == 1


async def test_later_words_on_a_thing_wait_for_the_earlier_ones(outside: Outside) -> None:
    peer = outside.peers["there.example"]
    note = "https://stoa.example/1"
    peer.answer = lambda headers: 401 if len(outside.peers.sent) <= 2 else 202
    await outside.queue("create", "there.example", about=note)
    await outside.drain()
    await outside.queue("update", "there.example", kind="Update", about=note)
    await outside.queue("other", "there.example", about="https://stoa.example/2")
    assert await outside.drain(now()) == 1
    await outside.drain(now() + HOUR)
    assert list(dict.fromkeys(outside.peers.to("there.example"))) == ["create", "other", "update"]


async def test_to_one_inbox_one_goes_after_the_other_in_order(outside: Outside) -> None:
    names = [f"{number}" for number in range(40)]
    for name in names:
        await outside.queue(name, "there.example")
    await outside.drain()
    assert outside.peers.to("there.example") == names
    assert outside.peers.most_open["there.example"] == 1


async def test_a_server_is_sent_no_more_than_four_at_once(outside: Outside) -> None:
    await outside.queue("a", *(f"https://there.example/users/{number}/inbox" for number in range(30)))
    await outside.drain()
    assert len(outside.peers.sent) == 30
    assert outside.peers.most_open["there.example"] == 4


async def test_a_delete_takes_back_what_still_waits(outside: Outside) -> None:
    peer, note = outside.peers["there.example"], "https://stoa.example/1"
    peer.answer = None
    await outside.queue("create", "there.example", about=note)
    await outside.drain()
    await outside.queue("delete", "there.example", kind="Delete", about=note)
    peer.answer = 202
    await outside.drain(now() + HOUR)
    assert outside.peers.to("there.example") == ["create", "delete"]
    assert await outside.drain(now() + DAY) == 0


async def test_a_dead_server_costs_one_request_for_each_pause_whatever_waits(
    house: House, outside: Outside
) -> None:
    outside.peers["dead.example"].answer = None
    for number in range(50):
        await outside.queue(f"{number}", f"https://dead.example/users/{number}/inbox")
    assert await outside.drain() <= 4, "the first ones go side by side"
    outside.peers.sent.clear()
    begun = now()
    for minute in range(0, 24 * 60, 2):
        await outside.drain(begun + minute * 60_000)
    assert 8 <= len(outside.peers.sent) <= 13
    outside.peers["dead.example"].answer = 202
    outside.peers.sent.clear()
    await outside.drain(begun + 2 * DAY)
    assert await left(house) == (0, 0, 0)
    assert len(outside.peers.sent) == 50


async def test_ten_errors_in_a_row_open_the_breaker_and_fewer_do_not(outside: Outside) -> None:
    outside.peers["there.example"].answer = 500
    at = now()
    for number in range(health.BREAKS_AFTER):
        await outside.queue(f"{number}", "there.example")
        assert await outside.drain(at) == 1
    await outside.queue("more", "there.example")
    assert await outside.drain(at) == 0
    assert await outside.drain(at + 2 * 60_000) == 1


async def test_a_yes_closes_the_breaker(house: House, outside: Outside) -> None:
    peer = outside.peers["there.example"]
    peer.answer = None
    await outside.queue("a", "there.example")
    await outside.drain()
    peer.answer = 202
    await outside.drain(now() + HOUR)
    async with house.db.read() as conn:
        standing = (await health.standings(conn, ["there.example"]))["there.example"]
    assert (standing.failures, standing.failed_days, standing.paused_until) == (0, 0, None)


async def test_a_server_that_fails_on_seven_days_is_given_up_and_costs_nothing(
    house: House, outside: Outside
) -> None:
    outside.peers["dead.example"].answer = None
    await outside.queue("a", "dead.example")
    begun, sent = now(), []
    for hour in range(13 * 24):
        await outside.queue(f"{hour}", "dead.example")
        if await outside.drain(begun + hour * HOUR):
            sent.append(hour)
    assert sent[-1] <= 10 * 24  # a pause may be a day and a fifth
    await outside.sender.tidy(at=begun + 20 * DAY)
    assert await left(house) == (0, 0, 0)
    await outside.queue("later", "dead.example")
    assert await left(house) == (0, 0, 0), "nothing is queued for it"


async def given_up(house: House, outside: Outside) -> int:
    """dead.example is given up; when that was."""
    outside.peers["dead.example"].answer = None
    await outside.queue("a", "dead.example")
    at = now()
    for _ in range(9):
        await outside.drain(at)
        at += DAY + HOUR * 6
    assert (await left(house))[:2] == (0, 0)
    outside.peers.sent.clear()
    return at


async def test_one_that_was_given_up_is_asked_once_a_day_and_comes_back(
    house: House, outside: Outside
) -> None:
    at = await given_up(house, outside)
    for hour in range(48):
        await outside.sender.tidy(at=at + hour * HOUR)
    assert [one.url for one in outside.peers.sent] == ["https://dead.example/.well-known/nodeinfo"] * 2
    outside.peers["dead.example"].nodeinfo = True
    outside.peers["dead.example"].answer = 202
    await outside.sender.tidy(at=at + 3 * DAY)
    await outside.queue("again", "dead.example")
    await outside.drain(at + 3 * DAY)
    assert outside.peers.to("dead.example")[-1] == "again"


async def test_one_that_was_given_up_is_back_when_it_signs_something(
    house: House, outside: Outside
) -> None:
    at = await given_up(house, outside)
    async with house.db.write() as conn:
        await health.heard_from(conn, "dead.example")
    outside.peers["dead.example"].answer = 202
    await outside.queue("again", "dead.example")
    await outside.drain(at)
    assert outside.peers.to("dead.example") == ["again"]


async def test_a_paused_server_that_is_heard_of_is_not_kept_waiting(house: House, outside: Outside) -> None:
    peer = outside.peers["there.example"]
    peer.answer = None
    await outside.queue("a", "there.example")
    await outside.drain()
    await outside.queue("b", "there.example")
    async with house.db.write() as conn:
        await health.heard_from(conn, "there.example")
    peer.answer = 202
    assert await outside.drain(now()) == 0
    await outside.sender.tidy()
    assert await outside.drain(now()) == 2


async def test_what_others_deleted_long_ago_is_forgotten_when_clearing_up(
    house: House, outside: Outside
) -> None:
    carol = "https://there.example/users/carol"
    async with house.db.write() as conn:
        await store.bury(conn, f"{carol}/1", carol, "Note")
    await outside.sender.tidy(at=now() + 20 * DAY)
    async with house.db.read() as conn:
        assert await store.find_tombstone(conn, f"{carol}/1") is not None
    await outside.sender.tidy(at=now() + 40 * DAY)
    async with house.db.read() as conn:
        assert await store.find_tombstone(conn, f"{carol}/1") is None


async def test_a_slow_server_holds_up_no_other(outside: Outside, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stoa.federation.sender.SLOW_SECONDS", 0.01)
    gate = asyncio.Event()
    slow = [f"slow{number}.example" for number in range(places.QUICK + 30)]
    for host in slow:
        outside.peers[host].gate = gate
    await outside.queue("a", *slow)
    quick = {f"quick{number}.example" for number in range(100)}
    running = asyncio.create_task(outside.sender.run())
    await outside.arrival(len(slow))
    assert not running.done()
    await outside.queue("a", *quick)
    await outside.arrival(len(slow) + len(quick))
    assert quick <= {one.host for one in outside.peers.sent}
    gate.set()
    outside.sender.stop()
    await running


async def test_those_that_were_slow_take_few_places(outside: Outside) -> None:
    gate = asyncio.Event()
    hosts = [f"slow{number}.example" for number in range(places.DOUBTFUL * 2)]
    for host in hosts:
        outside.sender._slow[host] = None
        outside.peers[host].gate = gate
    await outside.queue("a", *hosts)
    running = asyncio.create_task(outside.sender.run())
    await outside.arrival(places.DOUBTFUL)
    await outside.queue("b", "quick.example")
    await outside.arrival(places.DOUBTFUL + 1)
    assert outside.peers.sent[-1].host == "quick.example"
    assert len(outside.peers.sent) == places.DOUBTFUL + 1
    gate.set()
    await outside.arrival(len(hosts) + 1)
    outside.sender.stop()
    await running


async def test_a_sender_of_a_house_without_federation_sends_nothing(house: House, outside: Outside) -> None:
    await outside.queue("a", "there.example")
    object.__setattr__(house, "settings", msgspec.structs.replace(house.settings, federation="off"))
    await asyncio.wait_for(outside.another().run(), 10)
    assert outside.peers.sent == []


@pytest.mark.parametrize("paused", [False, True])
async def test_what_waits_for_a_server_that_is_blocked_meanwhile_is_dropped(
    house: House, outside: Outside, paused: bool
) -> None:
    outside.peers["bad.example"].answer = None
    await outside.queue("a", "sub.bad.example", "good.example")
    await outside.queue("b", "bad.example")
    if paused:
        outside.peers["sub.bad.example"].answer = None
        await outside.drain()
        outside.peers.sent.clear()
    async with house.db.write() as conn:
        await domains.put(conn, Decision(domain="bad.example"))
    if paused:
        await outside.sender.tidy()
    await outside.drain()
    assert [one.host for one in outside.peers.sent] == ([] if paused else ["good.example"])
    assert (await left(house))[:2] == (0, 0)


async def test_memory_does_not_grow_with_what_waits(outside: Outside) -> None:
    for number in range(300):
        await outside.queue(f"{number}" + "x" * 100_000, "there.example")
    await outside.drain()
    assert len(outside.peers.sent) == 300
    assert outside.sender._letters_bytes <= 8 * 1024 * 1024
    assert not outside.sender._taken
    assert not outside.sender._turns


async def test_who_has_no_inbox_any_more_follows_nobody(
    house: House, door: Door, elsewhere: Elsewhere, outside: Outside, make: Make
) -> None:
    carol, alice = elsewhere.actor(), await make.account("alice")
    follower = await door.resolver.actor(carol.uri)
    async with house.db.write() as conn:
        await follow.follow(conn, follower, alice.id)
    await door.sender.drain()
    elsewhere.answer_post = lambda asked: 410
    await outside.queue("a", "https://there.example/inbox")
    await door.sender.drain()
    async with house.db.read() as conn:
        assert (await accounts.get(conn, alice.id)).followers_count == 1, "that was everybody's inbox"
    await outside.queue("b", carol.inbox)
    await door.sender.drain()
    async with house.db.read() as conn:
        assert (await accounts.get(conn, alice.id)).followers_count == 0
        known = await remember.known(conn, carol.uri)
    assert known is not None
    assert known.gone_at is not None
    assert await left(house) == (0, 0, 0)
