"""In a village of chance, every timeline shows what its reader may see, by the rule on values."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from stoa.core.accounts import store as accounts
from stoa.core.errors import Forbidden, NotFound
from stoa.core.house import House
from stoa.core.notifications import views as notifications
from stoa.core.relationships import block, follow, mute
from stoa.core.statuses import reblog
from stoa.core.statuses.model import StatusHead
from stoa.core.statuses.visibility import may_see
from stoa.core.timelines import conversations, lists, tags, views
from stoa.db import Connection
from stoa.db.paging import Page
from tests.make import Make, Person

PAGE = Page(limit=1000)
VISIBILITIES = ("public", "unlisted", "private", "direct")


@dataclass
class Said:
    author: int
    visibility: Any
    mentions: frozenset[int] = frozenset()
    boosted: int | None = None


@dataclass
class Village:
    """What happened, kept in sets and looked at by Python only."""

    people: list[Person]
    said: dict[int, Said] = field(default_factory=dict)
    follows: set[tuple[int, int]] = field(default_factory=set)
    blocks: set[tuple[int, int]] = field(default_factory=set)
    mutes: set[tuple[int, int]] = field(default_factory=set)
    suspended: set[int] = field(default_factory=set)

    def seen_by(self, viewer: int, status_id: int) -> bool:
        """The rule, for the post and for what it boosts."""
        said = self.said[status_id]
        sees = may_see(
            visibility=said.visibility,
            is_author=said.author == viewer,
            author_suspended=said.author in self.suspended,
            author_blocks_viewer=(said.author, viewer) in self.blocks,
            follows_author=(viewer, said.author) in self.follows,
            is_mentioned=viewer in said.mentions,
        )
        return sees and (said.boosted is None or self.seen_by(viewer, said.boosted))

    def met_by(self, viewer: int, author: int) -> bool:
        """Nobody blocks or mutes anybody here."""
        return not ({(viewer, author), (author, viewer)} & self.blocks or (viewer, author) in self.mutes)


async def build(house: House, make: Make, chance: random.Random) -> Village:
    village = Village([await make.account(f"person{n}") for n in range(6)])
    people = village.people
    for one in people:
        async with house.db.write() as conn:
            await tags.follow(conn, one.id, "cats")
            await lists.create(conn, one.id, "All")
    for _ in range(90):
        one, other = chance.sample(people, 2)
        match chance.choice(
            ("follow", "unfollow", "block", "unblock", "mute", *["post"] * 6, *["boost"] * 3)
        ):
            case "post":
                named = chance.sample(people, chance.randrange(3))
                text = " ".join(["#cats", *(f"@{person.username}" for person in named)])
                visibility: Any = chance.choice(VISIBILITIES)
                made = await make.status(one, text, visibility=visibility)
                # Who is at odds with the author is not addressed.
                reached = frozenset(
                    person.id
                    for person in named
                    if person.id != one.id
                    and not {(one.id, person.id), (person.id, one.id)} & village.blocks
                )
                village.said[made] = Said(one.id, visibility, reached)
            case "boost" if village.said:
                target = chance.choice(list(village.said))
                async with house.db.write() as conn:
                    try:
                        made = await reblog.reblog(conn, one.id, target, house.addresses)
                    except (NotFound, Forbidden):
                        continue
                original = village.said[target].boosted or target
                visibility = village.said[original].visibility
                village.said.setdefault(made, Said(one.id, visibility, boosted=original))
            case verb:
                await relate(house, village, verb, one.id, other.id)
    gone = chance.choice(people)
    async with house.db.write() as conn:
        await accounts.change(conn, gone.id, suspended_at=1)
    village.suspended.add(gone.id)
    return village


async def relate(house: House, village: Village, verb: str, one: int, other: int) -> None:
    async with house.db.write() as conn:
        if verb == "follow" and not {(one, other), (other, one)} & village.blocks:
            await follow.follow(conn, one, other)
            village.follows.add((one, other))
            (mine,) = await lists.mine(conn, one)
            if other not in await lists.members(conn, mine.id, one, PAGE):
                await lists.add_members(conn, mine.id, one, [other])
        elif verb == "unfollow":
            await follow.unfollow(conn, one, other)
            village.follows.discard((one, other))
        elif verb == "block":
            await block.block(conn, one, other)
            village.blocks.add((one, other))
            village.follows -= {(one, other), (other, one)}
        elif verb == "unblock":
            await block.unblock(conn, one, other)
            village.blocks.discard((one, other))
        elif verb == "mute":
            await mute.mute(conn, one, other)
            village.mutes.add((one, other))


async def _in_list(conn: Connection, viewer: int) -> Sequence[StatusHead]:
    (mine,) = await lists.mine(conn, viewer)
    return await views.in_list(conn, mine.id, viewer, PAGE)


TIMELINES: dict[str, Callable[[Connection, int], Awaitable[Sequence[StatusHead]]]] = {
    "home": lambda conn, viewer: views.home(conn, viewer, PAGE),
    "list": _in_list,
    "public": lambda conn, viewer: views.public(conn, viewer, PAGE),
    "tag": lambda conn, viewer: views.tagged(conn, viewer, "cats", PAGE),
}


@pytest.mark.parametrize("seed", range(4))
async def test_timelines_show_what_may_be_seen_and_whom_one_meets(
    house: House, make: Make, seed: int
) -> None:
    village = await build(house, make, random.Random(seed))
    shown = 0
    async with house.db.read() as conn:
        for viewer in [person.id for person in village.people if person.id not in village.suspended]:
            for name, timeline in TIMELINES.items():
                for head in await timeline(conn, viewer):
                    shown += 1
                    said = village.said[head.id]
                    assert village.seen_by(viewer, head.id), (name, viewer, said)
                    assert village.met_by(viewer, said.author), (name, viewer, said)
                    if said.boosted is not None:
                        original = village.said[said.boosted]
                        assert village.met_by(viewer, original.author), (name, viewer, original)
            for told in await notifications.page(conn, viewer, PAGE):
                assert told.status_id is None or village.seen_by(viewer, told.status_id)
                assert village.met_by(viewer, told.from_account_id)
            for one in await conversations.mine(conn, viewer, PAGE):
                assert village.seen_by(viewer, one.last_status_id)
    assert shown > 20


@pytest.mark.parametrize("seed", range(4))
async def test_a_profile_shows_exactly_what_may_be_seen(house: House, make: Make, seed: int) -> None:
    village = await build(house, make, random.Random(100 + seed))
    everybody = [person.id for person in village.people]
    async with house.db.read() as conn:
        for viewer in (None, *everybody):
            who = viewer or 0
            for author in everybody:
                found = {head.id for head in await views.of_account(conn, author, viewer, PAGE)}
                assert found == {
                    status_id
                    for status_id, said in village.said.items()
                    if said.author == author
                    and village.seen_by(who, status_id)
                    and (said.boosted is None or village.met_by(who, village.said[said.boosted].author))
                }
