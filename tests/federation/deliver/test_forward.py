"""Replies of others, passed on to those who follow what they answer."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from stoa.core.house import House
from stoa.core.statuses import reblog
from stoa.db import Query, insert
from stoa.db.tables import outgoing, remote_keys
from stoa.federation import keys, proofs
from stoa.federation.deliver import forward
from stoa.federation.door import Door
from stoa.federation.parse.activity import parse_activity
from stoa.federation.received import Received
from stoa.federation.render.context import PUBLIC
from tests.client import Client
from tests.federation import keyring
from tests.federation.deliver.post_office import PostOffice
from tests.federation.elsewhere import Elsewhere
from tests.make import Make, Person

CAROL = "https://there.example/users/carol"
NOTE = "https://there.example/notes/1"
KEY = keyring.ed25519(CAROL)
FAR = "https://far.example/inbox"
_body = Query(outgoing.select().with_only_columns(outgoing.c.body))
_add_key = insert(remote_keys, "id", "account_id", "multibase")

Document = dict[str, Any]


class Scene:
    """Alice has said something, carol elsewhere answers; dan and gustav follow alice from elsewhere."""

    def __init__(self, house: House, office: PostOffice, alice: Person, carol: int, said: int) -> None:
        self.house, self.office, self.alice, self.carol, self.said = house, office, alice, carol, said
        self.followers = house.addresses.followers(house.addresses.actor(alice.id))

    def document(self, kind: str = "Create", **said: Any) -> Document:
        """Carol's activity on her answer."""
        note = {"id": NOTE, "type": "Note", "attributedTo": CAROL, "content": "<p>No.</p>"}
        return {
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": f"{NOTE}#{kind}",
            "type": kind,
            "actor": CAROL,
            "to": [PUBLIC],
            "cc": [self.followers],
            "object": NOTE if kind == "Delete" else note,
            **said,
        }

    async def pass_on(self, document: Document, *, proven: bool = True, actor: int | None = None) -> bytes:
        """What forward makes of it; the bytes as they came."""
        if proven:
            document = proofs.sign(document, KEY, time.time())
        raw = json.dumps(document, indent=1).encode()
        received = Received(
            house=self.house, activity=parse_activity(document), document=document,
            actor_id=actor or self.carol, at=1,
        )  # fmt: skip
        async with self.house.db.write() as conn:
            await forward.end(conn, received, raw)
            await forward.reply(conn, received, raw)
        return raw


@pytest.fixture
async def scene(house: House, make: Make, office: PostOffice) -> Scene:
    alice = await make.account("alice")
    await office.neighbour("dan@far.example", follows=alice)
    await office.neighbour("gustav@there.example", follows=alice)
    carol = await office.neighbour()
    said = await make.status(alice)
    await make.status(carol, uri=NOTE, content="<p>No.</p>", in_reply_to_id=said)
    async with house.db.write() as conn:
        await conn.run(_add_key, id=KEY.id, account_id=carol, multibase=keys.public_multibase(KEY))
    await office.clear()
    return Scene(house, office, alice, carol, said)


@pytest.mark.parametrize("kind", ["Create", "Update", "Delete"])
async def test_an_answer_goes_on_unchanged_to_all_but_where_it_came_from(scene: Scene, kind: str) -> None:
    raw = await scene.pass_on(scene.document(kind))
    letter = await scene.office.letter()
    assert letter.inboxes == [FAR]
    assert letter.account_id == scene.alice.id
    async with scene.house.db.read() as conn:
        assert await conn.scalar(_body) == raw


async def test_what_is_not_addressed_to_the_followers_stays(scene: Scene) -> None:
    await scene.pass_on(scene.document(cc=[]))
    await scene.pass_on(scene.document(cc=[f"{CAROL}/followers", "https://home.example/users/x/followers"]))
    assert await scene.office.letters() == []


async def test_what_nobody_could_check_stays(scene: Scene) -> None:
    await scene.pass_on(scene.document(), proven=False)
    forged = proofs.sign(scene.document(), KEY, time.time())
    forged["object"]["content"] = "<p>Yes.</p>"
    await scene.pass_on(forged, proven=False)
    other = keyring.ed25519("https://there.example/users/gustav")
    await scene.pass_on(proofs.sign(scene.document(), other, time.time()), proven=False)
    assert await scene.office.letters() == []


async def test_a_linked_data_signature_goes_on_for_those_who_can_check_it(scene: Scene) -> None:
    signature = {"type": "RsaSignature2017", "creator": f"{CAROL}#main-key", "signatureValue": "x"}
    await scene.pass_on(scene.document("Delete", signature=signature), proven=False)
    assert (await scene.office.letter()).inboxes == [FAR]


async def test_only_the_author_speaks_for_an_answer(scene: Scene, make: Make) -> None:
    mallory = await make.remote("mallory@there.example")
    for kind in ("Create", "Update", "Delete"):
        await scene.pass_on(scene.document(kind), actor=mallory)
    assert await scene.office.letters() == []


async def test_an_answer_to_somebody_elsewhere_stays(scene: Scene, make: Make) -> None:
    other = await make.status(scene.carol, uri="https://there.example/2", content="<p>Two.</p>")
    uri = "https://there.example/3"
    await make.status(scene.carol, uri=uri, content="<p>Three.</p>", in_reply_to_id=other)
    note = {"id": uri, "type": "Note", "attributedTo": CAROL, "content": "<p>Three.</p>"}
    await scene.pass_on(scene.document(object=note))
    assert await scene.office.letters() == []


async def test_the_end_of_a_boosted_post_is_told_to_those_who_saw_the_boost(
    scene: Scene, make: Make
) -> None:
    uri = "https://there.example/2"
    post = await make.status(scene.carol, uri=uri, content="<p>Two.</p>")
    async with scene.house.db.write() as conn:
        await reblog.reblog(conn, scene.alice.id, post, scene.house.addresses)
    await scene.office.clear()
    await scene.pass_on(scene.document("Delete", id=f"{uri}#delete", object=uri))
    assert (await scene.office.letter()).inboxes == [FAR]


async def test_the_end_of_a_private_answer_is_told_to_nobody(scene: Scene, make: Make) -> None:
    uri = "https://there.example/2"
    await make.status(
        scene.carol, uri=uri, content="<p>Psst.</p>", in_reply_to_id=scene.said, visibility="direct",
        mention_ids=(scene.alice.id,),
    )  # fmt: skip
    await scene.pass_on(scene.document("Delete", id=f"{uri}#delete", object=uri))
    assert await scene.office.letters() == []


async def test_an_answer_that_is_delivered_is_passed_on_and_its_end_too(
    house: House, make: Make, office: PostOffice, door: Door, elsewhere: Elsewhere, client: Client
) -> None:
    alice = await make.account("alice")
    await office.neighbour("dan@far.example", follows=alice)
    said = await make.status(alice)
    await office.clear()
    erin = elsewhere.actor("erin@there.example")
    actor = house.addresses.actor(alice.id)
    note = erin.note("<p>No.</p>", inReplyTo=f"{actor}/statuses/{said}")
    note["cc"] = [erin.followers, house.addresses.followers(actor), actor]
    elsewhere.put(note)
    for kind, document in (
        ("Create", erin.activity("Create", note)),
        ("Delete", erin.activity("Delete", note["id"], to=[PUBLIC])),
    ):
        body = json.dumps(erin.proved(document)).encode()
        answer = await elsewhere.deliver(client, erin, body)
        assert answer.status == 202, kind
        await door.incoming.drain()
        [letter] = await office.letters()
        assert letter.inboxes == [FAR]
        assert letter.document == json.loads(body)
        await office.clear()
