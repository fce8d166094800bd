"""What is known to be at an address."""

from __future__ import annotations

import pytest

from stoa.core.house import House
from stoa.core.search import addresses
from tests.make import Make

pytestmark = pytest.mark.anyio


async def test_ids_of_others_are_what_they_are_to_the_last_character(house: House, make: Make) -> None:
    carl = await make.remote("carl@there.example")
    uris = [f"https://there.example/{rest}" for rest in ("?p=42", "?p=43", "notes/1/", "a%2Cb", "a,b")]
    posts = [await make.status(carl, uri=uri, content="<p>x</p>") for uri in uris]
    async with house.db.read() as conn:
        for uri, post in zip(uris, posts, strict=True):
            assert await addresses.find(conn, uri, house.addresses) == ("status", post)
        for uri in ("https://there.example/?p=44", "https://there.example/", "https://there.example/a%2cb"):
            assert await addresses.find(conn, uri, house.addresses) is None
        found = await addresses.find(conn, "web+ap://there.example/?p=42", house.addresses)
    assert found == ("status", posts[0])


async def test_our_own_are_found_under_all_their_addresses(house: House, make: Make) -> None:
    alice = await make.account("alice")
    post = await make.status(alice)
    base = house.addresses.base
    actor = house.addresses.actor(alice.id)
    async with house.db.read() as conn:
        for address in (f"{base}/@alice/{post}", f"{actor}/statuses/{post}", f"{base}/@alice/{post}?x#y"):
            assert await addresses.find(conn, address, house.addresses) == ("status", post)
        for address in (actor, f"{base}/@alice", f"{base}/users/alice", f"{base}/@alice/?x"):
            assert await addresses.find(conn, address, house.addresses) == ("account", alice.id)


@pytest.mark.parametrize(
    ("text", "elsewhere"),
    [
        ("https://there.example/1", True), ("web+ap://there.example/1", True), ("carl@there.example", True),
        ("@carl@there.example", True), ("http://localhost:8000/@alice", False), ("alice", False),
        ("@alice@localhost:8000", False), ("two words", False), ("@", False), ("a@", False),
    ],
)  # fmt: skip
async def test_what_may_be_elsewhere(house: House, text: str, elsewhere: bool) -> None:
    assert addresses.is_elsewhere(text, house.addresses) is elsewhere
