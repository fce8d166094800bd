"""Links on profiles that link back."""

from __future__ import annotations

import pytest

from stoa import ids
from stoa.core.accounts import profile, views
from stoa.core.accounts.profile import Change, FieldChange
from stoa.core.house import House
from stoa.federation import verify, wants
from stoa.federation.fetch import Fetcher
from stoa.federation.own_keys import OwnKeys
from stoa.federation.refresh import jobs
from stoa.federation.resolve import Resolver
from stoa.jobs.worker import OnNetwork, Worker
from tests.federation.servers import Servers
from tests.make import Make, Person

pytestmark = pytest.mark.anyio

PAGE = "https://blog.example/about"


@pytest.fixture
def servers(house: House) -> Servers:
    return Servers(house.settings)


@pytest.fixture
def fetcher(house: House, servers: Servers) -> Fetcher:
    return Fetcher(servers, OwnKeys(house.db, house.addresses), house)


@pytest.fixture
def worker(house: House, fetcher: Fetcher) -> Worker:
    kinds = jobs(Resolver(house, fetcher), fetcher)
    return Worker(house.db, {kind: OnNetwork(run) for kind, run in kinds.items()})


async def _say(house: House, person: Person, value: str) -> None:
    async with house.db.write() as conn:
        change = Change(fields=[FieldChange("Blog", value)])
        await profile.update(conn, person.id, change, house.settings, house.addresses)


async def _verified(house: House, account_id: int) -> list[bool]:
    async with house.db.read() as conn:
        return [one.verified_at is not None for one in (await views.get(conn, account_id)).fields]


async def test_a_page_that_links_back_verifies_the_link(
    house: House, make: Make, servers: Servers, worker: Worker
) -> None:
    alice = await make.account("alice")
    home = house.addresses.profile("alice")
    servers.put(PAGE, f'<p><a class="x" rel="me" href="{home}">me</a></p>'.encode(), kind="text/html")
    await _say(house, alice, PAGE)
    await worker.drain()
    assert await _verified(house, alice.id) == [True]
    assert not servers.asked[0].signed
    # Another link is another claim.
    await _say(house, alice, f"{PAGE}2")
    await worker.drain()
    assert await _verified(house, alice.id) == [False]


@pytest.mark.parametrize(
    ("page", "kind"),
    [
        (b'<a href="HOME">friend</a>', "text/html"),
        (b'<a rel="me" href="http://localhost:8000/@bob">me</a>', "text/html"),
        (b'<a rel="me" href="HOME">me</a>', "text/plain"),
        (b"", "text/html"),
    ],
)
async def test_other_pages_verify_nothing(
    house: House, make: Make, servers: Servers, worker: Worker, page: bytes, kind: str
) -> None:
    alice = await make.account("alice")
    servers.put(PAGE, page.replace(b"HOME", house.addresses.profile("alice").encode()), kind=kind)
    await _say(house, alice, PAGE)
    await worker.drain()
    assert await _verified(house, alice.id) == [False]


async def test_those_elsewhere_are_verified_by_their_own_address(
    house: House, servers: Servers, fetcher: Fetcher, worker: Worker
) -> None:
    link = (
        f'<a href="{PAGE}" rel="me nofollow"><span class="invisible">https://</span>blog.example/about</a>'
    )
    servers.actor(
        "carl@there.example",
        attachment=[
            {"type": "PropertyValue", "name": "Blog", "value": link},
            {"type": "PropertyValue", "name": "Text", "value": "no link"},
        ],
    )
    servers.put(PAGE, b'<link rel=me href="https://there.example/@carl/">', kind="text/html")
    carl = await Resolver(house, fetcher).account("carl@there.example")
    assert carl is not None
    await worker.drain(at=_later())
    assert await _verified(house, carl) == [True, False]


def _later() -> int:
    return ids.now_ms() + 2 * wants.SPREAD_MS


@pytest.mark.parametrize(
    ("value", "link"),
    [
        (f'<a href="{PAGE}">blog.example/about</a>', PAGE),
        (f'<p><a href="{PAGE}" rel="me"><span>https://blog.example/about</span></a></p>', PAGE),
        (f'<a href="{PAGE}">my bank</a>', None),
        (f'<a href="https://evil.example/">{PAGE}</a>', None),
        (f'see <a href="{PAGE}">blog.example/about</a>', None),
        ('<a href="http://blog.example/">http://blog.example/</a>', None),
        ("text", None),
        ("<a " * 5000, None),
        ("<a x" + " href=" * 5000, None),
    ],
)
def test_a_field_that_is_one_link_is_looked_at(value: str, link: str | None) -> None:
    assert verify.link_of(value) == link
