"""The rest of a conversation is fetched, each post from its own server, and no more than belongs to it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update

from stoa import ids
from stoa.core.house import House
from stoa.core.statuses import context
from stoa.db import Query
from stoa.db.tables import statuses, thread_refreshes
from stoa.federation import backfill, refresh
from stoa.federation.fetch import Fetcher
from stoa.federation.own_keys import OwnKeys
from stoa.federation.resolve import Resolver
from stoa.jobs.worker import OnNetwork, Worker
from tests.federation.servers import AS, Servers
from tests.make import Make, Person

pytestmark = pytest.mark.anyio

THERE = "https://there.example"
ROOT = f"{THERE}/notes/root"
CARL = f"{THERE}/users/carl"
DORA = "https://else.example/users/dora"

_uris = Query(select(statuses.c.uri))
_old = Query(update(statuses).values(created_at=ids.now_ms() - 3_600_000))


@pytest.fixture
def servers(house: House) -> Servers:
    servers = Servers(house.settings)
    servers.actor("carl@there.example")
    servers.actor("dora@else.example")
    return servers


@pytest.fixture
def resolver(house: House, servers: Servers) -> Resolver:
    return Resolver(house, Fetcher(servers, OwnKeys(house.db, house.addresses), house))


@pytest.fixture
def worker(house: House, servers: Servers, resolver: Resolver) -> Worker:
    kinds = refresh.jobs(resolver, Fetcher(servers, OwnKeys(house.db, house.addresses), house))
    return Worker(house.db, {kind: OnNetwork(run) for kind, run in kinds.items()})


def replies(of: str) -> str:
    return f"{of}/replies"


def post(servers: Servers, uri: str, author: str, answers: str | None = None, **said: Any) -> str:
    """A post on its server, which lists its replies."""
    servers.note(uri, author, **{"inReplyTo": answers, "replies": replies(uri), **said})
    servers.put(replies(uri), {"@context": AS, "id": replies(uri), "type": "Collection", "items": []})
    return uri


def lists(servers: Servers, uri: str, *items: Any, **said: Any) -> None:
    """The server of *uri* lists *items* as its replies."""
    servers.put(
        replies(uri),
        {"@context": AS, "id": replies(uri), "type": "Collection", "items": list(items), **said},
    )


async def _read(house: House, worker: Worker, resolver: Resolver, uri: str = ROOT) -> int:
    """Somebody reads the conversation of *uri* some time after it was written; how many posts came."""
    status_id = await resolver.status(uri)
    async with house.db.write() as conn:
        await conn.run(_old)
    begun = await resolver.conversation(status_id)
    assert begun is not None
    assert begun.running
    await worker.drain()
    found = await resolver.refresh(begun.id)
    assert found is not None
    assert not found.running
    return found.results


async def _stored(house: House) -> set[str]:
    async with house.db.read() as conn:
        return set(await conn.scalars(_uris))


async def test_replies_are_walked_on_every_server(
    house: House, servers: Servers, resolver: Resolver, worker: Worker, make: Make
) -> None:
    alice = await make.account("alice")
    post(servers, ROOT, CARL)
    one = post(servers, "https://else.example/1", DORA, ROOT)
    two = post(servers, f"{THERE}/notes/2", CARL, one)
    three = post(servers, "https://else.example/3", DORA, two)
    lists(servers, ROOT, one)
    lists(servers, one, {"id": two, "type": "Note", "content": "forged"})
    lists(servers, two, three)
    assert await _read(house, worker, resolver) == 3
    assert await _stored(house) == {ROOT, one, two, three}
    assert servers.times(two) == 1  # whatever was embedded
    assert await _shown(house, alice) == [one, two, three]


async def _shown(house: House, viewer: Person) -> list[str]:
    async with house.db.read() as conn:
        root = await conn.scalar(Query(select(statuses.c.id).where(statuses.c.uri == ROOT)))
        found = await context.around(conn, root, viewer.id)
        rows = {row.id: row.uri for row in await conn.all(Query(select(statuses.c.id, statuses.c.uri)))}
    return [rows[one.id] for one in found.descendants]


async def test_what_only_somebody_else_calls_a_reply_is_none(
    house: House, servers: Servers, resolver: Resolver, worker: Worker
) -> None:
    post(servers, ROOT, CARL)
    stray = post(servers, "https://else.example/stray", DORA)
    other = post(servers, "https://else.example/other", DORA, stray)
    forged = "https://else.example/forged"
    servers.note(forged, CARL, inReplyTo=ROOT)  # not the word of carl's server
    lists(servers, ROOT, stray, other, forged, "https://127.0.0.1/x", "javascript:x", {"type": "Note"})
    assert await _read(house, worker, resolver) == 0
    assert await _stored(house) == {ROOT}
    assert all("127.0.0.1" not in one.url for one in servers.asked)


async def test_the_collection_of_a_whole_conversation_is_read_first(
    house: House, servers: Servers, resolver: Resolver, worker: Worker
) -> None:
    whole = f"{THERE}/contexts/1"
    post(servers, ROOT, CARL, context=whole)
    one = post(servers, "https://else.example/1", DORA, ROOT, context=whole)
    two = post(servers, "https://else.example/2", DORA, one)
    stray = post(servers, "https://else.example/stray", DORA, context="https://else.example/c")
    servers.collection(whole, [ROOT, one, two, stray], attributedTo=CARL)
    assert await _read(house, worker, resolver) == 2
    assert await _stored(house) == {ROOT, one, two}
    assert servers.times(replies(ROOT)) == 0


async def test_a_collection_on_another_server_than_the_first_post_is_not_asked(
    house: House, servers: Servers, resolver: Resolver, worker: Worker
) -> None:
    whole = "https://evil.example/contexts/1"
    post(servers, ROOT, CARL, context=whole)
    one = post(servers, "https://else.example/1", DORA, ROOT)
    lists(servers, ROOT, one)
    servers.collection(whole, [ROOT])
    assert await _read(house, worker, resolver) == 1
    assert servers.times(whole) == 0


@pytest.mark.parametrize("cycle", [1, 2, 3])
async def test_pages_that_lead_in_a_circle_end(
    house: House, servers: Servers, resolver: Resolver, worker: Worker, cycle: int
) -> None:
    post(servers, ROOT, CARL)
    pages = [f"{replies(ROOT)}?page={number}" for number in range(cycle)]
    lists(servers, ROOT, next=pages[0])
    for number, page in enumerate(pages):
        document = {"@context": AS, "id": page, "type": "CollectionPage", "items": []}
        servers.put(page, {**document, "next": pages[(number + 1) % cycle]})
    assert await _read(house, worker, resolver) == 0
    assert [servers.times(page) for page in pages] == [1] * cycle


async def test_pages_without_end_end(
    house: House, servers: Servers, resolver: Resolver, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backfill, "MAX_PAGES", 20)
    post(servers, ROOT, CARL)
    for number in range(100):
        page = replies(ROOT) + (f"?page={number}" if number else "")
        servers.put(
            page,
            {"@context": AS, "id": page, "type": "CollectionPage", "items": [],
             "next": f"{replies(ROOT)}?page={number + 1}"},
        )  # fmt: skip
    await _read(house, worker, resolver)
    assert sum("/replies" in one.url for one in servers.asked) == 20


async def test_a_thread_without_end_ends(
    house: House, servers: Servers, resolver: Resolver, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backfill, "MAX_POSTS", 7)
    before = post(servers, ROOT, CARL)
    for number in range(40):
        uri = post(servers, f"{THERE}/notes/{number}", CARL, before)
        lists(servers, before, uri)
        before = uri
    assert 0 < await _read(house, worker, resolver) <= 7


async def test_one_post_has_so_many_replies(
    house: House, servers: Servers, resolver: Resolver, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backfill, "MAX_REPLIES", 5)
    post(servers, ROOT, CARL)
    lists(servers, ROOT, *(post(servers, f"{THERE}/notes/{n}", CARL, ROOT) for n in range(12)))
    assert await _read(house, worker, resolver) == 5


async def test_missing_parents_are_fetched_first(
    house: House, servers: Servers, resolver: Resolver, worker: Worker, make: Make
) -> None:
    alice = await make.account("alice")
    post(servers, ROOT, CARL)
    one = post(servers, "https://else.example/1", DORA, ROOT)
    two = post(servers, f"{THERE}/notes/2", CARL, one)
    await _read(house, worker, resolver, two)
    assert await _stored(house) == {ROOT, one, two}
    assert await _shown(house, alice) == [one, two]


async def test_what_is_blocked_or_dead_is_left_out_and_the_rest_comes(
    house: House, servers: Servers, resolver: Resolver, worker: Worker
) -> None:
    post(servers, ROOT, CARL)
    gone, dead = f"{THERE}/notes/gone", "https://dead.example/1"
    servers.put(gone, status=410)
    servers.dead.add("dead.example")
    one = post(servers, "https://else.example/1", DORA, ROOT)
    lists(servers, ROOT, gone, dead, one)
    assert await _read(house, worker, resolver) == 1
    assert await _stored(house) == {ROOT, one}


async def test_a_refresh_that_was_stopped_is_not_told_as_running_for_ever(
    house: House, servers: Servers, resolver: Resolver, monkeypatch: pytest.MonkeyPatch
) -> None:
    post(servers, ROOT, CARL)
    status_id = await resolver.status(ROOT)
    async with house.db.write() as conn:
        await conn.run(_old)
    begun = await resolver.conversation(status_id)
    assert begun is not None
    async with house.db.write() as conn:
        forgotten = ids.now_ms() - backfill.FORGOTTEN_MS
        await conn.run(Query(update(thread_refreshes).values(started_at=forgotten)))
    found = await resolver.refresh(begun.id)
    assert found is not None
    assert not found.running
