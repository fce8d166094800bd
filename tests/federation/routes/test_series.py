"""Series of those who live here, as other servers ask for them."""

from __future__ import annotations

from stoa.core.house import House
from stoa.core.series import curate
from tests.client import Client
from tests.federation.routes.test_featured import ask
from tests.make import Make, Person


async def begin(house: House, owner: Person, *parts: int) -> int:
    async with house.db.write() as conn:
        series_id = await curate.create(
            conn, owner.id, house.addresses, title="The <call>", description="One &\ntwo"
        )
        await curate.put(conn, owner.id, series_id, list(parts))
    return series_id


async def test_a_series_lists_what_everybody_may_see(client: Client, make: Make, house: House) -> None:
    alice = await make.account("alice")
    one = await make.status(alice, "One.")
    secret = await make.status(alice, "Two.", visibility="private")
    three = await make.status(alice, "Three.", visibility="unlisted")
    series = await begin(house, alice, three, secret, one)
    actor = house.addresses.actor(alice.id)
    uri = house.addresses.series(actor, series)
    document = (await ask(client, uri)).ok()
    assert (document["id"], document["type"], document["name"]) == (uri, "OrderedCollection", "The <call>")
    assert document["attributedTo"] == actor
    assert document["summary"] == "<p>One &amp;<br>two</p>"
    assert document["orderedItems"] == [house.addresses.note(actor, number) for number in (three, one)]
    assert document["url"] == f"{house.addresses.base}/@alice/series/{series}"
    assert (await ask(client, f"/@alice/series/{series}")).json == document
    note = (await ask(client, house.addresses.note(actor, one))).ok()
    assert note["isPartOf"] == uri
    # The conversation is what it was.
    assert note["context"] == house.addresses.context(one)
    page = await client.get(uri.removeprefix(house.addresses.base), headers={"accept": "text/html"})
    assert (page.status, page.headers["location"]) == (302, f"/@alice/series/{series}")


async def test_a_post_says_at_once_that_it_is_in_a_series_no_longer(
    client: Client, make: Make, house: House
) -> None:
    alice = await make.account("alice")
    one = await make.status(alice, "One.")
    uri = house.addresses.note(house.addresses.actor(alice.id), one)
    assert "isPartOf" not in (await ask(client, uri)).ok()
    series = await begin(house, alice, one)
    assert "isPartOf" in (await ask(client, uri)).ok()
    async with house.db.write() as conn:
        await curate.take_out(conn, alice.id, series, one)
    assert "isPartOf" not in (await ask(client, uri)).ok()


async def test_what_nobody_may_see_is_answered_as_what_is_not_there(
    client: Client, make: Make, house: House
) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    secret = await make.status(alice, "One.", visibility="private")
    series = await begin(house, alice, secret)
    open_one = await begin(house, alice, await make.status(alice, "Two."))
    actor, other = house.addresses.actor(alice.id), house.addresses.actor(bob.id)
    none = await ask(client, f"{actor}/series/1")
    for path in (
        f"{actor}/series/{series}", f"/@alice/series/{series}", f"{other}/series/{open_one}",
        f"{actor}/series/x", f"{actor}/series/{2**70}", f"/@alice/series/{2**70}",
    ):  # fmt: skip
        answer = await ask(client, path)
        assert (answer.status, answer.text) == (404, none.text), path
    async with house.db.write() as conn:
        await curate.remove(conn, alice.id, open_one)
    assert (await ask(client, f"{actor}/series/{open_one}")).status == 410
