"""Groups that live here: who may write to them, and what their members' servers hear (F17.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from stoa.core.groups import store
from stoa.core.groups.found import found
from stoa.core.relationships import block
from stoa.core.statuses import delete
from stoa.federation.deliver import moderators
from tests.federation.deliver.post_office import PostOffice
from tests.federation.elsewhere import PUBLIC, Actor, Document
from tests.federation.receive.conftest import World
from tests.make import Person


@dataclass
class Commons:
    """A group called commons: alice follows it here, fern from elsewhere, mona moderates from there."""

    world: World
    office: PostOffice
    id: int
    uri: str
    alice: Person
    fern: Actor
    mona: Actor

    @property
    def followers(self) -> str:
        return f"{self.uri}/followers"

    def page(self, author: Actor, **said: Any) -> Document:
        """A post as Lemmy writes them: addressed to the group, which is not mentioned."""
        return author.note(**{"type": "Page", "name": "Which spade?", "to": [self.uri, PUBLIC],
                              "cc": [], "audience": self.uri, **said})  # fmt: skip

    async def tell(self, author: Actor, activity: Document) -> list[Document]:
        """What the group says to others when *author* delivers *activity*."""
        await self.office.clear()
        await self.world.tell(author, activity)
        return await self.said()

    async def said(self) -> list[Document]:
        letters = await self.office.letters()
        return [one.document for one in letters if one.account_id == self.id]

    async def home(self, person: Person) -> list[str]:
        answer = await self.world.client.get("/api/v1/timelines/home", token=person.token)
        return [(one["reblog"] or one)["uri"] for one in answer.ok()]


@pytest.fixture
async def commons(world: World) -> Commons:
    house = world.door.house
    async with house.db.write() as conn:
        group_id = await found(conn, "commons", house.addresses, title="The commons")
    office = PostOffice(house, world.make)
    alice = await world.make.account("alice")
    await office.with_keys(group_id, alice)
    await world.make.follow(alice, Person(group_id, "commons", "", ""))
    uri = house.addresses.actor(group_id)
    fern, mona = world.elsewhere.actor("fern@lemmy.example"), world.elsewhere.actor("mona@far.example")
    for actor in (fern, mona):
        await world.tell(actor, actor.activity("Follow", uri))
    async with house.db.write() as conn:
        await store.add_moderator(conn, group_id, await world.account_id(mona))
    await office.clear()
    return Commons(world, office, group_id, uri, alice, fern, mona)


def _inner(said: list[Document]) -> list[Document]:
    return [one["object"] for one in said if isinstance(one["object"], dict)]


async def test_it_is_an_actor_whose_moderators_are_known(commons: Commons) -> None:
    accept = {"accept": "application/activity+json"}
    actor = (await commons.world.client.get(commons.uri, headers=accept)).ok()
    assert (actor["type"], actor["name"]) == ("Group", "The commons")
    assert actor["postingRestrictedToMods"] is False
    assert actor["manuallyApprovesFollowers"] is False
    moderators = (await commons.world.client.get(actor["attributedTo"], headers=accept)).ok()
    assert (moderators["type"], moderators["orderedItems"]) == ("OrderedCollection", [commons.mona.uri])
    person = f"{commons.world.door.house.addresses.actor(commons.alice.id)}/moderators"
    assert (await commons.world.client.get(person, headers=accept)).status == 404


async def test_a_post_of_a_member_is_passed_on_unchanged_and_boosted(commons: Commons) -> None:
    create = commons.fern.activity("Create", commons.page(commons.fern), to=[commons.uri, PUBLIC])
    said = await commons.tell(commons.fern, create)
    assert all((one["type"], one["actor"]) == ("Announce", commons.uri) for one in said)
    assert all(PUBLIC in one["to"] and commons.followers in one["cc"] for one in said)
    assert _inner(said) == [create]
    assert [one["object"] for one in said if isinstance(one["object"], str)] == [create["object"]["id"]]
    assert await commons.home(commons.alice) == [create["object"]["id"]]


async def test_the_same_post_is_passed_on_once(commons: Commons) -> None:
    create = commons.fern.activity("Create", commons.page(commons.fern), to=[commons.uri, PUBLIC])
    await commons.tell(commons.fern, create)
    assert await commons.tell(commons.fern, create) == []


async def test_a_post_of_somebody_here_is_passed_on(commons: Commons) -> None:
    await commons.world.make.status(commons.alice, "A question for @commons.", title="A question")
    said = await commons.said()
    (inner,) = _inner(said)
    assert (inner["type"], inner["object"]["type"]) == ("Create", "Article")
    assert inner["object"]["audience"] == commons.uri
    assert len(said) == 2
    letters = [one for one in await commons.office.letters() if one.account_id == commons.id]
    assert {tuple(one.inboxes) for one in letters} == {
        ("https://far.example/inbox", "https://lemmy.example/inbox")
    }


async def test_an_answer_is_passed_on_and_not_boosted(commons: Commons) -> None:
    page = commons.page(commons.fern)
    await commons.tell(commons.fern, commons.fern.activity("Create", page, to=[commons.uri, PUBLIC]))
    answer = commons.mona.note(inReplyTo=page["id"], to=[PUBLIC], cc=[commons.fern.uri, commons.uri])
    create = commons.mona.activity("Create", answer, to=[PUBLIC], cc=[commons.uri])
    assert [one["object"] for one in await commons.tell(commons.mona, create)] == [create]
    assert await commons.home(commons.alice) == [page["id"]]


async def test_likes_changes_and_ends_are_passed_on(commons: Commons) -> None:
    fern, mona = commons.fern, commons.mona
    page = commons.page(fern)
    await commons.tell(fern, fern.activity("Create", page, to=[commons.uri, PUBLIC]))
    like = mona.activity("Like", page["id"], to=[commons.uri])
    undo = mona.activity("Undo", like, to=[commons.uri])
    mended = {**page, "content": "<p>Mended.</p>", "updated": "2030-01-01T00:00:00Z"}
    update = fern.activity("Update", mended, to=[commons.uri, PUBLIC])
    end = fern.activity("Delete", page["id"], to=[commons.uri, PUBLIC])
    for actor, activity in ((mona, like), (mona, undo), (fern, update), (fern, end)):
        assert activity in _inner(await commons.tell(actor, activity)), activity["type"]
    assert await commons.world.post(page["id"]) is None
    assert await commons.tell(mona, mona.activity("Like", page["id"])) == []


async def test_what_somebody_here_likes_and_deletes_is_passed_on(commons: Commons) -> None:
    make, client = commons.world.make, commons.world.client
    bob = await make.account("bob")
    first = await make.status(commons.alice, "A question for @commons.")
    await commons.office.clear()
    for verb, kind in (("favourite", "Like"), ("unfavourite", "Undo")):
        (await client.post(f"/api/v1/statuses/{first}/{verb}", token=bob.token)).ok()
        assert [one["type"] for one in _inner(await commons.said())] == [kind]
        await commons.office.clear()
    async with commons.world.door.house.db.write() as conn:
        await delete.remove(conn, first)
    assert "Delete" in [one["type"] for one in _inner(await commons.said())]


async def test_strangers_and_the_banned_write_to_nobody(commons: Commons) -> None:
    world = commons.world
    stranger = world.elsewhere.actor("sam@other.example")
    await world.tell(
        commons.fern, commons.fern.activity("Undo", commons.fern.activity("Follow", commons.uri))
    )
    async with world.door.house.db.write() as conn:
        await block.block(conn, commons.id, await world.account_id(commons.mona))
    for actor in (stranger, commons.fern, commons.mona):
        create = actor.activity("Create", commons.page(actor), to=[commons.uri, PUBLIC])
        assert await commons.tell(actor, create) == []
    assert await commons.home(commons.alice) == []


async def test_where_only_moderators_begin_members_may_answer(commons: Commons) -> None:
    house = commons.world.door.house
    async with house.db.write() as conn:
        group_id = await found(conn, "news", house.addresses, moderators_only=True)
        await store.add_moderator(conn, group_id, await commons.world.account_id(commons.mona))
    await commons.office.with_keys(group_id)
    news = Commons(commons.world, commons.office, group_id, house.addresses.actor(group_id), commons.alice,
                   commons.fern, commons.mona)  # fmt: skip
    await commons.world.tell(news.fern, news.fern.activity("Follow", news.uri))
    create = news.fern.activity("Create", news.page(news.fern), to=[news.uri, PUBLIC])
    assert await news.tell(news.fern, create) == []
    page = news.page(news.mona)
    create = news.mona.activity("Create", page, to=[news.uri, PUBLIC])
    assert _inner(await news.tell(news.mona, create)) == [create]
    answer = news.fern.note(inReplyTo=page["id"], to=[PUBLIC], cc=[news.uri])
    create = news.fern.activity("Create", answer, to=[PUBLIC], cc=[news.uri])
    assert _inner(await news.tell(news.fern, create)) == [create]


async def test_a_moderator_takes_a_post_out_and_its_author_keeps_it(commons: Commons) -> None:
    page = commons.page(commons.fern)
    await commons.tell(commons.fern, commons.fern.activity("Create", page, to=[commons.uri, PUBLIC]))
    removal = commons.mona.activity(
        "Delete", page["id"], to=[PUBLIC], cc=[commons.uri], summary="Off topic"
    )
    said = await commons.tell(commons.mona, removal)
    assert removal in _inner(said)
    assert "Undo" in [one["type"] for one in said], "the boost is taken back"
    assert await commons.home(commons.alice) == []
    assert await commons.world.post(page["id"]) is not None
    # The discussion is no longer the group's.
    assert await commons.tell(commons.mona, commons.mona.activity("Like", page["id"])) == []


async def test_nobody_else_takes_a_post_out(commons: Commons) -> None:
    page = commons.page(commons.mona)
    await commons.tell(commons.mona, commons.mona.activity("Create", page, to=[commons.uri, PUBLIC]))
    removal = commons.fern.activity("Delete", page["id"], to=[PUBLIC], summary="I am a moderator")
    assert await commons.tell(commons.fern, removal) == []
    assert await commons.home(commons.alice) == [page["id"]]


async def test_the_house_takes_a_post_out(commons: Commons) -> None:
    page = commons.page(commons.fern)
    await commons.tell(commons.fern, commons.fern.activity("Create", page, to=[commons.uri, PUBLIC]))
    await commons.office.clear()
    house = commons.world.door.house
    async with house.db.write() as conn:
        assert await moderators.remove(conn, house, commons.id, page["id"], "Off topic")
        assert not await moderators.remove(conn, house, commons.id, page["id"], "Off topic")
    (inner, *_) = [one for one in _inner(await commons.said()) if one["type"] == "Delete"]
    assert (inner["actor"], inner["object"], inner["summary"]) == (commons.uri, page["id"], "Off topic")
    assert inner["id"].startswith(commons.uri)


async def test_a_moderator_has_a_post_stand_first(commons: Commons) -> None:
    mona, featured = commons.mona, f"{commons.uri}/collections/featured"
    page = commons.page(commons.fern)
    await commons.tell(commons.fern, commons.fern.activity("Create", page, to=[commons.uri, PUBLIC]))

    async def first() -> list[str]:
        answer = await commons.world.client.get(featured, headers={"accept": "application/activity+json"})
        items: list[str] = answer.ok()["orderedItems"]
        return items

    for kind, expected in (("Add", [page["id"]]), ("Remove", [])):
        activity = mona.activity(kind, page["id"], target=featured, to=[PUBLIC], cc=[commons.uri])
        assert _inner(await commons.tell(mona, activity)) == [activity]
        assert await first() == expected
        others = commons.fern.activity(kind, page["id"], target=featured, to=[PUBLIC], cc=[commons.uri])
        assert await commons.tell(commons.fern, others) == []
        assert await first() == expected


async def test_a_moderator_closes_a_discussion_and_opens_it_again(commons: Commons) -> None:
    fern, mona = commons.fern, commons.mona
    page = commons.page(fern)
    await commons.tell(fern, fern.activity("Create", page, to=[commons.uri, PUBLIC]))

    async def answered(by: Actor, to: str) -> tuple[str, bool]:
        answer = by.note(inReplyTo=to, to=[PUBLIC], cc=[commons.uri])
        create = by.activity("Create", answer, to=[PUBLIC], cc=[commons.uri])
        return answer["id"], _inner(await commons.tell(by, create)) == [create]

    earlier, taken = await answered(fern, page["id"])
    assert taken
    # Not by who does not moderate, and not half a discussion.
    for actor, what in ((fern, page["id"]), (mona, earlier)):
        lock = actor.activity("Lock", what, to=[PUBLIC], cc=[commons.uri])
        assert await commons.tell(actor, lock) == []
    assert (await answered(fern, earlier))[1]
    lock = mona.activity("Lock", page["id"], to=[PUBLIC], cc=[commons.uri])
    assert _inner(await commons.tell(mona, lock)) == [lock]
    for to in (page["id"], earlier):
        uri, taken = await answered(fern, to)
        assert not taken
        assert await commons.world.post(uri) is not None, "it is its author's all the same"
    assert (await answered(mona, page["id"]))[1], "moderators still answer"
    undo = mona.activity("Undo", lock, to=[PUBLIC], cc=[commons.uri])
    assert _inner(await commons.tell(mona, undo)) == [undo]
    assert (await answered(fern, earlier))[1]


async def test_the_house_pins_and_locks(commons: Commons) -> None:
    page = commons.page(commons.fern)
    await commons.tell(commons.fern, commons.fern.activity("Create", page, to=[commons.uri, PUBLIC]))
    house = commons.world.door.house
    for act, word, kinds in (
        (moderators.pin, "pinned", ["Add", "Remove"]),
        (moderators.lock, "locked", ["Lock", "Undo"]),
    ):
        for on, kind in zip((True, False), kinds, strict=True):
            await commons.office.clear()
            async with house.db.write() as conn:
                assert await act(conn, house, commons.id, page["id"], **{word: on})
                assert not await act(conn, house, commons.id, f"{commons.uri}/nothing", **{word: on})
            (inner,) = _inner(await commons.said())
            assert (inner["type"], inner["actor"], inner["to"]) == (kind, commons.uri, [PUBLIC])


async def test_an_announce_is_never_passed_on(commons: Commons) -> None:
    page = commons.page(commons.fern)
    create = commons.fern.activity("Create", page, to=[commons.uri, PUBLIC])
    await commons.tell(commons.fern, create)
    for what in (page["id"], create):
        announce = commons.mona.activity("Announce", what, to=[PUBLIC], cc=[commons.uri])
        assert await commons.tell(commons.mona, announce) == []


@pytest.mark.parametrize("visibility", ["private", "direct"])
async def test_what_is_not_public_stays_with_whom_it_is_for(commons: Commons, visibility: str) -> None:
    await commons.world.make.status(commons.alice, "Psst, @commons.", visibility=visibility)
    assert await commons.said() == []
