"""What others like is counted, once for each of them; a Dislike never is."""

from __future__ import annotations

import pytest

from stoa.core.relationships import block
from tests.federation.elsewhere import Actor, Document
from tests.federation.receive.conftest import World
from tests.federation.receive.deeds import counts, letters, likes, note_of, post_here, undo
from tests.make import Person


@pytest.fixture
async def alice(world: World) -> Person:
    return await world.make.account("alice")


@pytest.fixture
def carol(world: World) -> Actor:
    return world.elsewhere.actor("carol@there.example")


async def test_a_like_is_a_favourite_and_its_author_is_told(
    world: World, alice: Person, carol: Actor
) -> None:
    post = await world.make.status(alice)
    uri = note_of(world, alice, post)
    await world.tell(carol, carol.activity("Like", uri))
    assert await likes(world) == [("carol", post)]
    assert await counts(world, post) == (1, 0, 0)
    assert await world.told(alice) == [("favourite", uri)]
    assert await letters(world) == []


@pytest.mark.parametrize(
    "said", [{}, {"content": "🐈"}, {"content": ":blobcat:"}, {"_misskey_reaction": "⭐"}], ids=str
)
async def test_who_likes_twice_likes_once(
    world: World, alice: Person, carol: Actor, said: Document
) -> None:
    post = await world.make.status(alice)
    for _ in range(2):
        await world.tell(carol, carol.activity("Like", note_of(world, alice, post), **said))
    assert await likes(world) == [("carol", post)]
    assert await counts(world, post) == (1, 0, 0)
    assert len(await world.told(alice)) == 1


@pytest.mark.parametrize("kind", ["Dislike", "EmojiReact", "View", "Read", "Listen"])
async def test_what_is_no_like_does_not_count(world: World, alice: Person, carol: Actor, kind: str) -> None:
    post = await world.make.status(alice)
    deed = carol.activity(kind, note_of(world, alice, post), content="👍")
    await world.tell(carol, deed)
    await world.tell(carol, undo(carol, deed))
    assert await likes(world) == []
    assert await counts(world, post) == (0, 0, 0)
    assert await world.told(alice) == []


@pytest.mark.parametrize("how", ["id", "embedded", "bare"])
async def test_a_like_is_taken_back(world: World, alice: Person, carol: Actor, how: str) -> None:
    post = await world.make.status(alice)
    like = carol.activity("Like", note_of(world, alice, post))
    await world.tell(carol, like)
    await world.tell(carol, undo(carol, like, how))
    assert await likes(world) == []
    assert await counts(world, post) == (0, 0, 0)
    assert await world.told(alice) == []


async def test_nobody_takes_back_what_another_likes(world: World, alice: Person, carol: Actor) -> None:
    mallory = world.elsewhere.actor("mallory@there.example")
    post = await world.make.status(alice)
    like = carol.activity("Like", note_of(world, alice, post))
    await world.tell(carol, like)
    await world.tell(mallory, undo(mallory, like, "id"))
    await world.tell(mallory, undo(mallory, {**like, "actor": mallory.uri}))
    assert await likes(world) == [("carol", post)]


@pytest.mark.parametrize("visibility", ["private", "direct"])
async def test_nobody_likes_what_they_may_not_see(
    world: World, alice: Person, carol: Actor, visibility: str
) -> None:
    """Mitra 2.21."""
    post = await world.make.status(alice, visibility=visibility)
    uri = note_of(world, alice, post)
    await world.tell(carol, carol.activity("Like", uri))
    await world.tell(carol, carol.activity("Announce", uri))
    await world.tell(carol, carol.create("<p>Ha.</p>", inReplyTo=uri))
    assert await likes(world) == []
    assert await counts(world, post) == (0, 0, 0)
    assert await world.told(alice) == []


async def test_the_blocked_like_nothing_and_may_take_back_what_they_liked(
    world: World, alice: Person, carol: Actor
) -> None:
    one, other = await world.make.status(alice), await world.make.status(alice)
    like = carol.activity("Like", note_of(world, alice, one))
    await world.tell(carol, like)
    account_id = await world.account_id(carol)
    async with world.door.house.db.write() as conn:
        await block.block(conn, alice.id, account_id)
    await world.tell(carol, carol.activity("Like", note_of(world, alice, other)))
    assert await likes(world) == [("carol", one)]
    await world.tell(carol, undo(carol, like))
    assert await likes(world) == []
    assert await counts(world, one) == (0, 0, 0)


async def test_a_like_of_what_is_not_here_is_nothing(world: World, alice: Person, carol: Actor) -> None:
    before = len(world.elsewhere.fetched)
    await world.tell(carol, carol.activity("Like", "https://far.example/notes/1"))
    await world.tell(carol, carol.activity("Like", f"{world.door.house.addresses.base}/nothing"))
    assert await likes(world) == []
    assert "https://far.example/notes/1" not in world.elsewhere.fetched[before:]


async def test_the_page_of_a_post_is_as_good_as_its_id(world: World, alice: Person, carol: Actor) -> None:
    post = await world.make.status(alice)
    url = (await post_here(world, post)).url
    await world.tell(carol, carol.activity("Like", url))
    assert await likes(world) == [("carol", post)]
