"""Replies of others to a passage: which one is read with care, and hostile shapes cost them only that."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from stoa import ids
from stoa.db.tables import reply_anchors, statuses
from tests.federation.elsewhere import Actor, Document
from tests.federation.receive.conftest import World
from tests.make import Person


@pytest.fixture
async def alice(world: World) -> Person:
    return await world.make.account("alice")


@pytest.fixture
async def carol(world: World, alice: Person) -> Actor:
    return world.elsewhere.actor("carol@there.example")


def target(answered: str, **selector: Any) -> Document:
    return {
        "type": "SpecificResource",
        "hasSource": answered,
        "hasSelector": {"type": "TextQuoteSelector", "exact": "it rains", **selector},
    }


async def kept(world: World, note: Document) -> list[tuple[str, str, str]] | None:
    """What the post is about; None where there is no such post."""
    found = await world.all(select(statuses.c.id).where(statuses.c.uri == note["id"]))
    if not found:
        return None
    rows = await world.all(
        select(reply_anchors.c.exact, reply_anchors.c.prefix, reply_anchors.c.suffix).where(
            reply_anchors.c.status_id == found[0].id
        )
    )
    return [tuple(row) for row in rows]


async def test_a_reply_says_which_passage_it_is_about(world: World, alice: Person, carol: Actor) -> None:
    essay = await world.make.status(alice, "I look out, and it rains. So it goes.")
    alice_uri = world.door.house.addresses.actor(alice.id)
    answered = world.door.house.addresses.note(alice_uri, essay)
    note = carol.note(
        "<blockquote>it rains</blockquote><p>Where?</p>",
        to=[alice_uri],
        published=ids.iso(ids.now_ms() - 60_000),
        inReplyTo=answered,
        hasTarget=target(answered, prefix="I look out, and ", suffix=". So"),
    )
    await world.tell(carol, carol.activity("Create", note))
    assert await kept(world, note) == [("it rains", "I look out, and ", ". So")]
    edited = {**note, "updated": ids.iso(ids.now_ms()), "content": "<p>Where, then?</p>"}
    del edited["hasTarget"]
    await world.tell(carol, carol.activity("Update", edited))
    assert await kept(world, note) == []


@pytest.mark.parametrize(
    "said",
    [
        "https://there.example/annotations/1",
        [],
        {"type": "SpecificResource"},
        target("https://elsewhere.example/other"),
        target("HERE", type="XPathSelector", value="//p"),
        target("HERE", exact=""),
        target("HERE", exact="x" * 1_001),
        target("HERE", exact={"a": ["b"]}),
        {"type": "SpecificResource", "hasSource": "HERE", "hasSelector": [[[{"exact": 7}]]]},
        [{"type": "SpecificResource"}] * 1_000,
    ],
)
async def test_what_is_no_passage_costs_a_reply_nothing_else(
    world: World, alice: Person, carol: Actor, said: Any
) -> None:
    addresses = world.door.house.addresses
    essay = await world.make.status(alice, "I look out, and it rains.")
    answered = addresses.note(addresses.actor(alice.id), essay)
    if isinstance(said, dict) and said.get("hasSource") == "HERE":
        said = {**said, "hasSource": answered}
    note = carol.note("<p>Where?</p>", to=[addresses.actor(alice.id)], inReplyTo=answered, hasTarget=said)
    await world.tell(carol, carol.activity("Create", note))
    assert await kept(world, note) == []


async def test_long_neighbours_are_cut_and_prefixed_names_understood(
    world: World, alice: Person, carol: Actor
) -> None:
    addresses = world.door.house.addresses
    essay = await world.make.status(alice, "I look out, and it rains.")
    answered = addresses.note(addresses.actor(alice.id), essay)
    selector = {
        "type": "oa:TextQuoteSelector", "oa:exact": "it rains", "oa:prefix": "a" * 90 + "b",
        "oa:suffix": "c" * 90,
    }  # fmt: skip
    said = {"type": "oa:SpecificResource", "oa:hasSource": {"id": answered}, "oa:hasSelector": selector}
    note = carol.note("<p>Where?</p>", to=[addresses.actor(alice.id)], inReplyTo=answered)
    await world.tell(carol, carol.activity("Create", {**note, "oa:hasTarget": said}))
    assert await kept(world, note) == [("it rains", "a" * 63 + "b", "c" * 64)]
