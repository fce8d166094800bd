"""Replies to a passage: they say which, and quote it for those who are not shown it."""

from __future__ import annotations

import pytest

from stoa.core.errors import Unprocessable
from stoa.core.house import House
from stoa.core.policy.draft import Draft
from stoa.core.statuses import anchors, views
from stoa.core.statuses.edit import edit
from stoa.text import MAX_EXACT, Passage
from tests.make import Make, Person

ESSAY = "The ministers met.\n\nNobody was *bothered* by \\(x^2\\), @alice said.\n\nThe harbour was closed."


@pytest.fixture
async def alice(make: Make) -> Person:
    return await make.account("alice")


@pytest.fixture
async def bob(make: Make) -> Person:
    return await make.account("bob")


@pytest.fixture
async def essay(make: Make, alice: Person) -> int:
    return await make.status(alice, ESSAY, content_type="text/markdown")


async def passage(house: House, status_id: int) -> Passage | None:
    async with house.db.read() as conn:
        return (await anchors.of(conn, [status_id])).get(status_id)


async def content(house: House, status_id: int) -> str:
    async with house.db.read() as conn:
        return (await views.get(conn, status_id)).content


async def test_the_passage_is_kept_as_it_stands_in_the_post(
    house: House, make: Make, bob: Person, essay: int
) -> None:
    typed = Passage("Nobody  was\nbothered", "", "")
    reply = await make.status(bob, "Really?", in_reply_to_id=essay, passage=typed)
    assert await passage(house, reply) == Passage(
        "Nobody was bothered", "The ministers met. ", " by \\(x^2\\), @alice said. The ha"
    )
    said = "<blockquote><p>Nobody was bothered</p></blockquote>\n<p>Really?</p>"
    assert await content(house, reply) == said


async def test_formulas_are_quoted_as_such_and_nobody_is_mentioned_by_a_quotation(
    house: House, make: Make, bob: Person, essay: int
) -> None:
    reply = await make.status(
        bob, "So?", in_reply_to_id=essay, passage=Passage("by \\(x^2\\), @alice said")
    )
    shown = await content(house, reply)
    assert "<math" in shown
    assert "<a " not in shown
    async with house.db.read() as conn:
        assert (await views.get(conn, reply)).mentions == ()


@pytest.mark.parametrize("words", ["Everybody was content with it all", "z" * (MAX_EXACT + 1)])
async def test_what_does_not_stand_in_the_post_is_no_passage(
    make: Make, bob: Person, essay: int, words: str
) -> None:
    with pytest.raises(Unprocessable, match="passage"):
        await make.status(bob, "Really?", in_reply_to_id=essay, passage=Passage(words))


async def test_a_post_for_some_is_not_quoted_to_all(make: Make, alice: Person, bob: Person) -> None:
    await make.follow(bob, alice)
    secret = await make.status(alice, "Between us: it rains.", visibility="private")
    with pytest.raises(Unprocessable, match="not for everybody"):
        await make.status(bob, "Oh", in_reply_to_id=secret, passage=Passage("it rains"))
    await make.status(bob, "Oh", in_reply_to_id=secret, passage=Passage("it rains"), visibility="private")


async def test_an_edit_of_the_reply_keeps_what_it_is_about(
    house: House, make: Make, bob: Person, essay: int
) -> None:
    reply = await make.status(
        bob, "Really?", in_reply_to_id=essay, passage=Passage("The harbour was closed")
    )
    async with house.db.write() as conn:
        draft = Draft(account_id=bob.id, text="Oh dear.")
        await edit(conn, reply, draft, house.settings, house.addresses)
    kept = await passage(house, reply)
    assert kept is not None
    assert kept.exact == "The harbour was closed"
    assert await content(house, reply) == (
        "<blockquote><p>The harbour was closed</p></blockquote>\n<p>Oh dear.</p>"
    )


async def test_only_replies_are_about_a_passage(house: House, make: Make, bob: Person) -> None:
    post = await make.status(bob, "Of myself.", passage=Passage("Of myself"))
    assert await passage(house, post) is None
    assert await content(house, post) == "<p>Of myself.</p>"
