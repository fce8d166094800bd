"""A server as it is after years, written quickly: rows for the project's own tables, many to a statement.

What one person reads stays as large as in life (a home of 1,000 posts, a conversation of 100 answers)
and the rest grows with *statuses*: posts to search through, notifications, favourites, hashtags.  The
same seed writes the same village.  There are no files, polls or quotes in it.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate, islice
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import text

from bench.large_words import Words
from stoa import settings as stoa_settings
from stoa.api import bodies
from stoa.core import events
from stoa.core.accounts import words
from stoa.core.auth import tokens
from stoa.core.house import House
from stoa.core.notifications.model import Type, group_key
from stoa.core.search import index
from stoa.core.timelines.store import KEPT
from stoa.db import Query, insert, migrate
from stoa.db.tables import (
    accounts,
    bookmarks,
    favourites,
    follows,
    mentions,
    notifications,
    remote_actors,
    status_tags,
    statuses,
    tags,
    timeline_entries,
    users,
)
from stoa.main import assemble

AT_ONCE = 5_000
READERS = 16  # of whom requests come
MEMBERS = 400  # who live here
FOLLOWED = 150  # by each of them
TAGS = 500
YEARS = 2
ANSWERS = 100  # in each long conversation
EVERY = 2_500  # posts, a long conversation
NOW = 1_790_000_000_000  # a day in 2026: ids are the same in every run


class Large(msgspec.Struct, frozen=True):
    """What the scenarios ask about; kept beside the data, so that it is written once."""

    readers: list[str]  # tokens
    reader_ids: list[int]
    authors: list[int]  # from those who write most to those who write least
    threads: list[int]  # the first posts of long conversations
    status_ids: list[int]
    words: list[str]  # from those used most to those used least


class _Post(NamedTuple):
    id: int
    author: int  # place in the list of accounts
    visibility: str
    parent: int | None  # place in the list of posts
    boosted: int | None  # likewise
    conversation: int


def build(folder: Path, environ: dict[str, str], count: int) -> Large:
    """Fill an empty data folder (or the database that *environ* names) with *count* statuses; one that
    was filled before is left as it is.
    """
    notes = folder / "large.json"
    if notes.exists():
        return msgspec.json.decode(notes.read_bytes(), type=Large)
    settings = stoa_settings.load(data=folder, environ=environ)
    migrate.bring_up_to_date(settings.database_url)

    async def run() -> Large:
        async with assemble(settings) as assembled:
            large = await _Builder(assembled.house, count).build()
            async with assembled.house.db.write() as conn:
                await conn.run(Query(text("ANALYZE")))
            return large

    large = asyncio.run(run())
    notes.write_bytes(msgspec.json.encode(large))
    return large


class _Builder:
    def __init__(self, house: House, count: int) -> None:
        self.house = house
        self.count = count
        self.chance = random.Random(1)
        self.words = Words(self.chance)
        people = max(MEMBERS + 100, min(10_000, count // 10))
        step = (YEARS * 365 * 86_400_000) // count
        self.start = NOW - step * count
        self.step = step
        self.people = [(self.start - (people - place) * 60_000) << 16 for place in range(people)]
        # A few write most: the place of an author in this list says how much they write.
        self.busy = list(range(READERS, people))
        self.chance.shuffle(self.busy)
        weights = list(accumulate(1 / (place + 10) for place in range(len(self.busy))))
        self.authors = self.chance.choices(self.busy, cum_weights=weights, k=count)
        self.threads: list[int] = []

    async def build(self) -> Large:
        begin = time.monotonic()
        posts = self._posts()
        await self._put(accounts, self._accounts())
        await self._put(users, self._users())
        await self._put(remote_actors, self._remote())
        follow_rows = list(self._follows())
        await self._put(follows, follow_rows)
        await self._put(tags, ({"id": one + 1, "name": f"Tag{one}", "key": f"tag{one}", "created_at": NOW}
                               for one in range(TAGS)))  # fmt: skip
        await self._put(statuses, self._statuses(posts))
        await self._put(mentions, self._mentions(posts))
        await self._put(status_tags, self._tagged(posts))
        await self._put(favourites, self._kept(posts, 1.0), ignore=True)
        await self._put(bookmarks, self._kept(posts, 0.01), ignore=True)
        await self._put(timeline_entries, self._homes(posts, follow_rows), ignore=True)
        await self._put(notifications, self._notifications(posts))
        print(f"  rows: {time.monotonic() - begin:.0f} s", flush=True)
        await self._index()
        print(f"  and the index: {time.monotonic() - begin:.0f} s", flush=True)
        await self._keep(posts)
        print(f"  and what apps are sent: {time.monotonic() - begin:.0f} s", flush=True)
        async with self.house.db.write() as conn:
            readers = [
                await tokens.create(conn, scopes="read write", account_id=self.people[place])
                for place in range(READERS)
            ]
        return Large(
            readers,
            self.people[:READERS],
            [self.people[place] for place in self.busy],
            [posts[place].id for place in self.threads],
            [post.id for post in posts],
            self.words.all,
        )

    async def _put(self, table: Any, rows: Iterable[Mapping[str, Any]], *, ignore: bool = False) -> None:
        source = iter(rows)
        query = None
        while some := list(islice(source, AT_ONCE)):
            query = query or insert(table, *some[0], ignore=ignore)
            async with self.house.db.write() as conn:
                await conn.run_many(query, some)

    def _is_here(self, place: int) -> bool:
        return place < MEMBERS

    def _accounts(self) -> Iterator[dict[str, Any]]:
        for place, account_id in enumerate(self.people):
            here = self._is_here(place)
            name = f"{self.words.one()}{place}"
            domain = "" if here else f"server{place % 300}.example"
            there = f"https://{domain}/users/{name}"
            yield {
                "id": account_id, "username": name, "username_key": name, "domain": domain,
                "uri": self.house.addresses.actor(account_id) if here else there,
                "url": self.house.addresses.profile(name) if here else there,
                "display_name": f"{self.words.one().title()} {self.words.one().title()}",
                "note_html": f"<p>{' '.join(self.words.some(12))}</p>",
                "indexable": place % 3 != 0, "discoverable": place % 2 == 0,
                "followers_count": 10_000 // (place + 1), "created_at": account_id >> 16,
            }  # fmt: skip

    def _users(self) -> Iterator[dict[str, Any]]:
        for place in range(MEMBERS):
            mail = f"member{place}@mail.example"
            yield {
                "account_id": self.people[place], "email": mail, "email_key": mail, "password_hash": "-",
                "approved": True, "confirmed_at": NOW, "created_at": self.start,
            }  # fmt: skip

    def _remote(self) -> Iterator[dict[str, Any]]:
        for place in range(MEMBERS, len(self.people)):
            host = f"server{place % 300}.example"
            yield {
                "account_id": self.people[place], "host": host, "inbox": f"https://{host}/{place}/inbox",
                "shared_inbox": f"https://{host}/inbox", "fetched_at": NOW,
            }  # fmt: skip

    def _follows(self) -> Iterator[dict[str, Any]]:
        # Members follow who writes much, and those elsewhere follow some members.
        number = 0
        for place in range(len(self.people)):
            if self._is_here(place):
                chosen = {self.chance.choice(self.authors) for _ in range(FOLLOWED)}
            else:
                chosen = {self.chance.randrange(MEMBERS) for _ in range(5)}
            for other in sorted(chosen - {place}):
                number += 1
                yield {
                    "id": number, "follower_id": self.people[place], "target_id": self.people[other],
                    "created_at": self.start,
                }  # fmt: skip

    def _posts(self) -> list[_Post]:
        chance = self.chance
        posts: list[_Post] = []
        boosts: set[tuple[int, int]] = set()
        for place in range(self.count):
            some_id = (self.start + place * self.step) << 16 | place % 50_000
            # The readers write too, one post in a hundred.
            author = chance.randrange(READERS) if place % 100 == 7 else self.authors[place]
            what = chance.random()
            visibility = "public" if what < 0.88 else "unlisted" if what < 0.94 else "private"
            parent = boosted = None
            kind = chance.random()
            since = place % EVERY
            if since == 0:
                self.threads.append(place)
                visibility = "public"
            elif since <= ANSWERS * 2 and since % 2:
                parent = chance.randrange(place - since, place)
                while parent != place - since and posts[parent].conversation != posts[place - since].id:
                    parent = chance.randrange(place - since, place)
                visibility = "public"
            elif kind < 0.25 and place:
                parent = max(0, place - 1 - int(chance.expovariate(0.02)))
                if chance.random() < 0.05:
                    visibility = "direct"
            elif kind < 0.35 and place:
                boosted = max(0, place - 1 - int(chance.expovariate(0.01)))
                if posts[boosted].visibility != "public" or (author, boosted) in boosts:
                    boosted = None
                else:
                    boosts.add((author, boosted))
                    visibility = "public"
            if parent is not None and posts[parent].boosted is not None:
                parent = None
            if boosted is not None and posts[boosted].boosted is not None:
                boosted = None
            conversation = some_id if parent is None else posts[parent].conversation
            posts.append(_Post(some_id, author, visibility, parent, boosted, conversation))
        return posts

    def _statuses(self, posts: list[_Post]) -> Iterator[dict[str, Any]]:
        replies, reblogs = [0] * len(posts), [0] * len(posts)
        for post in posts:
            if post.parent is not None:
                replies[post.parent] += 1
            if post.boosted is not None:
                reblogs[post.boosted] += 1
        for place, post in enumerate(posts):
            parent = None if post.parent is None else posts[post.parent]
            here = self._is_here(post.author)
            base = self.house.addresses.base if here else f"https://server{post.author % 300}.example"
            uri = f"{base}/users/{post.author}/statuses/{post.id}"
            said = "" if post.boosted is not None else f"<p>{self.words.text(place)}</p>"
            yield {
                "id": post.id, "account_id": self.people[post.author], "uri": uri, "url": uri,
                "local": here,
                "visibility": post.visibility,
                "language": "de" if place % 10 == 0 else "en",
                "in_reply_to_id": parent and parent.id,
                "in_reply_to_account_id": parent and self.people[parent.author],
                "conversation_id": post.conversation,
                "reblog_of_id": None if post.boosted is None else posts[post.boosted].id,
                "replies_count": replies[place], "reblogs_count": reblogs[place],
                "favourites_count": place % 7, "created_at": post.id >> 16, "content": said,
            }  # fmt: skip

    def _mentions(self, posts: list[_Post]) -> Iterator[dict[str, Any]]:
        for post in posts:
            if post.parent is not None and posts[post.parent].author != post.author:
                yield {"status_id": post.id, "account_id": self.people[posts[post.parent].author]}

    def _tagged(self, posts: list[_Post]) -> Iterator[dict[str, Any]]:
        weights = list(accumulate(1 / (place + 1) for place in range(TAGS)))
        for place, post in enumerate(posts):
            if place % 6 == 0 and post.boosted is None:
                yield {"tag_id": self.chance.choices(range(TAGS), cum_weights=weights)[0] + 1,
                       "status_id": post.id}  # fmt: skip

    def _kept(self, posts: list[_Post], share: float) -> Iterator[dict[str, Any]]:
        """So many favourites or bookmarks for each post; of each reader one for a hundred."""
        for number in range(int(len(posts) * share)):
            reader = number % 6 == 0
            who = self.chance.randrange(READERS) if reader else self.chance.choice(self.authors)
            post = posts[min(len(posts) - 1, int(number / share))]
            if post.visibility == "public" and post.boosted is None:
                yield {"id": number + 1, "account_id": self.people[who], "status_id": post.id}

    def _homes(self, posts: list[_Post], follow_rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """The newest of whom one follows, as many as a home keeps."""
        members = set(self.people[:MEMBERS])
        followers: dict[int, list[int]] = {}
        for row in follow_rows:
            if row["follower_id"] in members:
                followers.setdefault(row["target_id"], []).append(row["follower_id"])
        room = dict.fromkeys(members, KEPT)
        for post in reversed(posts):
            if post.visibility != "direct" and post.parent is None:
                for owner in followers.get(self.people[post.author], ()):
                    if room[owner]:
                        room[owner] -= 1
                        yield {"owner_id": owner, "status_id": post.id}

    def _notifications(self, posts: list[_Post]) -> Iterator[dict[str, Any]]:
        """What readers are told: three favourites of each post of theirs, and who answered them."""
        for post in posts:
            about = None if post.parent is None else posts[post.parent]
            told: list[tuple[int, Type, int, int]] = []
            if post.author < READERS and post.boosted is None:
                told = [(post.author, "favourite", self.chance.choice(self.authors), post.id)] * 3
            elif about is not None and about.author < READERS and post.visibility == "public":
                told = [(about.author, "mention", post.author, post.id)]
            for step, (owner, kind, sender, status_id) in enumerate(told):
                some_id, at = post.id + step + 1, post.id >> 16
                yield {
                    "id": some_id, "account_id": self.people[owner], "type": kind, "created_at": at,
                    "from_account_id": self.people[(sender + step) % len(self.people)],
                    "status_id": status_id,
                    "group_key": group_key(kind, status_id, at) or f"ungrouped-{some_id}",
                }  # fmt: skip

    async def _index(self) -> None:
        for rebuild_some in (words.rebuild_some, index.rebuild_some):
            last, some = 0, 1
            while some:
                async with self.house.db.write() as conn:
                    last, some = await rebuild_some(conn, last, AT_ONCE)

    async def _keep(self, posts: list[_Post]) -> None:
        source = iter(posts)
        while some := list(islice(source, AT_ONCE)):
            async with self.house.db.write() as conn:
                await bodies.keep(self.house, conn, [events.StatusPublished(post.id) for post in some])
                conn.after_commit.clear()
