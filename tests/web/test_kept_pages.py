"""A visitor's page is made once while nothing changes, and never shown to anybody it is not for."""

from __future__ import annotations

from stoa.core.accounts import store as accounts
from stoa.core.house import House
from tests.client import Client
from tests.make import Make


async def test_the_second_visitor_costs_no_queries_and_sees_the_next_change(
    house: House, client: Client, make: Make
) -> None:
    alice = await make.account("alice")
    status_id = await make.status(alice, "Hello")
    url = f"/@alice/{status_id}"
    first = await client.get(url)
    assert first.status == 200
    before = house.db.statements
    again = await client.get(url)
    assert again.body == first.body
    if house.db.version() is not None:
        assert house.db.statements == before
    async with house.db.write() as conn:
        await accounts.change(conn, alice.id, display_name="Alice in Chains")
    assert "Alice in Chains" in (await client.get(url)).text


async def test_whoever_comes_with_a_cookie_gets_a_page_of_their_own(
    house: House, client: Client, make: Make
) -> None:
    alice = await make.account("alice")
    status_id = await make.status(alice, "Hello")
    url = f"/@alice/{status_id}"
    await client.get(url)
    before = house.db.statements
    await client.get(url, headers={"cookie": "stoa_session=nobody"})
    assert house.db.statements > before


async def test_a_refusal_is_not_kept(house: House, client: Client, make: Make) -> None:
    alice = await make.account("alice")
    assert (await client.get("/@alice/1")).status == 404
    status_id = await make.status(alice, "Hello")
    assert (await client.get(f"/@alice/{status_id}")).status == 200
