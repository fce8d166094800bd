"""Favourites, bookmarks, boosts, pins, muted conversations: what one does with somebody's post."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import func, select

from stoa.core.house import House
from stoa.db import Query
from stoa.db.tables import (
    bookmarks,
    conversation_mutes,
    favourites,
    poll_votes,
    status_pins,
    statuses,
)
from tests.client import Answer, Client
from tests.make import Make, Person

POST = "/api/v1/statuses"

VERBS = (
    "favourite", "unfavourite", "bookmark", "unbookmark", "reblog", "unreblog", "pin", "unpin", "mute",
    "unmute",
)  # fmt: skip
TRACES = [
    Query(select(func.count()).select_from(table))
    for table in (favourites, bookmarks, status_pins, conversation_mutes, poll_votes)
]
BOOSTS = Query(select(func.count()).select_from(statuses).where(statuses.c.reblog_of_id.is_not(None)))


async def do(client: Client, verb: str, status_id: object, person: Person, **params: Any) -> Answer:
    return await client.post(f"{POST}/{status_id}/{verb}", token=person.token, json=params)


async def shown(client: Client, status_id: object, viewer: Person | None = None) -> Any:
    return (await client.get(f"{POST}/{status_id}", token=viewer and viewer.token)).ok()


async def test_a_favourite_is_counted_once_however_often_and_at_once_it_is_given(
    client: Client, make: Make
) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    made = await make.status(alice)
    await asyncio.gather(*(do(client, "favourite", made, bob) for _ in range(5)))
    now = await shown(client, made, bob)
    assert (now["favourites_count"], now["favourited"]) == (1, True)
    assert (await shown(client, made, alice))["favourited"] is False
    answers = [(await do(client, "unfavourite", made, bob)).ok() for _ in range(2)]
    assert [(one["favourites_count"], one["favourited"]) for one in answers] == [(0, False)] * 2


async def test_favourites_are_listed_in_the_order_they_were_given(client: Client, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    made = [await make.status(alice, str(n)) for n in range(5)]
    order = [made[n] for n in (3, 0, 4, 1, 2)]
    for status_id in order:
        (await do(client, "favourite", status_id, bob)).ok()
    seen: list[str] = []
    page = await client.get("/api/v1/favourites?limit=2", token=bob.token)
    while page.ok():
        seen += [status["id"] for status in page.json]
        page = await client.get(page.links["next"].removeprefix("http://localhost:8000"), token=bob.token)
    assert seen == [str(one) for one in reversed(order)]
    assert (await client.get("/api/v1/favourites", token=alice.token)).ok() == []


async def test_who_favourited_and_boosted_is_shown_without_those_one_does_not_want_to_meet(
    client: Client, make: Make
) -> None:
    alice, bob, carl, dora = [await make.account(name) for name in ("alice", "bob", "carl", "dora")]
    made = await make.status(alice)
    for person in (bob, carl, dora):
        (await do(client, "favourite", made, person)).ok()
        visibility = "private" if person is dora else "public"
        (await do(client, "reblog", made, person, visibility=visibility)).ok()
    await make.block(alice, carl)
    for relation, expected in (
        ("favourited_by", [[dora, carl, bob], [dora, bob]]),
        ("reblogged_by", [[carl, bob], [bob]]),
    ):
        for token, people in zip((None, alice.token), expected, strict=True):
            found = (await client.get(f"{POST}/{made}/{relation}", token=token)).ok()
            assert [one["username"] for one in found] == [person.username for person in people]
    first = await client.get(f"{POST}/{made}/favourited_by?limit=1")
    second = await client.get(first.links["next"].removeprefix("http://localhost:8000"))
    assert [one["username"] for one in second.ok()] == ["carl"]


async def test_a_boost_is_one_and_is_taken_back(client: Client, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    made = await make.status(alice)
    boosts = await asyncio.gather(*(do(client, "reblog", made, bob) for _ in range(4)))
    assert len({boost.ok()["id"] for boost in boosts}) == 1
    boost = boosts[0].ok()
    assert boost["reblog"]["id"] == str(made)
    assert (boost["reblog"]["reblogs_count"], boost["reblog"]["reblogged"]) == (1, True)
    assert boost["account"]["statuses_count"] == 1
    undone = (await do(client, "unreblog", made, bob)).ok()
    assert (undone["id"], undone["reblogged"], undone["reblogs_count"]) == (str(made), False, 0)
    assert (await client.get(f"{POST}/{boost['id']}")).status == 404
    assert (await do(client, "unreblog", made, bob)).ok()["reblogged"] is False


async def test_a_boost_of_a_boost_and_a_favourite_of_it_mean_the_first_post(
    client: Client, make: Make
) -> None:
    alice, bob, carl = [await make.account(name) for name in ("alice", "bob", "carl")]
    made = await make.status(alice)
    boost = (await do(client, "reblog", made, bob)).ok()
    assert (await do(client, "reblog", boost["id"], carl)).ok()["reblog"]["id"] == str(made)
    for verb in ("favourite", "bookmark"):
        (await do(client, verb, boost["id"], carl)).ok()
    now = await shown(client, made, carl)
    assert (now["reblogs_count"], now["favourites_count"], now["bookmarked"]) == (2, 1, True)
    assert (await do(client, "unreblog", boost["id"], carl)).ok()["id"] == str(made)


async def test_deleting_a_boost_leaves_what_was_boosted(client: Client, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    made = await make.status(alice)
    boost = (await do(client, "reblog", made, bob)).ok()
    (await client.delete(f"{POST}/{boost['id']}", token=bob.token)).ok()
    assert (await shown(client, made))["reblogs_count"] == 0


async def test_private_posts_are_boosted_by_their_author_alone_and_direct_ones_by_nobody(
    client: Client, make: Make
) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    await make.follow(bob, alice)
    private = await make.status(alice, visibility="private")
    direct = await make.status(alice, "@bob you", visibility="direct")
    assert (await do(client, "reblog", private, bob)).status == 403
    assert (await do(client, "reblog", direct, bob)).status == 403
    assert (await do(client, "reblog", direct, alice)).status == 403
    own = (await do(client, "reblog", private, alice, visibility="public")).ok()
    assert own["visibility"] == "private"
    wrong = await do(client, "reblog", private, alice, visibility="direct")
    assert wrong.status == 422


@pytest.mark.parametrize("verb", VERBS)
async def test_a_post_one_cannot_see_is_as_unknown_as_none(
    client: Client, make: Make, house: House, verb: str
) -> None:
    alice, eve = await make.account("alice"), await make.account("eve")
    hidden = [
        await make.status(alice, "followers", visibility="private"),
        await make.status(alice, "nobody", visibility="direct"),
    ]
    unknown = await do(client, verb, 1, eve)
    assert unknown.status == 404
    for status_id in hidden:
        answer = await do(client, verb, status_id, eve)
        assert (answer.status, answer.body) == (404, unknown.body)
    public = await make.status(alice, "blocked")
    await make.block(alice, eve)
    assert (await do(client, verb, public, eve)).status == 404
    async with house.db.read() as conn:
        assert [await conn.scalar(count) for count in [*TRACES, BOOSTS]] == [0] * 6


@pytest.mark.parametrize(
    "path",
    ["", "/context", "/history", "/favourited_by", "/reblogged_by", "/source", "/quotes"],
)
async def test_nothing_of_a_private_post_is_read_by_strangers(
    client: Client, make: Make, path: str
) -> None:
    alice, bob, eve = [await make.account(name) for name in ("alice", "bob", "eve")]
    await make.follow(bob, alice)
    private = await make.status(alice, "followers", visibility="private")
    unknown = await client.get(f"{POST}/1{path}", token=eve.token)
    answer = await client.get(f"{POST}/{private}{path}", token=eve.token)
    assert (answer.status, answer.body) == (404, unknown.body)
    assert (await client.get(f"{POST}/{private}{path}")).status in (401, 404)
    assert (await client.get(f"{POST}/{private}{path}", token=bob.token)).status == 200


async def test_what_one_lost_sight_of_is_left_out_of_the_lists(client: Client, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    made = await make.status(alice)
    for verb in ("favourite", "bookmark"):
        (await do(client, verb, made, bob)).ok()
    for path in ("/api/v1/favourites", "/api/v1/bookmarks"):
        assert len((await client.get(path, token=bob.token)).ok()) == 1
    await make.block(alice, bob)
    for path in ("/api/v1/favourites", "/api/v1/bookmarks"):
        assert (await client.get(path, token=bob.token)).ok() == []


async def test_bookmarks_are_ones_own(client: Client, make: Make) -> None:
    alice, bob, eve = [await make.account(name) for name in ("alice", "bob", "eve")]
    made = await make.status(alice)
    assert (await do(client, "bookmark", made, bob)).ok()["bookmarked"] is True
    assert (await do(client, "bookmark", made, bob)).status == 200
    assert [one["id"] for one in (await client.get("/api/v1/bookmarks", token=bob.token)).ok()] == [
        str(made)
    ]
    assert (await client.get("/api/v1/bookmarks", token=eve.token)).ok() == []
    (await do(client, "unbookmark", made, eve)).ok()
    assert (await shown(client, made, bob))["bookmarked"] is True
    assert (await do(client, "unbookmark", made, bob)).ok()["bookmarked"] is False


async def test_only_ones_own_posts_are_pinned_and_only_a_few(client: Client, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    made = [await make.status(alice, str(n)) for n in range(6)]
    for status_id in made[:5]:
        assert (await do(client, "pin", status_id, alice)).ok()["pinned"] is True
    assert (await do(client, "pin", made[0], alice)).status == 200
    assert (await do(client, "pin", made[5], alice)).status == 422
    assert (await do(client, "unpin", made[0], alice)).ok()["pinned"] is False
    assert (await do(client, "pin", made[5], alice)).status == 200
    assert (await do(client, "pin", made[1], bob)).status == 422
    direct = await make.status(alice, visibility="direct")
    boost = (await do(client, "reblog", made[0], alice)).ok()
    (await do(client, "unpin", made[5], alice)).ok()
    assert (await do(client, "pin", direct, alice)).status == 422
    assert (await do(client, "pin", boost["id"], alice)).status == 422


async def test_a_muted_conversation_is_muted_wherever_one_stands_in_it(client: Client, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    root = await make.status(alice)
    reply = await make.status(bob, in_reply_to_id=root)
    other = await make.status(alice)
    assert (await do(client, "mute", reply, alice)).ok()["muted"] is True
    assert (await shown(client, root, alice))["muted"] is True
    assert (await shown(client, other, alice))["muted"] is False
    assert (await shown(client, root, bob))["muted"] is False
    assert (await do(client, "unmute", root, alice)).ok()["muted"] is False


@pytest.mark.parametrize(
    ("verb", "scope"),
    [
        ("favourite", "write:favourites"), ("bookmark", "write:bookmarks"), ("reblog", "write:statuses"),
        ("mute", "write:mutes"), ("pin", "write:accounts"),
    ],
)  # fmt: skip
async def test_each_verb_needs_its_own_scope(client: Client, make: Make, verb: str, scope: str) -> None:
    alice = await make.account("alice")
    made = await make.status(alice)
    narrow = await make.token(alice, scope)
    others = await make.token(alice, "read write:media write:lists")
    for token, status in ((None, 401), (others, 403), (narrow, 200)):
        for undo in ("", "un"):
            answer = await client.post(f"{POST}/{made}/{undo}{verb}", token=token)
            assert answer.status == status
