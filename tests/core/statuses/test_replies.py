"""The author's thread: who may reply, until when, and how replies stand below a post."""

from __future__ import annotations

import contextlib

import pytest

from stoa import ids
from stoa.core.errors import NotFound, Unprocessable
from stoa.core.house import House
from stoa.core.statuses import replies
from stoa.core.statuses.model import Repliers, ReplyTerms
from tests.make import Make, Person


async def set_terms(house: House, author: Person, status_id: int, terms: ReplyTerms) -> None:
    async with house.db.write() as conn:
        await replies.set_terms(conn, author.id, status_id, terms)


async def mark(house: House, who: Person, reply_id: int, how: replies.Mark | None) -> None:
    async with house.db.write() as conn:
        await replies.mark(conn, who.id, reply_id, how)


@pytest.fixture
async def village(make: Make) -> dict[str, Person]:
    """alice, who writes; fan follows her, friend is followed by her, named is mentioned, else nothing."""
    people = {name: await make.account(name) for name in ("alice", "fan", "friend", "named", "passerby")}
    await make.follow(people["fan"], people["alice"])
    await make.follow(people["alice"], people["friend"])
    return people


@pytest.mark.parametrize(
    ("who", "welcome"),
    [
        ("everybody", {"alice", "fan", "friend", "named", "passerby"}),
        ("followers", {"alice", "fan"}),
        ("following", {"alice", "friend", "named"}),
        ("mentioned", {"alice", "named"}),
        ("nobody", {"alice"}),
    ],
)
async def test_only_those_the_author_wants_may_reply(
    house: House, make: Make, village: dict[str, Person], who: Repliers, welcome: set[str]
) -> None:
    root = await make.status(village["alice"], "An essay, with thanks to @named")
    await set_terms(house, village["alice"], root, ReplyTerms(who))
    replied = set()
    for name, person in village.items():
        with contextlib.suppress(Unprocessable):
            await make.status(person, "A reply", in_reply_to_id=root)
            replied.add(name)
    assert replied == welcome


async def test_the_terms_hold_for_all_that_follows_below(
    house: House, make: Make, village: dict[str, Person]
) -> None:
    root = await make.status(village["alice"], "An essay")
    reply = await make.status(village["passerby"], "Early", in_reply_to_id=root)
    await set_terms(house, village["alice"], root, ReplyTerms("followers"))
    with pytest.raises(Unprocessable):
        await make.status(village["named"], "To the passer-by", in_reply_to_id=reply)
    await make.status(village["fan"], "To the passer-by", in_reply_to_id=reply)


async def test_a_closed_conversation_takes_no_more_replies_but_the_authors(
    house: House, make: Make, village: dict[str, Person]
) -> None:
    root = await make.status(village["alice"], "An essay")
    await set_terms(house, village["alice"], root, ReplyTerms(closes_at=ids.now_ms() + 60_000))
    await make.status(village["passerby"], "In time", in_reply_to_id=root)
    await set_terms(house, village["alice"], root, ReplyTerms(closes_at=ids.now_ms()))
    with pytest.raises(Unprocessable, match="closed"):
        await make.status(village["fan"], "Too late", in_reply_to_id=root)
    await make.status(village["alice"], "One more thing", in_reply_to_id=root)
    await set_terms(house, village["alice"], root, ReplyTerms())
    await make.status(village["fan"], "Open again", in_reply_to_id=root)


async def test_only_the_author_says_who_may_reply_and_for_a_year_at_most(
    house: House, make: Make, village: dict[str, Person]
) -> None:
    root = await make.status(village["alice"], "An essay")
    with pytest.raises(NotFound):
        await set_terms(house, village["fan"], root, ReplyTerms("nobody"))
    far = ids.now_ms() + (replies.MAX_DAYS + 1) * replies.DAY_MS
    with pytest.raises(Unprocessable):
        await set_terms(house, village["alice"], root, ReplyTerms(closes_at=far))
    async with house.db.read() as conn:
        assert await replies.terms(conn, root) == ReplyTerms()


async def test_who_opened_the_conversation_puts_replies_aside_or_first(
    house: House, make: Make, village: dict[str, Person]
) -> None:
    root = await make.status(village["alice"], "An essay")
    bad = await make.status(village["passerby"], "Rubbish", in_reply_to_id=root)
    deep = await make.status(village["fan"], "Not at all", in_reply_to_id=bad)
    await mark(house, village["alice"], bad, "hidden")
    await mark(house, village["alice"], deep, "first")
    for other in ("passerby", "fan"):
        with pytest.raises(NotFound):
            await mark(house, village[other], bad, None)
    with pytest.raises(NotFound):
        await mark(house, village["alice"], root, "first")
    async with house.db.read() as conn:
        assert await replies.marks(conn, [root, bad, deep]) == {bad: "hidden", deep: "first"}
    await mark(house, village["alice"], bad, None)
    async with house.db.read() as conn:
        assert await replies.marks(conn, [bad, deep]) == {deep: "first"}


async def test_only_a_few_replies_stand_first(house: House, make: Make, village: dict[str, Person]) -> None:
    root = await make.status(village["alice"], "An essay")
    many = [
        await make.status(village["fan"], f"Reply {number}", in_reply_to_id=root)
        for number in range(replies.MOST_FIRST + 1)
    ]
    for one in many[:-1]:
        await mark(house, village["alice"], one, "first")
    await mark(house, village["alice"], many[0], "first")
    with pytest.raises(Unprocessable):
        await mark(house, village["alice"], many[-1], "first")
