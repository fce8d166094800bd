"""What leaves the house is verified by a library of others, and says to our own parsers what was meant."""

from __future__ import annotations

import json

import pytest
from apsig.draft import Verifier  # type: ignore[import-untyped]
from apsig.proof import ProofVerifier  # type: ignore[import-untyped]

from stoa.core.house import House
from stoa.federation.deliver import sync
from stoa.federation.door import Door
from stoa.federation.own_keys import OwnKeys
from stoa.federation.parse.activity import parse_activity
from stoa.federation.parse.kinds import Create
from stoa.federation.parse.note import parse_note
from stoa.federation.parse.trust import own_words
from tests.federation.deliver.post_office import PostOffice
from tests.federation.elsewhere import Asked, Elsewhere
from tests.make import Make, Person


async def _delivered(
    door: Door, make: Make, office: PostOffice, elsewhere: Elsewhere, **draft: str
) -> tuple[Person, Asked]:
    alice = await make.account("alice")
    await office.neighbour("carol@there.example", follows=alice)
    await make.status(alice, "Hello, #maths and @carol@there.example.", **draft)
    await office.work()
    await door.sender.drain()
    (asked,) = elsewhere.delivered
    return alice, asked


@pytest.mark.parametrize("visibility", ["public", "private"])
async def test_another_library_verifies_a_delivery(
    house: House, door: Door, make: Make, office: PostOffice, elsewhere: Elsewhere, visibility: str
) -> None:
    alice, asked = await _delivered(door, make, office, elsewhere, visibility=visibility)
    shown = (await OwnKeys(house.db, house.addresses).of(alice.id)).public
    verifier = Verifier(shown.pem, "POST", asked.url, dict(asked.headers), asked.body)
    actor = house.addresses.actor(alice.id)
    assert verifier.verify(raise_on_fail=True) == f"{actor}#main-key"
    if visibility == "public":
        assert shown.multibase is not None
        checked = ProofVerifier(shown.multibase).verify(asked.json, raise_on_fail=True)
        assert checked == f"{actor}#ed25519-key"
    else:
        assert "proof" not in asked.json
        # FEP-8fcf asks that the header cannot be exchanged on the way.
        names = {name.lower(): value for name, value in asked.headers.items()}
        assert sync.HEADER.lower() in names
        assert sync.HEADER.lower() in names["signature"]


async def test_our_own_parsers_read_what_was_meant(
    house: House, door: Door, make: Make, office: PostOffice, elsewhere: Elsewhere
) -> None:
    alice, asked = await _delivered(door, make, office, elsewhere)
    names = {name.lower(): value for name, value in asked.headers.items()}
    assert names["content-type"] == "application/activity+json"
    assert asked.url == "https://there.example/inbox"
    read = parse_activity(json.loads(asked.body))
    actor = house.addresses.actor(alice.id)
    assert isinstance(read, Create)
    assert read.actor == actor
    words = own_words(read.object, actor)
    assert words is not None
    note = parse_note(words)
    assert note.author == actor
    assert note.visibility(house.addresses.followers(actor)) == "public"
    assert [one.href for one in note.mentions] == ["https://there.example/users/carol"]
    assert list(note.hashtags) == ["maths"]
