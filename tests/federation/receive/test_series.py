"""Series of others: their author's word alone; who follows one gets its parts, and nobody else's."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from stoa.core.errors import NotFound
from stoa.core.series import curate, views
from stoa.core.series.model import SeriesView
from stoa.db.tables import series
from stoa.federation import wants
from tests.federation.elsewhere import CONTEXT, Actor, Asked, Document
from tests.federation.receive.conftest import World
from tests.federation.receive.deeds import actor_of, letters
from tests.make import Person

WORK = (wants.SERIES, wants.STATUS)


@pytest.fixture
async def alice(world: World) -> Person:
    return await world.make.account("alice")


@pytest.fixture
def carol(world: World) -> Actor:
    return world.elsewhere.actor("carol@there.example")


def address(owner: Actor) -> str:
    return f"{owner.uri}/series/7"


def part(world: World, owner: Actor, text: str = "<p>One.</p>", **said: Any) -> Document:
    """A post that says that it is in the series, at its id."""
    note = owner.note(text, **{"isPartOf": address(owner), **said})
    world.elsewhere.put(note)
    return note


def described(world: World, owner: Actor, *parts: Document, **said: Any) -> Document:
    """The series, which is at its id."""
    document = {
        "@context": CONTEXT, "id": address(owner), "type": "OrderedCollection", "name": "The &amp; call",
        "summary": "<p>Of a <script>x</script>call</p>", "attributedTo": owner.uri,
        "url": "https://there.example/@carol/series/7", "totalItems": len(parts),
        "orderedItems": [one["id"] for one in parts], **said,
    }  # fmt: skip
    world.elsewhere.put(document)
    return document


async def kept(world: World, owner: Actor) -> SeriesView | None:
    rows = await world.all(select(series.c.id).where(series.c.uri == address(owner)))
    async with world.door.house.db.read() as conn:
        return (await views.load(conn, [row.id for row in rows])).get(rows[0].id) if rows else None


async def follow(world: World, person: Person, owner: Actor) -> SeriesView:
    found = await kept(world, owner)
    assert found is not None
    async with world.door.house.db.write() as conn:
        await curate.follow(conn, person.id, found.id)
    return found


def create(owner: Actor, note: Document) -> Document:
    return owner.activity("Create", note)


async def test_a_part_brings_its_series_along(world: World, alice: Person, carol: Actor) -> None:
    await world.follows(alice, carol)
    one, two = part(world, carol), part(world, carol, "<p>Two.</p>")
    described(world, carol, one, two)
    await world.tell(carol, create(carol, two))
    await world.tell(carol, create(carol, one))
    assert await world.jobs(*WORK) > 0
    found = await kept(world, carol)
    assert found is not None
    assert (found.title, found.description, found.local) == ("The & call", "Of a call", False)
    posts = [await world.post(one["id"]) for one in (one, two)]
    assert [one.id for one in posts if one] == list(found.parts)
    page = await world.client.get(f"/@carol@there.example/{found.parts[1]}")
    assert "Part 2 of 2" in page.text
    assert "The &amp; call" in page.text
    page = await world.client.get(f"/@carol@there.example/series/{found.id}")
    assert page.status == 200
    assert "<script>x" not in page.text


async def test_who_follows_a_series_gets_its_parts_and_is_told(
    world: World, alice: Person, carol: Actor
) -> None:
    bob = await world.make.account("bob")
    await world.follows(bob, carol)
    one = part(world, carol)
    described(world, carol, one)
    await world.tell(carol, create(carol, one))
    await world.jobs(*WORK)
    async with world.door.house.db.write() as conn:
        # So that nobody but alice, who does not follow carol, is any reason to keep what she writes.
        await curate.follow(conn, alice.id, (await kept(world, carol)).id)  # type: ignore[union-attr]
    (asked,) = [
        one for one in await letters(world) if one["type"] == "Follow" and "series" in one["object"]
    ]
    assert (asked["actor"], asked["object"], asked["to"]) == (
        actor_of(world, alice), address(carol), [carol.uri],
    )  # fmt: skip
    two = part(world, carol, "<p>Two.</p>")
    described(world, carol, one, two)
    await world.tell(carol, create(carol, two))
    await world.jobs(*WORK)
    assert ("status", two["id"]) in await world.told(alice)
    assert ("status", two["id"]) not in await world.told(bob)
    # A copy changes nothing.
    await world.tell(carol, create(carol, two))
    await world.jobs(*WORK)
    assert [uri for _, uri in await world.told(alice)].count(two["id"]) == 1


async def test_a_part_is_kept_where_only_its_series_is_followed(
    world: World, alice: Person, carol: Actor
) -> None:
    one = part(world, carol)
    described(world, carol, one)
    await world.door.resolver.status(one["id"])
    await world.jobs(*WORK)
    await follow(world, alice, carol)
    two, other = part(world, carol, "<p>Two.</p>"), carol.note("<p>Of something else.</p>")
    described(world, carol, one, two)
    await world.tell(carol, create(carol, two))
    await world.tell(carol, create(carol, other))
    assert await world.post(two["id"]) is not None
    assert await world.post(other["id"]) is None


async def test_missing_parts_are_fetched_for_those_who_follow(
    world: World, alice: Person, carol: Actor
) -> None:
    one, two = part(world, carol), part(world, carol, "<p>Two.</p>")
    described(world, carol, one, two)
    await world.door.resolver.status(one["id"])
    await world.jobs(*WORK)
    assert await world.post(two["id"]) is None
    await follow(world, alice, carol)
    await world.jobs(*WORK)
    assert await world.post(two["id"]) is not None
    assert await world.told(alice) == []


async def test_its_author_renames_orders_and_gives_up_a_series(
    world: World, alice: Person, carol: Actor
) -> None:
    await world.follows(alice, carol)
    one, two = part(world, carol), part(world, carol, "<p>Two.</p>")
    for note in (one, two):
        await world.tell(carol, create(carol, note))
    await world.tell(carol, carol.activity("Update", described(world, carol, two, one, name="Another")))
    found = await kept(world, carol)
    assert found is not None
    first = await world.post(two["id"])
    assert first is not None
    assert (found.title, found.parts[0]) == ("Another", first.id)
    eve = world.elsewhere.actor("eve@there.example")
    await world.tell(eve, eve.activity("Update", described(world, carol, one, name="Eve's")))
    await world.tell(eve, eve.activity("Delete", address(carol)))
    found = await kept(world, carol)
    assert found is not None
    assert found.title == "Another"
    await world.tell(carol, carol.activity("Delete", address(carol)))
    assert await kept(world, carol) is None
    assert await world.post(one["id"]) is not None


@pytest.mark.parametrize(
    "wrong",
    [
        {"attributedTo": "https://there.example/users/eve"},
        {"attributedTo": "https://far.example/users/carol"},
        {"attributedTo": None},
        {"name": None},
        {"name": " "},
        {"name": {"a": ["b"]}},
        {"type": "Collection"},
        {"id": "https://there.example/users/carol/series/8"},
        {"orderedItems": ["https://far.example/posts/1", 7, None, {"a": 1}]},
        {"orderedItems": 5},
    ],
)
async def test_what_is_no_series_of_its_author_puts_no_post_into_one(
    world: World, alice: Person, carol: Actor, wrong: dict[str, Any]
) -> None:
    world.elsewhere.actor("eve@there.example")
    await world.follows(alice, carol)
    one = part(world, carol)
    described(world, carol, one, **wrong)
    await world.tell(carol, create(carol, one))
    await world.jobs(*WORK)
    post = await world.post(one["id"])
    assert post is not None
    async with world.door.house.db.read() as conn:
        assert await views.with_status(conn, post.id) is None


async def test_nobody_puts_the_posts_of_others_into_a_series(
    world: World, alice: Person, carol: Actor
) -> None:
    dave = world.elsewhere.actor("dave@there.example")
    for actor in (carol, dave):
        await world.follows(alice, actor)
    theirs = part(world, dave, isPartOf=address(carol))
    await world.tell(dave, create(dave, theirs))
    described(world, carol, theirs)
    await world.jobs(*WORK)
    post = await world.post(theirs["id"])
    assert post is not None
    async with world.door.house.db.read() as conn:
        assert await views.with_status(conn, post.id) is None


async def test_a_series_from_here_is_followed_from_elsewhere_and_not_any_more(
    world: World, alice: Person, carol: Actor
) -> None:
    status_id = await world.make.status(alice, "One.")
    house = world.door.house
    async with house.db.write() as conn:
        series_id = await curate.create(conn, alice.id, house.addresses, title="The call")
        await curate.put(conn, alice.id, series_id, [status_id])
    uri = house.addresses.series(actor_of(world, alice), series_id)
    asked = carol.activity("Follow", uri)
    await world.tell(carol, asked)
    accept = (await letters(world))[-1]
    assert (accept["type"], accept["object"]["id"], accept["object"]["object"]) == (
        "Accept", asked["id"], uri,
    )  # fmt: skip
    account = await world.account_id(carol)
    async with house.db.read() as conn:
        assert await views.is_followed(conn, series_id, account)
    await world.tell(carol, carol.activity("Undo", asked))
    async with house.db.read() as conn:
        assert not await views.is_followed(conn, series_id, account)


async def test_a_series_that_one_may_not_read_is_not_followed(
    world: World, alice: Person, carol: Actor
) -> None:
    status_id = await world.make.status(alice, "One.", visibility="private")
    house = world.door.house
    async with house.db.write() as conn:
        series_id = await curate.create(conn, alice.id, house.addresses, title="Peppercorn")
        await curate.put(conn, alice.id, series_id, [status_id])
    await world.tell(
        carol, carol.activity("Follow", house.addresses.series(actor_of(world, alice), series_id))
    )
    answer = (await letters(world))[-1]
    assert answer["type"] == "Reject"
    assert "Peppercorn" not in str(await letters(world))
    with pytest.raises(NotFound):
        async with house.db.write() as conn:
            await curate.follow(conn, await world.account_id(carol), series_id)


async def test_a_server_that_is_away_is_asked_again(world: World, alice: Person, carol: Actor) -> None:
    await world.follows(alice, carol)
    one = part(world, carol)
    document = described(world, carol, one)
    await world.tell(carol, create(carol, one))
    asked = 0

    def away(_: Asked) -> Document | int:
        nonlocal asked
        asked += 1
        return 503 if asked < 3 else document

    world.elsewhere.documents[address(carol)] = away
    await world.jobs(*WORK)
    assert (await kept(world, carol)) is not None
    assert asked == 3
