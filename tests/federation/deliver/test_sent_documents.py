"""Each activity as it goes out, held against `sent.json`: what peers get does not change unnoticed.

`STOA_WRITE_SNAPSHOTS=1 pytest tests/federation/deliver/test_sent_documents.py` writes the file anew;
look at the difference before keeping it.
"""

from __future__ import annotations

import itertools
import json
import os
import re
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from stoa.core import events
from stoa.core.accounts import store as accounts
from stoa.core.collections import consent, curate, remember
from stoa.core.collections import store as collections
from stoa.core.collections.model import Described
from stoa.core.house import House
from stoa.core.moderation import report
from stoa.core.policy.draft import Draft, PollDraft
from stoa.core.relationships import block, follow
from stoa.core.statuses import author_translations, delete, favourite, pin, polls, quotes, reblog
from stoa.core.statuses.edit import edit
from stoa.db import Query
from stoa.db.tables import statuses
from stoa.federation import origins
from stoa.federation.deliver import profiles
from stoa.federation.parse.activity import parse_activity
from stoa.federation.parse.kinds import Other
from stoa.federation.render.context import ACTOR_CONTEXT, CONTEXT, FEATURE_CONTEXT
from stoa.text import Passage
from tests.federation.deliver.post_office import PostOffice
from tests.make import Make, Person

FILE = Path(__file__).with_name("sent.json")
ONE = "https://there.example/1"
_polls = Query(
    statuses.select()
    .with_only_columns(statuses.c.poll_id)
    .where(statuses.c.poll_id.is_not(None))
    .order_by(statuses.c.id)
)

Document = dict[str, Any]


class Deeds:
    """What alice does, one deed after the other; dan follows her, carol has written *said*."""

    def __init__(self, house: House, make: Make, alice: Person, carol: int, said: int) -> None:
        self.house, self.make = house, make
        self.alice, self.carol, self.said = alice, carol, said
        self.status = self.collection = 0

    async def post(self, text: str = "Hello @carol@there.example, #maths!", **draft: Any) -> None:
        self.status = await self.make.status(self.alice, text, **draft)

    async def change(self, text: str) -> None:
        async with self.house.db.write() as conn:
            draft = Draft(account_id=self.alice.id, text=text)
            await edit(conn, self.status, draft, self.house.settings, self.house.addresses)

    async def translate(self) -> None:
        await self.post("Long.", title="On y", language="en", content_type="text/markdown")
        said = Draft(account_id=self.alice.id, language="de", title="Über y", text="*Lang.*")
        here = (self.house.settings, self.house.addresses)
        await self.do(author_translations.put, self.alice.id, self.status, said, *here)

    async def do(self, verb: Callable[..., Awaitable[object]], *given: Any) -> None:
        async with self.house.db.write() as conn:
            await verb(conn, *given)

    async def vote(self) -> None:
        poll = PollDraft(options=("Tea", "Coffee"), expires_at=2**42)
        await self.make.status(self.carol, uri=f"{ONE}/poll", content="<p>Which?</p>", poll=poll)
        async with self.house.db.write() as conn:
            poll_id = (await conn.scalars(_polls))[-1]
            await polls.vote(conn, poll_id, self.alice.id, [1])

    async def answer_with_leave(self) -> None:
        said = await self.make.status(self.carol, uri=f"{ONE}/closed", content="<p>Ask.</p>")
        async with self.house.db.write() as conn:
            await origins.put(conn, said, policy={"can_reply": {"automatic": [], "manual": []}})
        await self.post("May I?", in_reply_to_id=said)

    async def revoke(self) -> None:
        await self.post("Quote me.")
        quoting = await self.make.status(
            self.carol, uri=f"{ONE}/quote", content="<p>Ha.</p>", quote_of_id=self.status,
            quote_state="accepted",
        )  # fmt: skip
        await self.do(quotes.revoke, self.alice.id, self.status, quoting)

    async def collect(self, member: int) -> None:
        said = curate.Change(name="Good people", description="All of them", language="en", tag_name="art")
        async with self.house.db.write() as conn:
            self.collection = await curate.create(
                conn, self.alice.id, said, self.house.addresses, members=[member]
            )

    async def rename(self) -> None:
        await self.do(curate.change, self.alice.id, self.collection, curate.Change(name="Others"))

    async def agree(self) -> None:
        async with self.house.db.write() as conn:
            (item,) = await collections.items(conn, self.collection)
            await consent.accepted(conn, item, "https://there.example/stamps/1")

    async def take_out(self) -> None:
        async with self.house.db.write() as conn:
            (item,) = await collections.items(conn, self.collection)
            await curate.take_out(conn, self.alice.id, self.collection, item.id)

    async def withdraw(self, owner: int) -> None:
        said = Described(
            uri="https://there.example/collections/1", url=None, name="Theirs", description_html="",
            language=None, sensitive=False, discoverable=True, tag=None, created_at=None, updated_at=None,
            items=(),
        )  # fmt: skip
        async with self.house.db.write() as conn:
            theirs = await remember.remember(conn, owner, said)
            assert theirs is not None
            row = await collections.find(conn, theirs)
            uri = self.house.addresses.actor(self.alice.id)
            item = await consent.grant(conn, row, self.alice.id, uri)
            assert item is not None
            await consent.revoke(conn, self.alice.id, theirs, item)

    async def move(self) -> None:
        async with self.house.db.write() as conn:
            await accounts.change(conn, self.alice.id, moved_to_id=self.carol)
            await events.record(conn, events.AccountMoved(self.alice.id, self.carol))


async def test_every_activity_is_sent_as_before(house: House, make: Make, office: PostOffice) -> None:
    alice = await make.account("alice", display_name="Alice")
    await office.neighbour("dan@far.example", follows=alice)
    carol = await office.neighbour(feature_policy={"automatic": ["public"], "manual": []})
    await office.with_keys(alice)
    said = await make.status(carol, uri=ONE, content="<p>One.</p>")
    deeds, me = Deeds(house, make, alice, carol, said), alice.id
    here = house.addresses
    plan: list[tuple[str, Callable[[], Awaitable[object]]]] = [
        ("note", lambda: deeds.post()),
        ("edit", lambda: deeds.change("Hello again.")),
        ("delete", lambda: deeds.do(delete.delete, me, deeds.status)),
        ("unlisted reply", lambda: deeds.post("So.", visibility="unlisted", in_reply_to_id=said)),
        (
            "reply to a passage",
            lambda: deeds.post("Only one?", in_reply_to_id=said, passage=Passage("One")),
        ),
        ("followers-only", lambda: deeds.post("For you, @carol@there.example.", visibility="private")),
        ("direct", lambda: deeds.post("@carol@there.example!", visibility="direct")),
        (
            "article",
            lambda: deeds.post(r"\(x^2\) is **long**.", title="On x", content_type="text/markdown"),
        ),
        ("translated", deeds.translate),
        ("question", lambda: deeds.post("Which?", poll=PollDraft(options=("A", "B"), expires_in=3600))),
        ("boost", lambda: deeds.do(reblog.reblog, me, said, here)),
        ("unboost", lambda: deeds.do(reblog.unreblog, me, said)),
        ("favourite", lambda: deeds.do(favourite.favourite, me, said)),
        ("unfavourite", lambda: deeds.do(favourite.unfavourite, me, said)),
        ("vote", deeds.vote),
        ("quote", lambda: deeds.post("Hear, hear.", quote_of_id=said)),
        ("restricted reply", deeds.answer_with_leave),
        ("revocation", deeds.revoke),
        ("follow", lambda: deeds.do(follow.follow, me, carol)),
        ("unfollow", lambda: deeds.do(follow.unfollow, me, carol)),
        ("followed", lambda: office.followed(alice, carol)),
        ("follower removed", lambda: deeds.do(follow.remove_follower, me, carol)),
        ("block", lambda: deeds.do(block.block, me, carol)),
        ("unblock", lambda: deeds.do(block.unblock, me, carol)),
        (
            "report",
            lambda: deeds.do(
                partial(report.report, comment="Rude.", status_ids=[said], forward=True), me, carol
            ),
        ),
        ("unpinned post", lambda: deeds.post("Pin me.")),
        ("pin", lambda: deeds.do(pin.pin, me, deeds.status, house.settings)),
        ("unpin", lambda: deeds.do(pin.unpin, me, deeds.status)),
        ("collection", lambda: deeds.collect(carol)),
        ("collection changed", lambda: deeds.rename()),
        ("consent", lambda: deeds.agree()),
        ("taken out", lambda: deeds.take_out()),
        ("collection gone", lambda: deeds.do(curate.remove, me, deeds.collection)),
        ("consent withdrawn", lambda: deeds.withdraw(carol)),
        ("move", deeds.move),
        ("farewell", lambda: deeds.do(profiles.farewell, house, me)),
    ]
    found: dict[str, list[Document]] = {}
    for name, act in plan:
        await act()
        sent = [letter.document for letter in await office.letters(later=60_000)]
        for document in sent:
            assert not isinstance(parse_activity(document), Other), name
        found[name] = [_settled(document) for document in sent]
        await office.clear()
    text = json.dumps(found, indent=1, ensure_ascii=False) + "\n"
    if os.environ.get("STOA_WRITE_SNAPSHOTS"):
        FILE.write_text(text, encoding="utf-8")
    assert found == json.loads(FILE.read_text(encoding="utf-8"))


_NUMBER = re.compile(r"\d{15,19}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_MOMENT = re.compile(r"#updates/\d+")


def _settled(document: Document) -> Document:
    """*document* without what differs each time: ids in order of appearance, times, keys, proofs."""
    contexts = {
        orjson.dumps(CONTEXT): "CONTEXT",
        orjson.dumps(ACTOR_CONTEXT): "ACTOR CONTEXT",
        orjson.dumps(FEATURE_CONTEXT): "FEATURE CONTEXT",
    }
    document = {**document, "@context": contexts[orjson.dumps(document["@context"])]}
    if "proof" in document:
        document["proof"] = {
            **document["proof"], "@context": document["@context"], "proofValue": "z…"
        }  # fmt: skip
    text = json.dumps(document, ensure_ascii=False)
    names: dict[str, str] = {}
    numbers = itertools.count(1)
    text = _MOMENT.sub("#updates/NOW", text)
    text = _NUMBER.sub(lambda one: names.setdefault(one[0], f"N{next(numbers)}"), text)
    text = _TIME.sub("TIME", text)
    text = re.sub(r'"publicKeyPem": "[^"]*"', '"publicKeyPem": "PEM"', text)
    text = re.sub(r'"publicKeyMultibase": "[^"]*"', '"publicKeyMultibase": "z…"', text)
    settled: Document = json.loads(text)
    return settled
