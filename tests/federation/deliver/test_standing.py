"""What other servers hear when moderators suspend somebody, and when somebody is deleted."""

from __future__ import annotations

from stoa.core.house import House
from stoa.core.moderation import erase, standing
from stoa.core.relationships import follow
from stoa.core.statuses import favourite
from stoa.federation.door import Door
from tests.federation.deliver.post_office import PostOffice
from tests.federation.elsewhere import Elsewhere
from tests.make import Make

MINUTE_MS = 60_000


async def test_followers_elsewhere_hear_that_somebody_is_suspended_and_is_back(
    house: House, make: Make, office: PostOffice
) -> None:
    bob = await make.account("bob", display_name="Bob")
    await office.neighbour("dan@far.example", follows=bob)
    for verb, suspended, name in ((standing.suspend, True, ""), (standing.unsuspend, False, "Bob")):
        async with house.db.write() as conn:
            await verb(conn, bob.id)
        letter = await office.letter(later=MINUTE_MS)
        assert letter.document["type"] == "Update"
        assert (letter.document["object"]["suspended"], letter.document["object"]["name"]) == (
            suspended, name,
        )  # fmt: skip
        await office.clear(later=MINUTE_MS)


async def test_whoever_is_suspended_here_and_lives_elsewhere_is_refused_by_those_they_follow(
    house: House, make: Make, office: PostOffice
) -> None:
    bob = await make.account("bob")
    dan = await office.neighbour("dan@far.example", follows=bob)
    async with house.db.write() as conn:
        await standing.suspend(conn, dan)
    letter = await office.letter()
    assert (letter.document["type"], letter.document["actor"]) == (
        "Reject", house.addresses.actor(bob.id),
    )  # fmt: skip
    assert letter.inboxes == ["https://far.example/users/dan/inbox"]


async def test_of_somebody_deleted_nothing_is_said_but_that(
    house: House, make: Make, office: PostOffice
) -> None:
    bob = await make.account("bob")
    dan = await office.neighbour("dan@far.example", follows=bob)
    theirs = await make.status(dan, "Hi.", uri="https://far.example/1", content="<p>Hi.</p>")
    await make.status(bob, "A post.")
    async with house.db.write() as conn:
        await follow.follow(conn, bob.id, dan)
        await follow.accept(conn, dan, bob.id)
        await favourite.favourite(conn, bob.id, theirs)
    await office.clear()
    async with house.db.write() as conn:
        await erase.erase(conn, bob.id)
    letter = await office.letter(later=MINUTE_MS)
    actor = house.addresses.actor(bob.id)
    assert (letter.document["type"], letter.document["object"]) == ("Delete", actor)
    assert letter.inboxes == ["https://far.example/inbox"]


async def test_the_last_words_are_signed_when_everything_else_is_gone(
    house: House, make: Make, office: PostOffice, door: Door, elsewhere: Elsewhere
) -> None:
    bob = await make.account("bob")
    await office.neighbour("dan@far.example", follows=bob)
    await office.with_keys(bob)
    async with house.db.write() as conn:
        await erase.erase(conn, bob.id)
    await office.work()
    await door.sender.drain()
    (sent,) = [one for one in elsewhere.asked if one.method == "POST"]
    actor = house.addresses.actor(bob.id)
    assert (sent.json["type"], sent.json["object"]) == ("Delete", actor)
    assert any(f'keyid="{actor}#' in value.lower() for value in sent.headers.values())
    assert "proof" in sent.json
