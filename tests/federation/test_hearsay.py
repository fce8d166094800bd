"""What somebody passes on counts only as far as its own server says so (security.md A6)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from stoa.core.house import House
from stoa.federation.door import Door
from stoa.federation.parse.kinds import Create, Delete
from tests.client import Client
from tests.federation.elsewhere import Actor, Elsewhere
from tests.federation.receiving import Spy, of, spy
from tests.make import Make

__all__ = ["spy"]

Document = dict[str, Any]


def signed(document: Document) -> Document:
    """*document* with a linked-data signature, as Mastodon passes it on."""
    made = {
        "type": "RsaSignature2017",
        "creator": f"{document['actor']}#main-key",
        "created": "2026-11-22T20:00:00Z",
        "signatureValue": "AAAA",
    }
    return {**document, "signature": made}


async def pass_on(
    client: Client, elsewhere: Elsewhere, door: Door, document: Document, by: Actor | None = None
) -> None:
    """Have somebody else deliver *document*."""
    other = by or elsewhere.actor("dave@other.example")
    answer = await elsewhere.deliver(client, other, document)
    assert answer.status == 202, answer.text
    await door.incoming.drain()


async def test_a_post_that_was_passed_on_is_fetched_from_its_server(
    client: Client, elsewhere: Elsewhere, door: Door, spy: Spy
) -> None:
    carol = elsewhere.actor()
    create = carol.create("<p>What carol wrote.</p>")
    elsewhere.put(create["object"])
    forged = {**create, "object": {**create["object"], "content": "<p>What dave made of it.</p>"}}
    await pass_on(client, elsewhere, door, signed(forged))
    [received] = spy.received
    assert isinstance(received.activity, Create)
    assert received.activity.actor == carol.uri
    assert received.document["object"]["content"] == "<p>What carol wrote.</p>"
    assert received.relayed_by is not None


@pytest.mark.parametrize("where", ["nowhere", "another author", "another id"])
async def test_a_post_that_its_server_does_not_know_is_none(
    client: Client, elsewhere: Elsewhere, door: Door, spy: Spy, where: str
) -> None:
    carol, mallory = elsewhere.actor(), elsewhere.actor("mallory@there.example")
    create = carol.create()
    if where == "another author":
        elsewhere.put({**create["object"], "attributedTo": mallory.uri})
    elif where == "another id":
        elsewhere.documents[create["object"]["id"]] = mallory.note()
    await pass_on(client, elsewhere, door, signed(create))
    assert not spy.received


async def test_a_deletion_that_was_passed_on_is_looked_into(
    client: Client, elsewhere: Elsewhere, door: Door, spy: Spy
) -> None:
    """Mitra 5.2: only after its own server says that it is gone."""
    carol = elsewhere.actor()
    note = carol.note()
    delete = signed(carol.activity("Delete", {"id": note["id"], "type": "Tombstone"}))
    elsewhere.put(note)
    await pass_on(client, elsewhere, door, delete)
    assert not spy.received
    elsewhere.documents[note["id"]] = 410
    await pass_on(client, elsewhere, door, {**delete, "id": f"{carol.uri}#delete/again"})
    [received] = spy.received
    assert isinstance(received.activity, Delete)


@pytest.mark.parametrize(("visibility", "heard"), [("public", 1), ("unlisted", 1), ("private", 0)])
async def test_404_says_that_it_is_gone_only_of_what_everybody_could_see(
    client: Client,
    elsewhere: Elsewhere,
    door: Door,
    spy: Spy,
    make: Make,
    house: House,
    visibility: str,
    heard: int,
) -> None:
    carol = elsewhere.actor()
    author = await door.resolver.actor(carol.uri)
    uri = f"{carol.uri}/statuses/1"
    await make.status(author, "", content="<p>Hello.</p>", uri=uri, visibility=visibility)
    await pass_on(client, elsewhere, door, signed(carol.activity("Delete", uri)))
    assert len(spy.received) == heard


async def test_other_activities_are_asked_for_where_they_have_an_address(
    client: Client, elsewhere: Elsewhere, door: Door, spy: Spy
) -> None:
    carol = elsewhere.actor()
    like = {**carol.activity("Like", "https://third.example/1"), "id": f"{carol.uri}/likes/1"}
    await pass_on(client, elsewhere, door, signed(like))
    assert not spy.received
    elsewhere.put({**like, "object": "https://third.example/2"})
    await pass_on(client, elsewhere, door, signed({**like, "published": "2026-11-22T20:00:00Z"}))
    [received] = spy.received
    assert received.activity.object.id == "https://third.example/2"
    # One that lives in its actor's document cannot be asked for.
    await pass_on(client, elsewhere, door, signed(carol.activity("Like", "https://third.example/1")))
    assert len(spy.received) == 1


def renamed(create: Document, carol: Actor) -> Document:
    """A context by which, to a JSON-LD processor, mallory's note is carol's (CVE-2022-24307)."""
    context = [*create["@context"], {"author": "as:attributedTo", "attributedTo": "https://x.example/#no"}]
    note = {**create["object"], "author": carol.uri}
    return {**create, "@context": context, "object": note}


@pytest.mark.parametrize("name", ["@graph", "@included", "@reverse"])
@pytest.mark.parametrize("deep", [0, 1, 2])
async def test_what_restructures_a_document_is_refused(
    client: Client, elsewhere: Elsewhere, door: Door, spy: Spy, name: str, deep: int
) -> None:
    """CVE-2026-42462, GHSA-53m7-2wrh-q839, GHSA-chgx-jx3p-rf73, CVE-2026-46713."""
    carol, mallory = elsewhere.actor(), elsewhere.actor("mallory@evil.example")
    create = carol.create()
    place: Document = create
    for step in ("object", "tag")[:deep]:
        place = place.setdefault(step, {})
    place[name] = [carol.note()]
    for signer, document in ((mallory, signed(create)), (carol, create)):
        answer = await elsewhere.deliver(client, signer, document)
        assert answer.status == 400
    await door.incoming.drain()
    assert not spy.received


async def test_a_context_gives_nobody_another_name(
    client: Client, elsewhere: Elsewhere, door: Door, spy: Spy
) -> None:
    """CVE-2022-24307, CVE-2024-32983: documents are read as they stand, and no context is fetched."""
    carol, mallory = elsewhere.actor(), elsewhere.actor("mallory@evil.example")
    create = renamed(mallory.create(), carol)
    create["@context"].append("https://evil.example/context")
    assert (await elsewhere.deliver(client, mallory, create)).status == 202
    await door.incoming.drain()
    [received] = spy.received
    assert received.activity.actor == mallory.uri
    assert "https://evil.example/context" not in elsewhere.fetched
    actor = {**mallory.create(), "as:actor": carol.uri}
    del actor["actor"]
    assert (await elsewhere.deliver(client, mallory, actor)).status == 400
    actor["id"] = f"{carol.uri}#1"
    assert (await elsewhere.deliver(client, mallory, actor)).status == 401


async def test_a_linked_data_signature_saves_nothing_that_was_changed(
    client: Client, elsewhere: Elsewhere, door: Door, spy: Spy
) -> None:
    """CVE-2026-46349: entries removed from a signed activity; what its server has counts."""
    carol = elsewhere.actor()
    create = carol.create(to=["https://home.example/users/x"], cc=[])
    elsewhere.put(create["object"])
    shorn = json.loads(json.dumps(signed(create)))
    del shorn["to"], shorn["object"]["to"]
    shorn["object"]["to"] = shorn["to"] = ["as:Public"]
    await pass_on(client, elsewhere, door, shorn)
    [received] = spy.received
    assert received.activity.to == ("https://home.example/users/x",)
    assert of(received.document["object"]) == of(create["object"])
