"""What comes twice happens once: under another id, by another inbox, in two processes (F5.2, R4)."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from sqlalchemy import func, select

from stoa import ids
from stoa.core.house import House
from stoa.db import Query
from stoa.db.tables import favourites, follows, incoming, notifications, statuses
from stoa.federation.door import Door
from stoa.federation.incoming import Incoming
from tests.client import Client
from tests.federation.elsewhere import PUBLIC, Actor, Document, Elsewhere
from tests.make import Make, Person


async def _counts(house: House) -> dict[str, int]:
    async with house.db.read() as conn:
        return {
            table.name: await conn.scalar(Query(select(func.count()).select_from(table)))
            for table in (statuses, favourites, follows, notifications, incoming)
        }


def _deed(kind: str, carol: Actor, actor: str, ours: str) -> Document:
    if kind == "Create":
        mention = {"type": "Mention", "href": actor, "name": "@alice"}
        return carol.create(to=[PUBLIC, actor], tag=[mention])
    if kind == "Follow":
        return carol.activity("Follow", actor)
    return carol.activity(kind, ours, to=[PUBLIC, actor])


EFFECTS: dict[str, dict[str, int]] = {
    "Create": {"statuses": 1, "notifications": 1},
    "Follow": {"follows": 1, "notifications": 1},
    "Like": {"favourites": 1, "notifications": 1},
    "Announce": {"statuses": 1, "notifications": 1},
}


@pytest.mark.parametrize("kind", EFFECTS)
async def test_what_comes_three_times_happens_once(
    client: Client, elsewhere: Elsewhere, door: Door, make: Make, house: House, kind: str
) -> None:
    alice: Person = await make.account("alice")
    ours = house.addresses.note(house.addresses.actor(alice.id), await make.status(alice, "Hello."))
    carol = elsewhere.actor()
    await door.resolver.actor(carol.uri)
    deed = _deed(kind, carol, house.addresses.actor(alice.id), ours)
    before = await _counts(house)
    other = Incoming(house, door.resolver, door.fetcher)
    inboxes = ("/inbox", f"/ap/users/{alice.id}/inbox", "/actor/inbox")
    again: list[dict[str, Any]] = [deed, {**deed, "id": deed["id"] + "/again"}]
    for document in again:
        answers = await asyncio.gather(
            *(elsewhere.deliver(client, carol, document, inbox=inbox) for inbox in inboxes)
        )
        assert {one.status for one in answers} == {202}
        await asyncio.gather(door.incoming.drain(), other.drain())
    # And once more, when it has happened already.
    await door.incoming.put(json.dumps(deed).encode(), deed["id"], carol.uri, carol.domain)
    await asyncio.gather(door.incoming.drain(), other.drain())
    # One that met itself in the other process is tried again a little later.
    await door.incoming.drain(at=ids.now_ms() + 3_600_000)
    after = await _counts(house)
    assert {name: after[name] - before[name] for name in after if after[name] != before[name]} == EFFECTS[
        kind
    ]
