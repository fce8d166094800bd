"""What groups pass on: believed of their own people, asked for of others, shown once."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from stoa import ids
from stoa.core.statuses.model import StatusView
from stoa.db.tables import favourites, statuses
from stoa.federation import wants
from tests.federation.elsewhere import PUBLIC, Actor, Document
from tests.federation.receive.conftest import World
from tests.make import Person

GROUP = "https://lemmy.example/users/gardens"


@pytest.fixture
async def alice(world: World) -> Person:
    return await world.make.account("alice")


@pytest.fixture
async def group(world: World, alice: Person) -> Actor:
    """A group that alice follows."""
    group = world.elsewhere.actor(
        "gardens@lemmy.example", type="Group", attributedTo=[f"{GROUP}/moderators"]
    )
    await world.follows(alice, group)
    return group


@pytest.fixture
def fern(world: World) -> Actor:
    """A member on the server of the group."""
    return world.elsewhere.actor("fern@lemmy.example")


@pytest.fixture
def dave(world: World) -> Actor:
    """A member on another server."""
    return world.elsewhere.actor("dave@far.example")


def _page(author: Actor, **said: Any) -> Document:
    return author.note(
        "<p>It broke.</p>",
        **{
            "type": "Page",
            "name": "Which spade?",
            "to": [GROUP, PUBLIC],
            "cc": [],
            "audience": GROUP,
            **said,
        },
    )


async def _get(world: World, uri: str) -> StatusView:
    post = await world.post(uri)
    assert post is not None
    return post


async def _entries(world: World, person: Person) -> list[str]:
    answer = await world.client.get("/api/v1/timelines/home", token=person.token)
    return [(one["reblog"] or one)["uri"] for one in answer.ok()]


async def test_a_post_of_a_member_stands_once_in_the_homes_of_those_who_follow_the_group(
    world: World, alice: Person, group: Actor, fern: Actor
) -> None:
    page = _page(fern)
    world.elsewhere.put(page)
    wrapped = group.activity("Announce", fern.activity("Create", page), to=[PUBLIC], cc=[group.followers])
    plain = group.activity("Announce", page["id"], to=[PUBLIC], cc=[group.followers])
    for announce in (wrapped, plain, wrapped, plain):
        await world.tell(group, announce)
    assert await _entries(world, alice) == [page["id"]]
    post = await _get(world, page["id"])
    assert (post.title, post.account.acct) == ("Which spade?", "fern@lemmy.example")
    boosts = await world.all(select(statuses.c.id).where(statuses.c.reblog_of_id == post.id))
    assert len(boosts) == 1


async def test_an_answer_stands_in_the_discussion_alone(
    world: World, alice: Person, group: Actor, fern: Actor, dave: Actor
) -> None:
    page = _page(fern)
    await world.tell(group, group.activity("Announce", fern.activity("Create", page)))
    answer = fern.note("<p>The old one.</p>", inReplyTo=page["id"], audience=GROUP, cc=[GROUP])
    await world.tell(group, group.activity("Announce", fern.activity("Create", answer)))
    assert (await _get(world, answer["id"])).in_reply_to_id == (await _get(world, page["id"])).id
    assert await _entries(world, alice) == [page["id"]]


async def test_what_a_member_elsewhere_wrote_is_fetched_from_there(
    world: World, alice: Person, group: Actor, dave: Actor
) -> None:
    """Hollo 0.8.5, Mitra 2.18: what is embedded is a hint."""
    page = _page(dave)
    world.elsewhere.put(page)
    forged = {**page, "content": "<p>Forged.</p>"}
    await world.tell(group, group.activity("Announce", dave.activity("Create", forged)))
    assert "It broke." in (await _get(world, page["id"])).content
    assert await _entries(world, alice) == [page["id"]]


async def test_a_group_that_nobody_follows_has_nothing_fetched(
    world: World, alice: Person, dave: Actor
) -> None:
    group = world.elsewhere.actor("weeds@lemmy.example", type="Group")
    page = _page(dave)
    world.elsewhere.put(page)
    await world.tell(group, group.activity("Announce", dave.activity("Create", page)))
    assert page["id"] not in world.elsewhere.fetched
    assert await world.post(page["id"]) is None


async def test_edits_and_deletes_of_members_are_passed_on(
    world: World, alice: Person, group: Actor, fern: Actor
) -> None:
    page = _page(fern, published=ids.iso(ids.now_ms() - 60_000))
    await world.tell(group, group.activity("Announce", fern.activity("Create", page)))
    edited = {**page, "content": "<p>It is whole.</p>", "updated": ids.iso(ids.now_ms())}
    await world.tell(group, group.activity("Announce", fern.activity("Update", edited)))
    assert "It is whole." in (await _get(world, page["id"])).content
    await world.tell(group, group.activity("Announce", fern.activity("Delete", page["id"])))
    assert await world.post(page["id"]) is None
    assert await _entries(world, alice) == []


@pytest.mark.parametrize("kind", ["Update", "Delete"])
async def test_a_forged_edit_or_delete_of_somebody_elsewhere_changes_nothing(
    world: World, alice: Person, group: Actor, dave: Actor, kind: str
) -> None:
    """Mitra 2.18."""
    page = _page(dave, published=ids.iso(ids.now_ms() - 60_000))
    world.elsewhere.put(page)
    await world.tell(group, group.activity("Announce", dave.activity("Create", page)))
    forged = {**page, "content": "<p>Forged.</p>", "updated": ids.iso(ids.now_ms())}
    inner = dave.activity(kind, forged if kind == "Update" else page["id"])
    await world.tell(group, group.activity("Announce", inner))
    await world.jobs(wants.AGAIN)
    assert "It broke." in (await _get(world, page["id"])).content


async def test_a_true_edit_and_delete_of_somebody_elsewhere_is_passed_on(
    world: World, alice: Person, group: Actor, dave: Actor
) -> None:
    page = _page(dave, published=ids.iso(ids.now_ms() - 60_000))
    world.elsewhere.put(page)
    await world.tell(group, group.activity("Announce", dave.activity("Create", page)))
    edited = {**page, "content": "<p>It is whole.</p>", "updated": ids.iso(ids.now_ms())}
    world.elsewhere.put(edited)
    await world.tell(group, group.activity("Announce", dave.activity("Update", edited)))
    assert "It is whole." in (await _get(world, page["id"])).content
    world.elsewhere.documents[page["id"]] = 410
    await world.tell(group, group.activity("Announce", dave.activity("Delete", page["id"])))
    assert await world.post(page["id"]) is None


async def test_no_person_speaks_for_another_of_their_server(
    world: World, alice: Person, fern: Actor
) -> None:
    mallory = world.elsewhere.actor("mallory@lemmy.example")
    for one in (fern, mallory):
        await world.follows(alice, one)
    note = fern.note("<p>Mine.</p>", published=ids.iso(ids.now_ms() - 60_000))
    world.elsewhere.put(note)
    await world.tell(fern, fern.activity("Create", note))
    forged = {**note, "content": "<p>Forged.</p>", "updated": ids.iso(ids.now_ms())}
    await world.tell(mallory, mallory.activity("Announce", fern.activity("Update", forged)))
    await world.tell(mallory, mallory.activity("Announce", fern.activity("Delete", note["id"])))
    await world.jobs(wants.AGAIN)
    assert (await _get(world, note["id"])).content == "<p>Mine.</p>"


async def test_a_moderator_removes_what_was_posted_to_the_group(
    world: World, alice: Person, group: Actor, dave: Actor
) -> None:
    mod = world.elsewhere.actor("mod@lemmy.example")
    page, other = _page(dave), dave.note("<p>Nothing to do with it.</p>")
    for note in (page, other):
        world.elsewhere.put(note)
    await world.tell(group, group.activity("Announce", dave.activity("Create", page)))
    await world.follows(alice, dave)
    await world.tell(dave, dave.activity("Create", other))
    for note in (page, other):
        delete = mod.activity("Delete", note["id"], summary="off topic")
        await world.tell(group, group.activity("Announce", delete))
    assert await world.post(page["id"]) is None
    assert await world.post(other["id"]) is not None
    await world.tell(dave, dave.activity("Create", page))
    assert await world.post(page["id"]) is None


async def test_what_a_moderator_removed_before_it_came_is_not_passed_on(
    world: World, alice: Person, group: Actor, fern: Actor
) -> None:
    mod = world.elsewhere.actor("mod@lemmy.example")
    page = _page(fern)
    delete = mod.activity("Delete", page["id"], summary="off topic")
    await world.tell(group, group.activity("Announce", delete))
    await world.tell(group, group.activity("Announce", fern.activity("Create", page)))
    assert await world.post(page["id"]) is None


async def test_who_is_no_moderator_removes_nothing(
    world: World, alice: Person, group: Actor, dave: Actor
) -> None:
    """CVE-2026-54740: who may moderate is asked of what comes in too."""
    mallory = world.elsewhere.actor("mallory@evil.example")
    page = _page(dave)
    world.elsewhere.put(page)
    await world.tell(group, group.activity("Announce", dave.activity("Create", page)))
    delete = mallory.activity("Delete", page["id"], summary="off topic")
    await world.tell(group, group.activity("Announce", delete))
    await world.tell(mallory, delete)
    assert await world.post(page["id"]) is not None


async def test_a_moderator_elsewhere_takes_our_post_out_of_the_group_and_no_further(
    world: World, alice: Person, group: Actor
) -> None:
    mod = world.elsewhere.actor("mod@lemmy.example")
    bob = await world.make.account("bob")
    mine = await world.make.status(bob)
    me = world.door.house.addresses.actor(bob.id)
    uri = f"{me}/statuses/{mine}"
    create = {"id": f"{uri}/activity", "type": "Create", "actor": me, "object": uri}
    await world.tell(group, group.activity("Announce", create))
    assert await _entries(world, alice) == [uri]
    await world.tell(group, group.activity("Announce", mod.activity("Delete", uri, summary="no")))
    assert await _entries(world, alice) == []
    assert await world.post(uri) is not None


@pytest.mark.parametrize("kind", ["Lock", "Block", "Add", "Dislike"])
async def test_what_is_the_groups_own_affair_changes_nothing(
    world: World, alice: Person, group: Actor, fern: Actor, kind: str
) -> None:
    page = _page(fern)
    await world.tell(group, group.activity("Announce", fern.activity("Create", page)))
    target = {"target": f"{GROUP}/featured"} if kind in ("Add", "Block") else {}
    about = fern.uri if kind == "Block" else page["id"]
    await world.tell(group, group.activity("Announce", fern.activity(kind, about, **target)))
    assert await _entries(world, alice) == [page["id"]]
    assert await world.all(select(favourites.c.id)) == []
