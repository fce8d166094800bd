"""Posts elsewhere are found by their ids, and whatever a person types or pastes."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from stoa.core.house import House
from stoa.core.statuses import views as status_views
from stoa.db import Query, insert
from stoa.db.tables import domain_blocks, statuses
from stoa.federation.fetch import Fetcher
from stoa.federation.missing import NotResolved
from stoa.federation.own_keys import OwnKeys
from stoa.federation.resolve import Resolver
from tests.federation.servers import AS, Servers
from tests.make import Make

pytestmark = pytest.mark.anyio

CARL = "https://there.example/users/carl"
NOTE = "https://there.example/notes/1"

_block = insert(domain_blocks, "id", "domain", "severity", "created_at")
_statuses = Query(select(statuses.c.uri))


@pytest.fixture
def servers(house: House) -> Servers:
    return Servers(house.settings)


@pytest.fixture
def resolver(house: House, servers: Servers) -> Resolver:
    return Resolver(house, Fetcher(servers, OwnKeys(house.db, house.addresses), house))


async def test_a_post_comes_with_its_author(resolver: Resolver, servers: Servers, house: House) -> None:
    servers.actor("carl@there.example")
    servers.note(NOTE, CARL)
    status_id = await resolver.status(NOTE)
    async with house.db.read() as conn:
        status = await status_views.get(conn, status_id)
    assert status.account.uri == CARL
    assert status.uri == NOTE
    assert await resolver.status(NOTE) == status_id
    assert servers.times(NOTE) == 1


@pytest.mark.parametrize(
    "said",
    [
        {"type": "Person"}, {"attributedTo": "https://else.example/users/dora"}, {"attributedTo": None},
        {"id": "https://there.example/notes/2"}, {"@context": None},
        {"content": None, "name": "Yes", "inReplyTo": "https://else.example/poll"},
    ],
)  # fmt: skip
async def test_what_is_no_post_of_that_id_is_refused(
    resolver: Resolver, servers: Servers, house: House, said: dict[str, Any]
) -> None:
    servers.actor("carl@there.example")
    servers.note(NOTE, CARL, **said)
    with pytest.raises(NotResolved):
        await resolver.status(NOTE)
    async with house.db.read() as conn:
        assert await conn.all(_statuses) == []


async def test_a_post_by_way_of_too_many_others_waits(resolver: Resolver, servers: Servers) -> None:
    servers.actor("carl@there.example")
    servers.note(NOTE, CARL)
    with pytest.raises(NotResolved) as refused:
        await resolver.status(NOTE, depth=3)
    assert not refused.value.final
    assert servers.asked == []


@pytest.mark.parametrize("typed", [NOTE, "web+ap://there.example/notes/1", "https://there.example/@carl/1"])
async def test_an_address_finds_a_post(
    resolver: Resolver, servers: Servers, house: House, typed: str
) -> None:
    servers.actor("carl@there.example")
    servers.note(NOTE, CARL)
    page = f'<html><link rel="alternate" type="application/activity+json" href="{NOTE}"></html>'
    servers.put("https://there.example/@carl/1", page.encode(), kind="text/html; charset=utf-8")
    found = await resolver.url(typed)
    assert found is not None
    assert found[0] == "status"
    assert await resolver.status(NOTE) == found[1]


async def test_an_address_finds_a_profile(resolver: Resolver, servers: Servers) -> None:
    servers.actor("carl@there.example")
    servers.redirect("https://there.example/@carl", CARL)
    carl = await resolver.actor(CARL)
    for typed in (CARL, "acct:carl@there.example", "https://there.example/@carl"):
        assert await resolver.url(typed) == ("account", carl)


async def test_the_address_of_an_activity_finds_what_it_is_about(
    resolver: Resolver, servers: Servers
) -> None:
    servers.actor("carl@there.example")
    servers.note(NOTE, CARL)
    create = {"@context": AS, "id": f"{NOTE}/activity", "type": "Create", "actor": CARL, "object": NOTE}
    servers.put(f"{NOTE}/activity", create)
    assert await resolver.url(f"{NOTE}/activity") == ("status", await resolver.status(NOTE))


@pytest.mark.parametrize(
    "typed",
    ["", "x", "https://", "https://[::1", "https://a\0b", "https://127.0.0.1/x", "javascript:alert(1)",
     "https://there.example/page", "https://there.example/loop", "nobody@there.example", "a@b@c"],
)  # fmt: skip
async def test_an_address_of_nothing_finds_nothing(
    resolver: Resolver, servers: Servers, typed: str
) -> None:
    servers.put("https://there.example/page", b"<html>nothing</html>", kind="text/html")
    loop = b'<link rel="alternate" type="application/activity+json" href="/loop">'
    servers.put("https://there.example/loop", loop, kind="text/html")
    assert await resolver.url(typed) is None
    assert await resolver.account(typed) is None
    assert len(servers.asked) < 5


async def test_a_page_may_point_at_another_server_but_lends_it_nothing(
    resolver: Resolver, servers: Servers
) -> None:
    servers.actor("carl@there.example")
    servers.note(NOTE, CARL)
    page = f'<link rel="alternate" type="application/activity+json" href="{NOTE}">'
    servers.put("https://blog.example/1", page.encode(), kind="text/html")
    assert await resolver.url("https://blog.example/1") == ("status", await resolver.status(NOTE))


async def test_ours_are_found_without_asking_anybody(
    resolver: Resolver, servers: Servers, make: Make, house: House
) -> None:
    alice = await make.account("alice")
    post = await make.status(alice)
    base = house.addresses.base
    assert await resolver.account("alice") is None  # a handle has a domain
    assert await resolver.account(f"alice@{house.settings.domain}") == alice.id
    assert await resolver.url(f"{base}/@alice") == ("account", alice.id)
    assert await resolver.url(f"{base}/@alice/{post}") == ("status", post)
    assert await resolver.actor(house.addresses.actor(alice.id)) == alice.id
    assert await resolver.url(f"{base}/nothing") is None
    with pytest.raises(NotResolved):
        await resolver.actor(f"{base}/ap/users/77")
    assert servers.asked == []


async def test_nothing_is_fetched_from_below_a_suspended_name(
    resolver: Resolver, servers: Servers, house: House
) -> None:
    servers.actor("carl@there.example")
    async with house.db.write() as conn:
        await conn.run(_block, id=1, domain="example", severity="suspend", created_at=1)
    assert await resolver.account("carl@there.example") is None
    assert servers.asked == []
