"""Updates: edits with their history, figures without, and nothing that is not one's own."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from sqlalchemy import Text, bindparam, select

from stoa import ids
from stoa.core.accounts import store as accounts
from stoa.core.statuses import favourite, heads, history, views
from stoa.core.statuses.model import PollView, StatusView
from stoa.db import Query
from stoa.db.tables import statuses
from stoa.federation import wants
from tests.federation.elsewhere import PUBLIC, Actor, Document
from tests.federation.receive.conftest import World
from tests.make import Person

_uri = bindparam("uri", type_=Text)
_id = Query(select(statuses.c.id).where(statuses.c.uri == _uri))
_counts = Query(select(statuses.c.favourites_count, statuses.c.reblogs_count).where(statuses.c.uri == _uri))


@pytest.fixture
async def alice(world: World) -> Person:
    return await world.make.account("alice")


@pytest.fixture
async def carol(world: World, alice: Person) -> Actor:
    carol = world.elsewhere.actor("carol@there.example")
    await world.follows(alice, carol)
    return carol


# An hour ago; one moment for all of a test.
BEGINNING = ids.now_ms() - 3_600_000


def _at(seconds: int) -> str:
    """A time in the last hour, *seconds* after its beginning."""
    return ids.iso(BEGINNING + seconds * 1000)


def _edited(note: Document, content: str, at: int, **said: Any) -> Document:
    return {**note, "content": content, "updated": _at(at), **said}


async def _get(world: World, uri: str) -> StatusView:
    post = await world.post(uri)
    assert post is not None
    return post


async def _versions(world: World, post: StatusView) -> list[str]:
    async with world.door.house.db.read() as conn:
        return [one.content for one in await history.versions(conn, post.id, None)]


async def _poll(world: World, post: StatusView) -> PollView:
    assert post.poll_id is not None
    async with world.door.house.db.read() as conn:
        return (await views.load_polls(conn, [post.poll_id], None))[post.poll_id]


def _question(carol: Actor, **said: Any) -> Document:
    return carol.note(
        "<p>Rye?</p>",
        **{
            "type": "Question",
            "published": _at(0),
            "endTime": ids.iso(ids.now_ms() + 3_600_000),
            "votersCount": 0,
            "oneOf": _options(0, 0),
            **said,
        },
    )


def _options(*votes: int, names: tuple[str, ...] = ("Yes", "No")) -> list[Document]:
    return [
        {"type": "Note", "name": name, "replies": {"type": "Collection", "totalItems": count}}
        for name, count in zip(names, votes, strict=True)
    ]


async def test_an_edit_is_a_new_version_and_the_old_one_is_kept(
    world: World, alice: Person, carol: Actor
) -> None:
    note = carol.note("<p>One.</p>", published=_at(0))
    await world.tell(carol, carol.activity("Create", note))
    await world.tell(carol, carol.activity("Update", _edited(note, "<p>Two.</p>", 60)))
    post = await _get(world, note["id"])
    assert post.content == "<p>Two.</p>"
    assert ids.iso(post.edited_at or 0) == _at(60)
    assert await _versions(world, post) == ["<p>One.</p>", "<p>Two.</p>"]


async def test_what_is_older_than_what_is_here_changes_nothing(
    world: World, alice: Person, carol: Actor
) -> None:
    note = carol.note("<p>One.</p>", published=_at(0))
    await world.tell(carol, carol.activity("Create", note))
    for content, at in (("<p>Three.</p>", 120), ("<p>Two.</p>", 60), ("<p>Three.</p>", 120)):
        await world.tell(carol, carol.activity("Update", _edited(note, content, at)))
    await world.tell(carol, carol.activity("Update", note))
    post = await _get(world, note["id"])
    assert await _versions(world, post) == ["<p>One.</p>", "<p>Three.</p>"]


async def test_without_a_time_of_change_words_stay(world: World, alice: Person, carol: Actor) -> None:
    note = carol.note("<p>One.</p>", published=_at(0))
    await world.tell(carol, carol.activity("Create", note))
    policy = {"canQuote": {"automaticApproval": [PUBLIC]}}
    silent = {**note, "content": "<p>Two.</p>", "interactionPolicy": policy}
    await world.tell(carol, carol.activity("Update", silent))
    post = await _get(world, note["id"])
    assert (post.content, post.edited_at, post.quote_policy) == ("<p>One.</p>", None, "public")


async def test_author_and_audience_never_change(world: World, alice: Person, carol: Actor) -> None:
    bob = await world.make.account("bob")
    note = carol.note("<p>One.</p>", published=_at(0), to=[carol.followers], cc=[])
    await world.tell(carol, carol.activity("Create", note))
    await world.tell(carol, carol.activity("Update", _edited(note, "<p>Two.</p>", 60, to=[PUBLIC])))
    post = await _get(world, note["id"])
    assert (post.content, post.visibility) == ("<p>Two.</p>", "private")
    answer = await world.client.get(f"/api/v1/statuses/{post.id}", token=bob.token)
    assert answer.status == 404


async def test_those_who_are_newly_mentioned_are_told_once(
    world: World, alice: Person, carol: Actor
) -> None:
    note = carol.note("<p>One.</p>", published=_at(0))
    await world.tell(carol, carol.activity("Create", note))
    me = world.door.house.addresses.actor(alice.id)
    tag = {"type": "Mention", "href": me, "name": "@alice"}
    for at in (60, 120):
        edited = _edited(note, f"<p>@alice {at}</p>", at, tag=[tag], cc=[me])
        await world.tell(carol, carol.activity("Update", edited))
    assert await world.told(alice) == [("mention", note["id"])]


@pytest.mark.parametrize("who", ["mallory@evil.example", "mallory@there.example"])
async def test_nobody_changes_what_somebody_else_wrote(
    world: World, alice: Person, carol: Actor, who: str
) -> None:
    """CVE-2026-73090, Hollo 0.8.5; also not somebody of the same server."""
    mallory = world.elsewhere.actor(who)
    await world.follows(alice, mallory)
    note = carol.note("<p>Mine.</p>", published=_at(0))
    await world.tell(carol, carol.activity("Create", note))
    world.elsewhere.put(note)
    forged = _edited(note, "<p>Forged.</p>", 60)
    await world.tell(mallory, mallory.activity("Update", forged))
    await world.tell(mallory, mallory.activity("Update", {**forged, "attributedTo": mallory.uri}))
    await world.tell(mallory, mallory.activity("Update", note["id"]))
    await world.jobs(wants.AGAIN)
    post = await _get(world, note["id"])
    assert post.content == "<p>Mine.</p>"


async def test_an_update_of_an_unknown_post_of_somebody_else_stores_nothing(
    world: World, alice: Person, carol: Actor
) -> None:
    mallory = world.elsewhere.actor("mallory@evil.example")
    await world.follows(alice, mallory)
    forged = _edited(carol.note(published=_at(0)), "<p>Forged.</p>", 60)
    await world.tell(mallory, mallory.activity("Update", forged))
    await world.tell(mallory, mallory.activity("Create", forged))
    assert await world.all(select(statuses.c.id)) == []


async def test_an_update_that_only_names_a_post_has_it_fetched(
    world: World, alice: Person, carol: Actor
) -> None:
    note = carol.note("<p>One.</p>", published=_at(0))
    await world.tell(carol, carol.activity("Create", note))
    world.elsewhere.put(_edited(note, "<p>Two.</p>", 60))
    for _ in range(3):
        await world.tell(carol, carol.activity("Update", note["id"]))
    await world.jobs(wants.AGAIN)
    assert world.elsewhere.fetched.count(note["id"]) == 1
    assert (await _get(world, note["id"])).content == "<p>Two.</p>"


async def test_an_update_before_its_create_is_one_if_it_is_young(
    world: World, alice: Person, carol: Actor
) -> None:
    young = carol.note("<p>One.</p>", published=_at(0))
    old = carol.note("<p>One.</p>", published="2024-01-01T00:00:00Z")
    for note in (young, old):
        await world.tell(carol, carol.activity("Update", _edited(note, "<p>Two.</p>", 60)))
    assert (await _get(world, young["id"])).content == "<p>Two.</p>"
    assert await world.post(old["id"]) is None


async def test_whom_one_blocks_does_not_change_old_letters(
    world: World, alice: Person, carol: Actor
) -> None:
    """GHSA-46g9-847m-qf8r."""
    me = world.door.house.addresses.actor(alice.id)
    tag = {"type": "Mention", "href": me, "name": "@alice"}
    letter = carol.note("<p>Dear alice.</p>", published=_at(0), to=[me], cc=[], tag=[tag])
    await world.tell(carol, carol.activity("Create", letter))
    await world.make.block(alice, Person(await world.account_id(carol), "carol", "", ""))
    await world.tell(carol, carol.activity("Update", _edited(letter, "<p>Damned alice.</p>", 60)))
    assert (await _get(world, letter["id"])).content == "<p>Dear alice.</p>"


async def test_a_suspended_author_changes_nothing(world: World, alice: Person, carol: Actor) -> None:
    note = carol.note("<p>One.</p>", published=_at(0))
    await world.tell(carol, carol.activity("Create", note))
    account_id = await world.account_id(carol)
    async with world.door.house.db.write() as conn:
        await accounts.change(conn, account_id, suspended_at=ids.now_ms())
    await world.tell(carol, carol.activity("Update", _edited(note, "<p>Two.</p>", 60)))
    assert (await _get(world, note["id"])).content == "<p>One.</p>"


async def test_figures_of_a_poll_come_without_an_edit(world: World, alice: Person, carol: Actor) -> None:
    question = _question(carol)
    await world.tell(carol, carol.activity("Create", question))
    counted = {**question, "oneOf": _options(3, 5), "votersCount": 8}
    await world.tell(carol, carol.activity("Update", counted))
    post = await _get(world, question["id"])
    poll = await _poll(world, post)
    assert ([one.votes_count for one in poll.options], poll.voters_count) == ([3, 5], 8)
    assert post.edited_at is None


async def test_other_options_reset_the_votes_if_it_is_an_edit(
    world: World, alice: Person, carol: Actor
) -> None:
    question = _question(carol, oneOf=_options(3, 5), votersCount=8)
    await world.tell(carol, carol.activity("Create", question))
    others = _options(0, 0, names=("Yes", "Never"))
    await world.tell(carol, carol.activity("Update", {**question, "oneOf": others}))
    poll = await _poll(world, await _get(world, question["id"]))
    assert [one.title for one in poll.options] == ["Yes", "No"]
    edited = _edited(question, "<p>Rye?</p>", 60, oneOf=others, votersCount=0)
    await world.tell(carol, carol.activity("Update", edited))
    poll = await _poll(world, await _get(world, question["id"]))
    assert [(one.title, one.votes_count) for one in poll.options] == [("Yes", 0), ("Never", 0)]


async def test_the_end_of_a_poll_is_told_once_however_often_it_is_counted(
    world: World, alice: Person, carol: Actor
) -> None:
    question = _question(carol)
    await world.tell(carol, carol.activity("Create", question))
    poll = await _poll(world, await _get(world, question["id"]))
    choice = {"choices": [0]}
    (await world.client.post(f"/api/v1/polls/{poll.id}/votes", json=choice, token=alice.token)).ok()
    closed = {**question, "closed": ids.iso(ids.now_ms() - 1000), "endTime": ids.iso(ids.now_ms() - 1000)}
    for count in (1, 2, 3):
        counted = {**closed, "oneOf": _options(count, 0), "votersCount": count}
        await world.tell(carol, carol.activity("Update", counted))
        await world.jobs("close_poll")
    assert await world.told(alice) == [("poll", question["id"])]
    assert (await _poll(world, await _get(world, question["id"]))).voters_count == 3


async def test_a_profile_changes_by_its_owners_words_alone(
    world: World, alice: Person, carol: Actor
) -> None:
    mallory = world.elsewhere.actor("mallory@there.example")
    await world.account_id(mallory)
    changed = {**carol.document, "name": "Caroline", "updated": _at(60)}
    await world.tell(mallory, mallory.activity("Update", {**changed, "name": "Hacked"}))
    account_id = await world.account_id(carol)
    before = (await world.client.get(f"/api/v1/accounts/{account_id}")).ok()["display_name"]
    await world.tell(carol, carol.activity("Update", changed))
    after = (await world.client.get(f"/api/v1/accounts/{account_id}")).ok()["display_name"]
    assert (before, after) == ("Carol", "Caroline")


@pytest.mark.parametrize("order", list(itertools.permutations(["Create", "Update", "Delete"])))
async def test_create_update_and_delete_end_the_same_in_any_order(
    world: World, alice: Person, carol: Actor, order: tuple[str, ...]
) -> None:
    """R9; each is delivered three times besides."""
    note = carol.note("<p>One.</p>", published=_at(0))
    activities = {
        "Create": carol.activity("Create", note),
        "Update": carol.activity("Update", _edited(note, "<p>Two.</p>", 60)),
        "Delete": carol.activity("Delete", {"id": note["id"], "type": "Tombstone"}),
    }
    for kind in order * 3:
        await world.tell(carol, activities[kind])
    assert await world.post(note["id"]) is None
    assert await world.home(alice) == []
    account = (await world.client.get(f"/api/v1/accounts/{await world.account_id(carol)}")).ok()
    assert account["statuses_count"] == 0


@pytest.mark.parametrize("order", list(itertools.permutations(["Create", "Update", "Later"])))
async def test_edits_end_the_same_in_any_order(
    world: World, alice: Person, carol: Actor, order: tuple[str, ...]
) -> None:
    note = carol.note("<p>One.</p>", published=_at(0))
    activities = {
        "Create": carol.activity("Create", note),
        "Update": carol.activity("Update", _edited(note, "<p>Two.</p>", 60)),
        "Later": carol.activity("Update", _edited(note, "<p>Three.</p>", 120)),
    }
    for kind in order * 2:
        await world.tell(carol, activities[kind])
    post = await _get(world, note["id"])
    assert post.content == "<p>Three.</p>"
    assert ids.iso(post.edited_at or 0) == _at(120)
    assert await world.home(alice) == [post.id]


async def test_what_its_server_counts_is_shown_where_it_is_more_and_counts_for_nothing_else(
    world: World, alice: Person, carol: Actor
) -> None:
    def totals(likes: int, shares: int) -> dict[str, Any]:
        kind = {"type": "Collection"}
        return {"likes": {**kind, "totalItems": likes}, "shares": {**kind, "totalItems": shares}}

    async def shown(uri: str) -> tuple[int, int]:
        async with world.door.house.db.read() as conn:
            status_id = await conn.scalar(_id, uri=uri)
            [head] = (await heads.by_ids(conn, [status_id], alice.id)).values()
        return head.favourites_count, head.reblogs_count

    note = carol.note(**totals(7, 0))
    await world.tell(carol, carol.activity("Create", note))
    post = await world.post(note["id"])
    assert post is not None
    assert await shown(note["id"]) == (7, 0)
    await world.tell(carol, carol.activity("Update", {**note, **totals(0, 3)}))
    assert await shown(note["id"]) == (0, 3)
    async with world.door.house.db.write() as conn:
        await favourite.favourite(conn, alice.id, post.id)
        counted = await conn.first(_counts, uri=note["id"])
    assert await shown(note["id"]) == (1, 3)
    assert counted is not None
    assert tuple(counted) == (1, 0)
    await world.tell(carol, carol.activity("Update", {**note, **totals(10**12, -4)}))
    assert await shown(note["id"]) == (2_147_483_647, 0)
