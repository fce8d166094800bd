"""What is fetched later: profiles, parents, first replies, pinned posts."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import select

from stoa import ids
from stoa.core.house import House
from stoa.core.policy.draft import PollDraft
from stoa.db import Query
from stoa.db.tables import accounts, jobs, polls, remote_actors, status_pins, statuses
from stoa.federation import refresh, wants
from stoa.federation.fetch import Fetcher
from stoa.federation.own_keys import OwnKeys
from stoa.federation.parse.note import RemoteNote, parse_note
from stoa.federation.resolve import Resolver
from stoa.jobs.worker import OnNetwork, Worker
from tests.federation.servers import Servers
from tests.make import Make

pytestmark = pytest.mark.anyio

CARL = "https://there.example/users/carl"
NOTE = "https://there.example/notes/1"

_pins = Query(
    select(statuses.c.uri)
    .select_from(status_pins.join(statuses, statuses.c.id == status_pins.c.status_id))
    .order_by(status_pins.c.id.desc())
)
_statuses = Query(select(statuses.c.uri))
_jobs = Query(select(jobs.c.kind, jobs.c.payload, jobs.c.run_at).order_by(jobs.c.id))
_names = Query(select(accounts.c.display_name))
_fetched = Query(select(remote_actors.c.fetched_at))


@pytest.fixture
def servers(house: House) -> Servers:
    return Servers(house.settings)


@pytest.fixture
def resolver(house: House, servers: Servers) -> Resolver:
    return Resolver(house, Fetcher(servers, OwnKeys(house.db, house.addresses), house))


@pytest.fixture
def worker(house: House, servers: Servers, resolver: Resolver) -> Worker:
    kinds = refresh.jobs(resolver, Fetcher(servers, OwnKeys(house.db, house.addresses), house))
    return Worker(house.db, {kind: OnNetwork(run) for kind, run in kinds.items()})


async def _uris(house: House) -> set[str]:
    async with house.db.read() as conn:
        return set(await conn.scalars(_statuses))


async def _waiting(house: House) -> list[Any]:
    async with house.db.read() as conn:
        return await conn.all(_jobs)


def _soon() -> int:
    return ids.now_ms() + 2 * wants.SPREAD_MS


async def test_the_pinned_posts_of_somebody_new_are_fetched_later(
    house: House, servers: Servers, resolver: Resolver, worker: Worker
) -> None:
    featured = f"{CARL}/featured"
    servers.actor("carl@there.example", featured=featured)
    servers.actor("dora@there.example")
    mine = [f"https://there.example/notes/{number}" for number in range(30)]
    for uri in mine:
        servers.note(uri, CARL)
    other = "https://there.example/notes/dora"
    servers.note(other, "https://there.example/users/dora")
    foreign = "https://else.example/notes/1"
    servers.note(foreign, "https://else.example/users/eve")
    servers.collection(featured, [mine[0], {"id": mine[1], "type": "Note"}, other, foreign, *mine[2:]])
    await resolver.actor(CARL)
    assert servers.times(featured) == 0
    await worker.drain(at=_soon())
    async with house.db.read() as conn:
        assert await conn.scalars(_pins) == mine[: refresh.MAX_FEATURED - 1]
    assert servers.times(foreign) == 0
    assert other in await _uris(house)  # here, but nobody's pin


async def test_a_stale_profile_is_renewed_and_a_dead_server_asked_once_a_day(
    house: House, servers: Servers, resolver: Resolver, worker: Worker
) -> None:
    servers.actor("carl@there.example", name="Before")
    carl = await resolver.actor(CARL)
    servers.actor("carl@there.example", name="After")
    async with house.db.write() as conn:
        await wants.actor(conn, carl)
        await wants.actor(conn, carl)
    assert await worker.drain() == 1
    assert await worker.drain(at=_soon()) == 1  # what its server runs
    async with house.db.read() as conn:
        assert await conn.scalar(_names) == "After"
        before = await conn.scalar(_fetched)
    servers.dead.add("there.example")
    async with house.db.write() as conn:
        await wants.actor(conn, carl)
    assert await worker.drain(at=_soon()) == 1
    assert await _waiting(house) == []
    async with house.db.read() as conn:
        assert await conn.scalar(_fetched) >= before


async def test_a_parent_is_tried_a_few_times_and_then_let_be(
    house: House, servers: Servers, worker: Worker
) -> None:
    servers.dead.add("there.example")
    async with house.db.write() as conn:
        await wants.parent(conn, NOTE)
        await wants.parent(conn, NOTE)
    pauses = []
    while waiting := await _waiting(house):
        assert len(waiting) == 1
        pauses.append(waiting[0].run_at - ids.now_ms())
        await worker.drain_once(at=waiting[0].run_at)
    assert len(pauses) == wants.MAX_TRIES
    assert pauses == sorted(pauses)
    assert servers.times(NOTE) <= wants.MAX_TRIES


async def test_a_parent_that_is_gone_is_not_tried_again(
    house: House, servers: Servers, worker: Worker
) -> None:
    servers.put(NOTE, status=410)
    async with house.db.write() as conn:
        await wants.parent(conn, NOTE)
    assert await worker.drain() == 1
    assert await _waiting(house) == []


async def test_a_thread_is_not_climbed_for_ever(house: House) -> None:
    async with house.db.write() as conn:
        with wants.on_the_way(wants.MAX_HOPS - 1):
            await wants.parent(conn, NOTE)
        with wants.on_the_way(wants.MAX_HOPS):
            await wants.parent(conn, f"{NOTE}0")
    assert [one.payload["uri"] for one in await _waiting(house)] == [NOTE]


async def test_a_post_brings_its_first_replies_of_its_own_server(
    house: House, servers: Servers, worker: Worker
) -> None:
    servers.actor("carl@there.example")
    for number in range(10):
        servers.note(f"{NOTE}/{number}", CARL)
    note = _with_replies(["https://else.example/1", *(f"{NOTE}/{number}" for number in range(10))], servers)
    async with house.db.write() as conn:
        await wants.replies(conn, note)
        with wants.on_the_way(1):
            await wants.replies(conn, _with_replies([f"{NOTE}/9"], servers))
    await worker.drain()
    assert await _uris(house) == {f"{NOTE}/{number}" for number in range(wants.MAX_FIRST_REPLIES)}


def _with_replies(uris: list[str], servers: Servers) -> RemoteNote:
    page = {"type": "CollectionPage", "items": uris}
    return parse_note(servers.note(NOTE, CARL, replies={"type": "Collection", "first": page}))


def _question(servers: Servers, votes: int, **said: Any) -> str:
    options = [
        {"type": "Note", "name": name, "replies": {"type": "Collection", "totalItems": votes}}
        for name in ("Yes", "No")
    ]
    servers.note(
        NOTE, CARL, type="Question", oneOf=options, votersCount=2 * votes,
        **{"endTime": "2099-01-01T00:00:00Z", **said},
    )  # fmt: skip
    return NOTE


async def _votes(house: House) -> int:
    async with house.db.read() as conn:
        votes: int = await conn.scalar(Query(select(polls.c.votes_count)))
    return votes


async def test_a_poll_is_counted_anew_at_most_once_a_minute(
    house: House, servers: Servers, resolver: Resolver, monkeypatch: pytest.MonkeyPatch
) -> None:
    servers.actor("carl@there.example")
    status_id = await resolver.status(_question(servers, 1))
    _question(servers, 5)
    await resolver.poll(status_id)
    assert await _votes(house) == 2
    later = ids.now_ms() + refresh.POLL_MS + 1
    monkeypatch.setattr(ids, "now_ms", lambda: later)
    await asyncio.gather(*(resolver.poll(status_id) for _ in range(5)))
    assert await _votes(house) == 10
    assert servers.times(NOTE) == 2


async def test_a_poll_of_a_dead_server_is_shown_as_it_was(
    house: House, servers: Servers, resolver: Resolver, monkeypatch: pytest.MonkeyPatch
) -> None:
    servers.actor("carl@there.example")
    status_id = await resolver.status(_question(servers, 1))
    later = ids.now_ms() + refresh.POLL_MS + 1
    monkeypatch.setattr(ids, "now_ms", lambda: later)
    servers.dead.add("there.example")
    await resolver.poll(status_id)
    assert await _votes(house) == 2


async def test_a_poll_that_is_over_is_looked_at_once_more(
    house: House, servers: Servers, resolver: Resolver, monkeypatch: pytest.MonkeyPatch
) -> None:
    servers.actor("carl@there.example")
    now = ids.now_ms()
    status_id = await resolver.status(_question(servers, 1, endTime=ids.iso(now + 30_000)))
    for minutes in (2, 4, 6):
        monkeypatch.setattr(ids, "now_ms", lambda: now + minutes * 60_000)  # noqa: B023
        await resolver.poll(status_id)
    assert servers.times(NOTE) == 2


async def test_our_own_polls_are_asked_of_nobody(servers: Servers, resolver: Resolver, make: Make) -> None:
    alice = await make.account("alice")
    poll = PollDraft(options=("Yes", "No"), expires_in=600)
    await resolver.poll(await make.status(alice, poll=poll))
    await resolver.poll(77)
    assert servers.asked == []


async def test_whoever_does_not_wait_has_them_the_next_time(
    house: House, servers: Servers, resolver: Resolver, monkeypatch: pytest.MonkeyPatch
) -> None:
    servers.actor("carl@there.example")
    status_id = await resolver.status(_question(servers, 1))
    later = ids.now_ms() + refresh.POLL_MS + 1
    monkeypatch.setattr(ids, "now_ms", lambda: later)
    await resolver.poll(status_id, wait=False)
    await resolver.poll(status_id, wait=False)
    assert servers.times(NOTE) == 1
    assert [one.payload for one in await _waiting(house) if one.kind == wants.AGAIN] == [{"uri": NOTE}]
