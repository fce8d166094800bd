"""What is not for everybody is read by nobody else, wherever one looks: every address that can be read,
for posts of every visibility, by everybody who is something to their author.

The addresses are those of the program's own routes; a new one is looked at without being named here.  A
post is known by a word of its own, which is nowhere in what we ask.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import pytest

from stoa.asgi.router import Route
from stoa.core.house import House
from stoa.core.policy.draft import Draft
from stoa.core.statuses import author_translations, favourite, reblog
from stoa.federation.door import Door
from stoa.main.doors import routes
from tests.client import Client
from tests.make import Make, Person
from tests.web.browsing import browser_of

WORDS = {
    "public": "pomegranate",
    "unlisted": "umbrellabird",
    "private": "peppercorn",
    "direct": "dragonfruit",
}
# Of these, what somebody may read; of what is public nothing is asked.
MAY_READ = {
    "author": {"private", "direct"},
    "mentioned": {"private", "direct"},
    "follower": {"private"},
    "stranger": set[str](),
    "blocked": set[str](),
    "moderator": set[str](),
    "visitor": set[str](),
}
JSON = "application/json"
ENDLESS = ("/api/v1/streaming",)
_PARAMETER = re.compile(r"\{([a-z_]+)(?::path)?\}")


class Village(NamedTuple):
    """Alice, her posts by visibility, her boosts of them, and who reads."""

    alice: Person
    bob: Person
    posts: dict[str, int]
    readers: dict[str, str | None]  # → token
    people: dict[str, Person]  # those of the readers who sign in


@pytest.fixture
async def village(make: Make, client: Client, house: House) -> Village:
    alice, bob = await make.account("alice", discoverable=True, indexable=True), await make.account("bob")
    fan, eve, stranger = (
        await make.account("fan"),
        await make.account("eve"),
        await make.account("stranger"),
    )
    mod = await make.account("mod", role="moderator")
    await make.follow(fan, alice)
    await make.follow(bob, alice)
    await make.follow(alice, bob)
    posts = {
        visibility: await make.status(
            alice, f"@bob the {word} #leak https://news.example/{visibility}", visibility=visibility
        )
        for visibility, word in WORDS.items()
    }
    answer = {"visibility": "direct", "in_reply_to_id": posts["direct"]}
    await make.status(bob, "An answer to @alice.", **answer)
    async with house.db.write() as conn:
        for visibility, status in posts.items():
            await favourite.favourite(conn, bob.id, status)
            if visibility != "direct":
                await reblog.reblog(conn, alice.id, status, house.addresses)
            said = Draft(account_id=alice.id, language="de", text=f"Auf Deutsch: {WORDS[visibility]}")
            await author_translations.put(conn, alice.id, status, said, house.settings, house.addresses)
    await make.block(alice, eve)
    for name in ("pin", "bookmark"):
        await client.post(f"/api/v1/statuses/{posts['private']}/{name}", token=alice.token)
    people = {
        "author": alice, "mentioned": bob, "follower": fan, "stranger": stranger, "blocked": eve
    }  # fmt: skip
    readers: dict[str, str | None] = {name: person.token for name, person in people.items()}
    scopes = "read write follow push admin:read"
    return Village(
        alice,
        bob,
        posts,
        {**readers, "moderator": await make.token(mod, scopes), "visitor": None},
        {**people, "moderator": mod},
    )


def addresses(route: Route, village: Village) -> Iterator[str]:
    """*route* with everything in its place that belongs to Alice; each of her posts once."""
    fixed = {
        "account_id": village.alice.id, "acct": "alice", "hashtag": "leak", "name": "leak", "tag": "leak",
        "username": "alice", "year": 2026, "list_id": 1, "date": "2026-01-01",
    }  # fmt: skip
    names = _PARAMETER.findall(route.path)
    ids: list[object] = [*village.posts.values(), village.alice.id] if set(names) - set(fixed) else [0]
    for some_id in ids:
        yield _filled(route.path, fixed, some_id)


def _filled(path: str, fixed: Mapping[str, object], some_id: object) -> str:
    return _PARAMETER.sub(lambda match: str(fixed.get(match[1], some_id)), path)


QUERIES = (
    "q=pome", "q=the&type=statuses", "q=from:alice&type=statuses", "q=in:all the", "q=leak&resolve=true",
    "url={url}", "uri={url}", "limit=40", "local=true", "only_media=false", "id[]={post}", "page=true",
    "in=de", "exclude_replies=false&limit=40", "pinned=true", "tagged=leak", "any[]=leak",
)  # fmt: skip


def with_queries(address: str, village: Village, house: House) -> Iterator[str]:
    """*address* with nothing, and with what makes it show more."""
    yield address
    for query in QUERIES:
        if "{" not in query:
            yield f"{address}?{query}"
        else:
            for post in village.posts.values():
                url = f"{house.addresses.profile('alice')}/{post}"
                yield f"{address}?{query.format(url=url, post=post)}"


@pytest.mark.parametrize("accept", [JSON, "text/html", "application/activity+json"])
async def test_private_posts_are_read_by_those_they_are_for(
    village: Village, client: Client, house: House, door: Door, accept: str
) -> None:
    seen: dict[str, set[str]] = {reader: set() for reader in MAY_READ}
    leaks = set()
    for route in routes(house, door):
        if route.method != "GET" or route.path.startswith(ENDLESS):
            continue
        if accept != JSON and route.path.startswith("/api/"):
            continue  # it answers nothing else
        for plain in addresses(route, village):
            asked = with_queries(plain, village, house) if "{" not in route.path else [plain]
            for address in asked:
                # A page knows nobody by a token, a document nobody without a signature.
                for reader, token in village.readers.items() if accept == JSON else [("visitor", None)]:
                    async with asyncio.timeout(20):
                        answer = await client.get(address, token=token, headers={"accept": accept})
                    assert answer.status < 500, (address, reader)
                    found = {name for name, word in WORDS.items() if word.encode() in answer.body}
                    seen[reader] |= found
                    for visibility in found - MAY_READ[reader] - {"public", "unlisted"}:
                        leaks.add((reader, visibility, route.path))
    assert leaks == set()
    # Something was looked at, and by those who may read it it was found.
    assert "public" in seen["visitor"]
    if accept == JSON:
        assert all(MAY_READ[reader] <= seen[reader] for reader in MAY_READ)


async def test_private_posts_are_on_the_pages_of_those_they_are_for(
    village: Village, house: House, door: Door
) -> None:
    """The same with the cookie of somebody who is signed in, which pages know people by."""
    seen: dict[str, set[str]] = {reader: set() for reader in village.people}
    leaks, opened = set(), set()
    browsers = {reader: await browser_of(house, one) for reader, one in village.people.items()}
    for route in routes(house, door):
        if route.method != "GET" or route.path.startswith(("/api/", "/static/")):
            continue
        for plain in addresses(route, village):
            asked = with_queries(plain, village, house) if "{" not in route.path else [plain]
            for address in asked:
                for reader, browser in browsers.items():
                    async with asyncio.timeout(20):
                        answer = await browser.client.get(address, headers={"accept": "text/html"})
                    assert answer.status < 500, (address, reader)
                    if answer.status == 200:
                        opened.add(route.path)
                    found = {name for name, word in WORDS.items() if word.encode() in answer.body}
                    seen[reader] |= found
                    for visibility in found - MAY_READ[reader] - {"public", "unlisted"}:
                        leaks.add((reader, visibility, route.path))
    assert leaks == set()
    # The cookies were good, and most pages were there to be read.
    assert {"/", "/notifications", "/@{acct}/{id}", "/posts/{id}/more"} <= opened
    assert all(MAY_READ[reader] | {"public"} <= seen[reader] for reader in village.people)
