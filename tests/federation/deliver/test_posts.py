"""Who is told of posts, and what."""

from __future__ import annotations

from stoa.core.house import House
from tests.federation.deliver.post_office import PostOffice
from tests.make import Make

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


async def test_a_public_post_goes_to_followers_and_mentioned(
    house: House, make: Make, office: PostOffice
) -> None:
    alice = await make.account("alice")
    await office.neighbour("carol@there.example", follows=alice)
    await office.neighbour("dan@there.example", follows=alice)
    await office.neighbour("erin@far.example")
    await make.status(alice, "Hello @erin@far.example.")
    letter = await office.letter()
    assert letter.inboxes == ["https://far.example/inbox", "https://there.example/inbox"]
    note = letter.document["object"]
    assert letter.document["type"] == "Create" and letter.document["to"] == note["to"] == [PUBLIC]
    assert note["cc"][1:] == ["https://far.example/users/erin"]
