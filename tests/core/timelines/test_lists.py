"""Lists: their owner's, of those they follow."""

from __future__ import annotations

import pytest

from stoa.core.errors import Invalid, NotFound, Unprocessable
from stoa.core.house import House
from stoa.core.relationships import block, follow
from stoa.core.timelines import lists, views
from stoa.db.paging import Page
from tests.make import Make, Person


async def make_list(house: House, owner: Person, *members: Person, **options: object) -> int:
    async with house.db.write() as conn:
        made = await lists.create(conn, owner.id, "Friends", **options)  # type: ignore[arg-type]
        await lists.add_members(conn, made.id, owner.id, [one.id for one in members])
    return made.id


async def timeline(house: House, owner: Person, list_id: int | None = None) -> list[int]:
    async with house.db.read() as conn:
        if list_id is None:
            found = await views.home(conn, owner.id, Page())
        else:
            found = await views.in_list(conn, list_id, owner.id, Page())
    return [head.id for head in found]


async def test_a_list_shows_its_members_from_the_start(house: House, make: Make) -> None:
    alice, bob, carol = [await make.account(name) for name in ("alice", "bob", "carol")]
    await make.follow(alice, bob)
    await make.follow(alice, carol)
    before = await make.status(bob)
    await make.status(carol)
    own = await make.status(alice)
    list_id = await make_list(house, alice, bob, alice)
    after = await make.status(bob, visibility="private")
    await make.status(bob, "@alice not for lists", visibility="direct")
    await make.status(carol)
    assert await timeline(house, alice, list_id) == [after, own, before]
    async with house.db.write() as conn:
        await lists.remove_members(conn, list_id, alice.id, [bob.id])
    assert await timeline(house, alice, list_id) == [own]


@pytest.mark.parametrize(
    ("policy", "shown"),
    [("none", {"alice"}), ("list", {"alice", "member"}), ("followed", {"alice", "member", "followed"})],
)
async def test_answers_are_in_a_list_by_its_policy(
    house: House, make: Make, policy: str, shown: set[str]
) -> None:
    names = ("alice", "bob", "member", "followed", "stranger")
    people = {name: await make.account(name) for name in names}
    alice, bob = people["alice"], people["bob"]
    for name in ("bob", "member", "followed"):
        await make.follow(alice, people[name])
    list_id = await make_list(house, alice, bob, people["member"], replies_policy=policy)
    asked = {name: await make.status(people[name]) for name in names if name != "bob"}
    answers = {name: await make.status(bob, in_reply_to_id=one) for name, one in asked.items()}
    seen = await timeline(house, alice, list_id)
    assert {name for name, answer in answers.items() if answer in seen} == shown
    async with house.db.write() as conn:
        await lists.remove_members(conn, list_id, alice.id, [bob.id])
        await lists.add_members(conn, list_id, alice.id, [bob.id])
    seen = await timeline(house, alice, list_id)
    assert {name for name, answer in answers.items() if answer in seen} == shown


async def test_an_exclusive_list_keeps_its_members_out_of_home(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    await make.follow(alice, bob)
    first = await make.status(bob)
    list_id = await make_list(house, alice, bob, alice, exclusive=True)
    second, own = await make.status(bob), await make.status(alice)
    assert await timeline(house, alice) == [own]
    assert await timeline(house, alice, list_id) == [own, second, first]
    async with house.db.write() as conn:
        await lists.change(conn, list_id, alice.id, exclusive=False)
    assert await timeline(house, alice) == [own, second, first]


async def test_whoever_is_unfollowed_or_blocked_leaves_the_lists(house: House, make: Make) -> None:
    alice, bob, carol = [await make.account(name) for name in ("alice", "bob", "carol")]
    for one in (bob, carol):
        await make.follow(alice, one)
        await make.status(one)
    list_id = await make_list(house, alice, bob, carol)
    assert len(await timeline(house, alice, list_id)) == 2
    async with house.db.write() as conn:
        await follow.unfollow(conn, alice.id, bob.id)
        await block.block(conn, alice.id, carol.id)
    assert await timeline(house, alice, list_id) == []
    async with house.db.read() as conn:
        assert await lists.members(conn, list_id, alice.id, Page()) == []


async def test_only_the_followed_can_be_members_and_once(house: House, make: Make) -> None:
    alice, bob, stranger = [await make.account(name) for name in ("alice", "bob", "stranger")]
    await make.follow(alice, bob)
    list_id = await make_list(house, alice, bob)
    for member, refusal in ((stranger.id, NotFound), (12345, NotFound), (bob.id, Invalid)):
        with pytest.raises(refusal):
            async with house.db.write() as conn:
                await lists.add_members(conn, list_id, alice.id, [alice.id, member])
    async with house.db.read() as conn:
        assert await lists.members(conn, list_id, alice.id, Page()) == [bob.id]


async def test_lists_of_others_are_not_there(house: House, make: Make) -> None:
    alice, eve = await make.account("alice"), await make.account("eve")
    list_id = await make_list(house, alice)
    async with house.db.write() as conn:
        for attempt in (
            lists.get(conn, list_id, eve.id),
            lists.change(conn, list_id, eve.id, title="Mine"),
            lists.remove(conn, list_id, eve.id),
            lists.members(conn, list_id, eve.id, Page()),
            lists.add_members(conn, list_id, eve.id, [eve.id]),
            lists.remove_members(conn, list_id, eve.id, [alice.id]),
        ):
            with pytest.raises(NotFound):
                await attempt
        assert await lists.mine(conn, eve.id) == []
        assert (await lists.get(conn, list_id, alice.id)).title == "Friends"
        assert await lists.members(conn, list_id, alice.id, Page()) == []


async def test_one_owners_list_is_not_filled_for_another(house: House, make: Make) -> None:
    alice, eve, bob = [await make.account(name) for name in ("alice", "eve", "bob")]
    for one in (alice, eve):
        await make.follow(one, bob)
    first, second = await make_list(house, alice, bob), await make_list(house, eve)
    await make.status(bob)
    assert len(await timeline(house, alice, first)) == 1
    assert await timeline(house, eve, second) == []
    async with house.db.write() as conn:
        await follow.unfollow(conn, eve.id, bob.id)
    assert len(await timeline(house, alice, first)) == 1


async def test_titles_and_numbers_are_limited(house: House, make: Make) -> None:
    alice = await make.account("alice")
    for title in ("", "  ", "x" * 257):
        with pytest.raises(Invalid, match="Title"):
            async with house.db.write() as conn:
                await lists.create(conn, alice.id, title)
    async with house.db.write() as conn:
        for n in range(lists.MAX_LISTS):
            await lists.create(conn, alice.id, f"List {n}")
        with pytest.raises(Unprocessable, match="50 lists"):
            await lists.create(conn, alice.id, "One more")


async def test_a_list_that_is_removed_leaves_nothing(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    await make.follow(alice, bob)
    list_id = await make_list(house, alice, bob)
    await make.status(bob)
    async with house.db.write() as conn:
        await lists.remove(conn, list_id, alice.id)
        assert await lists.mine(conn, alice.id) == []
        assert await views.in_list(conn, list_id, alice.id, Page()) == []
    assert len(await timeline(house, alice)) == 1
