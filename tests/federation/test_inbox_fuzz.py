"""Whatever is delivered, in whatever shape, is answered, worked off and breaks nothing (B4)."""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from stoa.core.house import House
from stoa.db import Query
from stoa.db.tables import incoming
from stoa.federation.door import Door
from tests.client import Client
from tests.federation.elsewhere import PUBLIC, Actor, Elsewhere
from tests.make import Make, Person

KINDS = (
    "Create", "Update", "Delete", "Undo", "Follow", "Accept", "Reject", "Like", "EmojiReact", "Dislike",
    "Announce", "Block", "Flag", "Move", "Add", "Remove", "QuoteRequest", "ReplyRequest", "View", "Note",
    "Question", "Person", "Article", "Video", "Page", "Event", "Tombstone", "OrderedCollection", "Group",
)  # fmt: skip
NAMES = (
    "id", "type", "actor", "object", "target", "to", "cc", "audience", "attributedTo", "content",
    "contentMap", "summary", "name", "nameMap", "published", "updated", "inReplyTo", "tag", "attachment",
    "url", "icon", "image", "replies", "likes", "shares", "oneOf", "anyOf", "endTime", "closed",
    "votersCount", "quote", "quoteUrl", "quoteAuthorization", "interactionPolicy", "instrument", "result",
    "sensitive", "mediaType", "href", "items", "first", "preferredUsername", "inbox", "endpoints",
    "publicKey", "assertionMethod", "alsoKnownAs", "movedTo", "source", "context", "conversation",
    "proof", "signature", "preview", "generator", "location", "startTime", "duration", "blurhash",
    "focalPoint", "width", "height", "value", "@context", "@id", "@type", "@value", "as:actor", "updated",
)  # fmt: skip


class Noise:
    """Random JSON, and activities with some of it in them; the same for the same seed."""

    def __init__(self, seed: int, ids: list[str]) -> None:
        self.random = random.Random(seed)
        self.ids = ids

    def leaf(self) -> Any:
        """A string, number or the like, often one that means something."""
        choices: list[Callable[[], Any]] = [
            lambda: self.random.choice(self.ids),
            lambda: self.random.choice(self.ids),
            lambda: self.random.choice(KINDS),
            lambda: PUBLIC,
            lambda: None,
            lambda: self.random.random() < 0.5,
            lambda: self.random.choice((0, -1, 1, 2**31, 2**63, -(2**64), 1e308, 0.5)),
            lambda: self.random.choice(("", "x" * 5000, "\x00", "\u202e", "<b>", "&#0;", "\U0001f600")),
            lambda: self.random.choice(("2026-11-22T20:00:00Z", "2026", "9999-99-99", "PT5M", "en", "xx-")),
            lambda: self.random.choice(("http://[", "https://", "javascript:x", "https://a@b:99999/")),
            lambda: "".join(chr(self.random.randrange(1, 0xD7FF)) for _ in range(8)),
        ]
        return self.random.choice(choices)()

    def value(self, depth: int = 0) -> Any:
        """Anything, not too deep."""
        kind = self.random.random()
        if depth > 4 or kind < 0.5:
            return self.leaf()
        if kind < 0.7:
            return [self.value(depth + 1) for _ in range(self.random.randrange(4))]
        return {self.random.choice(NAMES): self.value(depth + 1) for _ in range(self.random.randrange(7))}

    def activity(self, actor: Actor) -> dict[str, Any]:
        """An activity of *actor* in which something is not as it should be."""
        kind = self.random.choice(KINDS)
        obj: Any = self.random.choice((actor.note(), self.value(), self.random.choice(self.ids)))
        if self.random.random() < 0.3:
            obj = actor.activity(self.random.choice(KINDS), obj)
        made: dict[str, Any] = actor.activity(kind, obj)
        if kind == "Note":
            made |= actor.note()
            del made["actor"]
        for _ in range(self.random.randrange(4)):
            self.spoil(made)
        return made

    def spoil(self, document: dict[str, Any]) -> None:
        """Change something in *document*, at whatever depth."""
        while True:
            inner = [one for name, one in document.items() if isinstance(one, dict) and name != "@context"]
            if not inner or self.random.random() < 0.5:
                break
            document = self.random.choice(inner)
        name = self.random.choice((*NAMES, *document))
        if name in ("actor", "@context", "proof", "signature") and self.random.random() < 0.9:
            return
        document[name] = self.value()


async def _village(elsewhere: Elsewhere, make: Make, house: House) -> tuple[Actor, Person, list[str]]:
    alice = await make.account("alice")
    carol, dave = elsewhere.actor(), elsewhere.actor("dave@other.example", type="Group")
    ours = await make.status(alice, "Hello.")
    note = carol.note()
    elsewhere.put(note)
    address = house.addresses.actor(alice.id)
    ids = [
        address, house.addresses.note(address, ours), house.addresses.followers(address), carol.uri,
        carol.followers, note["id"], dave.uri, dave.followers, f"{carol.uri}#follow/1", f"{carol.uri}/x",
        f"{address}#follows/1", "https://nowhere.example/1",
    ]  # fmt: skip
    return carol, alice, ids


@pytest.mark.parametrize("seed", range(6))
async def test_no_activity_breaks_anything(
    client: Client,
    elsewhere: Elsewhere,
    door: Door,
    make: Make,
    house: House,
    caplog: pytest.LogCaptureFixture,
    seed: int,
) -> None:
    caplog.set_level(logging.WARNING, logger="stoa")
    carol, alice, ids = await _village(elsewhere, make, house)
    noise = Noise(seed, ids)
    inboxes = ("/inbox", "/actor/inbox", f"/ap/users/{alice.id}/inbox")
    for _ in range(120):
        document = noise.activity(carol)
        try:
            body = json.dumps(document).encode()
        except UnicodeEncodeError:
            continue
        answer = await elsewhere.deliver(client, carol, body, inbox=noise.random.choice(inboxes))
        assert answer.status in (202, 400, 401, 403), answer.text
    await door.incoming.drain()
    assert [one.getMessage() for one in caplog.records if one.levelno >= logging.ERROR] == []
    async with house.db.read() as conn:
        assert await conn.scalar(Query(select(func.count()).select_from(incoming).where(_FAILED))) == 0


_FAILED = incoming.c.last_error.not_like("https://%")  # not: something could not be had for now


async def test_no_body_breaks_anything(
    client: Client, elsewhere: Elsewhere, make: Make, house: House
) -> None:
    carol, alice, ids = await _village(elsewhere, make, house)
    noise = Noise(0, ids)
    for inbox in ("/inbox", "/inbox/", "/actor/inbox", f"/ap/users/{alice.id}/inbox", "/users/alice/inbox"):
        for _ in range(40):
            body = json.dumps(noise.value()).encode()
            cut = noise.random.randrange(len(body) + 1)
            for part in (body, body[:cut], bytes(noise.random.randrange(256) for _ in range(40))):
                answer = await elsewhere.deliver(client, carol, part, inbox=inbox)
                assert 400 <= answer.status < 500 or answer.status == 202
                answer = await client.post(
                    inbox, body=part, headers={"content-type": "application/activity+json"}
                )
                assert 400 <= answer.status < 500 or answer.status == 202
