"""What apps are sent: complete entities, put together from kept bytes, never out of date."""

from __future__ import annotations

import json
from typing import Any

from stoa import ids
from stoa.api import rendered
from stoa.core.accounts import store as account_store
from stoa.core.house import House
from stoa.db import insert
from stoa.db.tables import statuses
from tests.make import Make, Person

_add = insert(
    statuses, "id", "account_id", "uri", "url", "local", "visibility", "conversation_id",
    "reblog_of_id", "content", "created_at",
)  # fmt: skip


async def put(house: House, author: Person, content: str, *, visibility: str = "public",
              reblog_of: int | None = None) -> int:  # fmt: skip
    status_id = ids.new_id()
    async with house.db.write() as conn:
        await conn.run(
            _add, id=status_id, account_id=author.id,
            uri=house.addresses.note(house.addresses.actor(author.id), status_id),
            url=house.addresses.status(author.username, status_id), local=True,
            visibility=visibility, conversation_id=status_id, reblog_of_id=reblog_of,
            content=content, created_at=ids.now_ms(),
        )  # fmt: skip
    return status_id


async def shown(house: House, status_id: int, viewer: Person | None) -> Any:
    async with house.db.read() as conn:
        return json.loads(await rendered.status(conn, house, status_id, viewer.id if viewer else None))


async def test_a_boost_says_what_the_boosted_status_says(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    original = await put(house, alice, "<p>Hello</p>")
    boost = await put(house, bob, "", reblog_of=original)
    entity = await shown(house, boost, bob)
    assert entity["account"]["username"] == "bob"
    assert entity["content"] == "<p>Hello</p>"
    assert entity["reblog"]["account"]["username"] == "alice"
    assert entity["reblog"]["id"] == str(original)
    assert entity["reblogged"] is True
    assert entity["reblog"]["reblogged"] is True


async def test_a_visitor_gets_no_marks(house: House, make: Make) -> None:
    alice = await make.account("alice")
    entity = await shown(house, await put(house, alice, "<p>Hello</p>"), None)
    assert "favourited" not in entity
    assert entity["quote_approval"] == {"automatic": ["public"], "manual": [], "current_user": "denied"}


async def test_a_changed_profile_is_shown_at_once(house: House, make: Make) -> None:
    alice = await make.account("alice")
    status_id = await put(house, alice, "<p>Hello</p>")
    assert (await shown(house, status_id, alice))["account"]["display_name"] == ""
    async with house.db.write() as conn:
        await account_store.change(conn, alice.id, display_name="Alice in Chains")
    assert (await shown(house, status_id, alice))["account"]["display_name"] == "Alice in Chains"


async def test_a_page_costs_the_same_number_of_queries_whatever_its_size(house: House, make: Make) -> None:
    alice = await make.account("alice")
    some = [await put(house, alice, f"<p>{number}</p>") for number in range(12)]

    async def cost(wanted: list[int]) -> int:
        async with house.db.read() as conn:
            before = house.db.statements
            found = await rendered.statuses_by_id(conn, house, wanted, alice.id)
            assert set(found) == set(wanted)
            return house.db.statements - before

    await cost(some)  # from now on everything is in memory
    assert await cost(some[:1]) == await cost(some) == 3  # heads, people, filters
