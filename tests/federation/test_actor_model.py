"""Nine actors on three servers say random things, of themselves and of each other (B1).

Whatever is signed by whom, in whose name and about what: what somebody has here changes by their own
word alone, or by what their own server shows; and nothing of those who live here changes at all.
"""

from __future__ import annotations

import random
import re
from typing import Any, NamedTuple

import pytest
from sqlalchemy import select

from stoa.core.house import House
from stoa.core.relationships import follow
from stoa.db import Query
from stoa.db.tables import (
    accounts,
    blocks,
    favourites,
    follow_requests,
    follows,
    remote_actors,
    remote_keys,
    status_pins,
    statuses,
)
from stoa.federation.door import Door
from stoa.federation.parse.origins import same_origin
from tests.client import Client
from tests.federation.elsewhere import PUBLIC, Actor, Document, Elsewhere
from tests.make import Make, Person

HOSTS = ("there.example", "other.example", "evil.example")
KINDS = (
    "Create", "Create", "Update", "Update", "Delete", "Delete", "Undo", "Follow", "Accept", "Reject",
    "Like", "Announce", "Block", "Add", "Remove", "Move", "Flag", "EmojiReact", "QuoteRequest",
    "FeatureRequest",
)  # fmt: skip
_SAID = re.compile(r"said by (https?://[^ <]+)")

_one, _two, _boosted = accounts.alias("one"), accounts.alias("two"), statuses.alias("boosted")
_STATUSES = Query(
    select(statuses.c.uri, accounts.c.uri.label("author"), statuses.c.content, statuses.c.visibility)
    .select_from(statuses.join(accounts, accounts.c.id == statuses.c.account_id))
    .where(statuses.c.reblog_of_id.is_(None))
)
_BOOSTS = Query(
    select(accounts.c.uri, _boosted.c.uri, _two.c.uri)
    .select_from(
        statuses.join(accounts, accounts.c.id == statuses.c.account_id)
        .join(_boosted, _boosted.c.id == statuses.c.reblog_of_id)
        .join(_two, _two.c.id == _boosted.c.account_id)
    )
)  # fmt: skip
_PEOPLE = Query(
    select(
        accounts.c.uri,
        accounts.c.display_name,
        accounts.c.note_html,
        remote_actors.c.inbox,
        remote_keys.c.id,
        remote_keys.c.pem,
        accounts.c.moved_to_id,
    ).select_from(
        accounts.outerjoin(remote_actors, remote_actors.c.account_id == accounts.c.id).outerjoin(
            remote_keys, remote_keys.c.account_id == accounts.c.id
        )
    )
)


def _pairs(table: Any, one: str, two: str) -> Query:
    return Query(
        select(_one.c.uri, _two.c.uri)
        .select_from(table.join(_one, _one.c.id == table.c[one]).join(_two, _two.c.id == table.c[two]))
    )  # fmt: skip


def _marks(table: Any) -> Query:
    return Query(
        select(_one.c.uri, statuses.c.uri, _two.c.uri)
        .select_from(
            table.join(_one, _one.c.id == table.c.account_id)
            .join(statuses, statuses.c.id == table.c.status_id)
            .join(_two, _two.c.id == statuses.c.account_id)
        )
    )  # fmt: skip


_RELATIONS = {
    "follows": _pairs(follows, "follower_id", "target_id"),
    "asks to follow": _pairs(follow_requests, "follower_id", "target_id"),
    "blocks": _pairs(blocks, "account_id", "target_id"),
    "likes": _marks(favourites),
    "pins": _marks(status_pins),
    "boosts": _BOOSTS,
}


class Facts(NamedTuple):
    """What is stored: (what, whose, …) for each thing."""

    statuses: set[tuple[str, ...]]
    people: set[tuple[Any, ...]]
    relations: set[tuple[str, ...]]


async def _facts(house: House) -> Facts:
    async with house.db.read() as conn:
        return Facts(
            {tuple(row) for row in await conn.all(_STATUSES)},
            {tuple(row) for row in await conn.all(_PEOPLE)},
            {(name, *row) for name, query in _RELATIONS.items() for row in await conn.all(query)},
        )


class World:
    """Nine actors, what their servers show, and somebody who says random things."""

    def __init__(self, seed: int, elsewhere: Elsewhere, house: House, alice: Person, ours: int) -> None:
        self.random = random.Random(seed)
        self.here = house.addresses.base
        self.alice = house.addresses.actor(alice.id)
        self.ours = house.addresses.note(self.alice, ours)
        names = ("carol", "dave", "erin")
        self.actors = [elsewhere.actor(f"{name}@{host}") for host in HOSTS for name in names]
        self.shown: dict[str, tuple[str, str]] = {}  # id → author, content as its own server has it
        for actor in self.actors:
            for number in range(2):
                uri = f"{actor.uri}/statuses/shown{number}"
                content = f"<p>shown {uri}</p>"
                elsewhere.put(actor.note(content, id=uri))
                self.shown[uri] = (actor.uri, content)
        self.notes = [*self.shown, self.ours]
        self.deeds: list[str] = []

    def whose(self, claimed: str) -> str:
        """Mostly theirs whose it is all said to be."""
        if self.random.random() < 0.9:
            return claimed
        return self.random.choice([*(one.uri for one in self.actors), self.alice])

    def note(self, signer: Actor, claimed: str) -> Document:
        """A post that the signer made up, under some id, of some author."""
        made_up = f"{self.whose(claimed)}/statuses/{self.random.randrange(4)}"
        uri = self.random.choice((made_up, made_up, f"{self.whose(claimed)}/statuses/shown0", self.ours))
        note = signer.note(f"<p>said by {signer.uri} </p>", id=uri, attributedTo=self.whose(claimed))
        note["to"] = [PUBLIC, self.alice]
        note["tag"] = [{"type": "Mention", "href": self.alice, "name": "@alice"}]
        if self.random.random() < 0.3:
            note["inReplyTo"] = self.ours
        if self.random.random() < 0.5:
            note["updated"] = f"2027-01-0{self.random.randrange(1, 10)}T00:00:00Z"
        return note

    def person(self, signer: Actor, claimed: str) -> Document:
        """An actor's document that the signer made up."""
        uri = self.whose(claimed)
        return {
            **signer.document,
            "id": uri,
            "preferredUsername": uri.rpartition("/")[2],
            "inbox": f"{uri}/inbox",
            "name": f"said by {signer.uri} ",
            "summary": f"<p>said by {signer.uri} </p>",
            "updated": "2027-01-01T00:00:00Z",
        }

    def object(self, signer: Actor, claimed: str, kind: str, depth: int) -> Any:
        """What an activity is about: mostly something of its kind."""
        if kind in ("Undo", "Accept", "Reject") or (depth < 2 and self.random.random() < 0.1):
            inner = self.random.choice(("Follow", "Like", "Announce", "Block", "Create"))
            who = self.alice if kind in ("Accept", "Reject") else self.whose(claimed)
            made = self.activity(signer, who, depth + 1, inner)
            return self.random.choice((made, made, made["id"], *self.deeds[-3:]))
        if kind in ("Follow", "Block", "Flag"):
            return self.random.choice((self.alice, self.alice, self.whose(claimed)))
        if kind == "Update" and self.random.random() < 0.4:
            return self.person(signer, claimed)
        if kind in ("Create", "Update"):
            return self.note(signer, claimed)
        if kind == "Move":
            return self.whose(claimed)
        note = self.note(signer, claimed)
        own = claimed if kind == "Delete" and self.random.random() < 0.1 else note["id"]
        return self.random.choice((own, note["id"], note, *self.notes))

    def activity(self, signer: Actor, claimed: str, depth: int = 0, kind: str = "") -> Document:
        """Something that the signer says that *claimed* did, as a rule."""
        actor = self.whose(claimed)
        kind = kind or self.random.choice(KINDS)
        made = signer.activity(kind, self.object(signer, actor, kind, depth), actor=actor)
        made["id"] = f"{self.whose(actor)}#{self.random.randrange(40)}"
        made |= {"to": [PUBLIC, self.alice], "cc": []}
        if kind in ("Add", "Remove", "Move"):
            made["target"] = self.random.choice((f"{actor}/collections/featured", self.whose(claimed)))
        if kind in ("Flag", "EmojiReact"):
            made["content"] = "Look."
        if kind == "QuoteRequest":
            made["instrument"] = self.note(signer, claimed)
        self.deeds = [*self.deeds, made["id"]][-20:]
        return made

    def anything(self) -> tuple[Actor, Document]:
        """Who signs, and what: their own deed or that of another."""
        signer = self.random.choice(self.actors)
        other = self.random.choice(self.actors).uri
        document = self.activity(signer, self.random.choice((signer.uri, signer.uri, other)))
        if self.random.random() < 0.3:
            document = signer.proved(document)
        return signer, document


@pytest.mark.parametrize("seed", range(3))
async def test_nobody_speaks_for_anybody_else(
    client: Client, elsewhere: Elsewhere, door: Door, make: Make, house: House, seed: int
) -> None:
    alice = await make.account("alice")
    ours = await make.status(alice, "Ours.")
    world = World(seed, elsewhere, house, alice, ours)
    for actor in world.actors[::2]:
        account_id = await door.resolver.actor(actor.uri)
        await door.resolver.status(next(uri for uri in world.shown if uri.startswith(actor.uri)))
        async with house.db.write() as conn:
            await follow.follow(conn, alice.id, account_id)
            if actor is not world.actors[0]:
                await follow.accept(conn, account_id, alice.id)
    before = await _facts(house)
    local = {fact for facts in before for fact in facts if world.alice in fact[:2]}
    changes = 0
    for _ in range(160):
        signer, document = world.anything()
        answer = await elsewhere.deliver(client, signer, document)
        assert answer.status in (202, 400, 401, 403)
        await door.incoming.drain()
        after = await _facts(house)
        _check(world, signer.uri, before, after, document)
        changes += before != after
        before = after
    assert changes > 10
    ours_now = {row for row in before.statuses | before.people if world.alice in row[:2]}
    assert ours_now == {row for row in local if len(row) > 3}


def _check(world: World, signer: str, before: Facts, after: Facts, document: Document) -> None:
    """Whatever changed is the signer's own, or as its own server shows it."""
    for uri, author, content, _visibility in after.statuses - before.statuses:
        said = _SAID.search(content)
        if said is None:
            assert world.shown[uri] == (author, content), document
        else:
            assert said[1] == author == signer, (uri, author, content, document)
            # Who of one server may use which of its ids is that server's business (FEP-fe34).
            assert same_origin(uri, author), document
    now = {row[0] for row in after.statuses}
    for uri, author, *_ in before.statuses:
        assert uri in now or author == signer, ("gone", uri, document)
    _check_people(signer, before, after, document)
    for name, one, *others in after.relations - before.relations:
        # A follow of ours stands when the other side agrees; whatever else is new is the signer's.
        ours_agreed = name == "follows" and one == world.alice and others == [signer]
        shown = name == "pins" and one == others[-1] and others[0] in world.shown
        assert one == signer or ours_agreed or shown, (name, one, others, document)
    for fact in before.relations - after.relations:
        assert signer in fact, (fact, document)


def _check_people(signer: str, before: Facts, after: Facts, document: Document) -> None:
    for uri, name, note, inbox, key_id, _pem, _moved in after.people - before.people:
        said = _SAID.search(name + note)
        assert said is None or said[1] == uri == signer, (uri, name, document)
        assert inbox is None or inbox == f"{uri}/inbox", (uri, inbox, document)
        assert key_id is None or key_id.startswith(uri), (uri, key_id, document)
    known = {row[0] for row in after.people}
    assert all(row[0] in known or row[0] == signer for row in before.people), document
