"""Posting into groups elsewhere (F17.3)."""

from __future__ import annotations

import pytest

from stoa.federation.render.context import PUBLIC
from tests.federation.deliver.post_office import PostOffice
from tests.make import Make

GROUP = "https://forum.example/users/maths"
SHARED = "https://forum.example/inbox"


async def test_a_post_that_mentions_a_group_is_for_it(make: Make, office: PostOffice) -> None:
    alice = await make.account("alice")
    await office.neighbour("maths@forum.example", actor_type="Group")
    await make.status(alice, "A question for @maths@forum.example.", title="A question")
    letter = await office.letter()
    article = letter.document["object"]
    assert letter.inboxes == [SHARED]
    assert (article["type"], article["name"], article["audience"]) == ("Article", "A question", GROUP)
    assert letter.document["audience"] == GROUP
    assert PUBLIC in article["to"]
    assert GROUP in article["to"] + article["cc"]
    assert {"type": "Mention", "href": GROUP, "name": "@maths@forum.example"} in article["tag"]


async def test_an_answer_in_a_group_goes_to_the_group_without_naming_it(
    make: Make, office: PostOffice
) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    await office.neighbour("maths@forum.example", actor_type="Group")
    first = await make.status(alice, "A question for @maths@forum.example.")
    await office.clear()
    await make.status(bob, "An answer.", in_reply_to_id=first)
    assert [one.inboxes for one in await office.letters()] == [[SHARED]]
    (letter,) = await office.letters()
    assert letter.document["object"]["audience"] == GROUP


@pytest.mark.parametrize("visibility", ["private", "direct"])
async def test_what_is_for_few_is_for_no_group(make: Make, office: PostOffice, visibility: str) -> None:
    alice = await make.account("alice")
    await office.neighbour("maths@forum.example", actor_type="Group")
    await make.status(alice, "Psst, @maths@forum.example.", visibility=visibility)
    note = (await office.letter()).document["object"]
    assert "audience" not in note
    assert PUBLIC not in note["to"] + note["cc"]
