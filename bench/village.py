"""What the server holds when it is measured, written by core's own verbs before it starts."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import NamedTuple

from stoa import settings as stoa_settings
from stoa.core.accounts import store as accounts
from stoa.core.auth import sessions, tokens
from stoa.core.auth import store as users
from stoa.core.house import House
from stoa.core.policy.draft import Draft
from stoa.core.relationships import follow
from stoa.core.statuses.favourite import favourite
from stoa.core.statuses.publish import publish
from stoa.db import Connection, migrate
from stoa.main import assemble

WORDS = (
    "The water is at two metres forty this morning, and nobody who reads the gauge seems to mind. I "
    "have counted the steps to the lower quay again: eleven dry, three wet, one that nobody agrees on. "
)
AUTHORS = 50
FOLLOWERS = 1000
REPLIES = 100


class Village(NamedTuple):
    """What the scenarios ask about."""

    reader: str  # token of somebody who follows all authors
    readers: list[str]
    cookies: list[str]  # of the same people, with a browser
    popular: str  # token of somebody with FOLLOWERS followers
    author: str  # user name of who wrote the long post
    author_id: int
    long_post: int
    thread: int
    status_ids: list[int]


def build(folder: Path, environ: dict[str, str], statuses: int) -> Village:
    """Fill an empty data folder."""
    settings = stoa_settings.load(data=folder, environ=environ)
    migrate.bring_up_to_date(settings.database_url)

    async def run() -> Village:
        async with assemble(settings) as assembled:
            return await _build(assembled.house, statuses)

    return asyncio.run(run())


async def _person(conn: Connection, house: House, name: str) -> int:
    account_id = await accounts.add_local(conn, name, house.addresses)
    await users.add(
        conn, account_id=account_id, email=f"{name}@mail.example", password_hash="-", approved=True,
        confirmed=True,
    )  # fmt: skip
    return account_id


async def _say(house: House, author: int, text: str, answers: int | None = None) -> int:
    async with house.db.write() as conn:
        draft = Draft(account_id=author, text=text, in_reply_to_id=answers, language="en")
        return await publish(conn, draft, house.settings, house.addresses)


async def _build(house: House, statuses: int) -> Village:
    async with house.db.write() as conn:
        authors = [await _person(conn, house, f"author{place}") for place in range(AUTHORS)]
        readers = [await _person(conn, house, f"reader{place}") for place in range(16)]
        crowd = [await _person(conn, house, f"crowd{place}") for place in range(FOLLOWERS)]
        popular = await _person(conn, house, "popular")
        for author in authors:
            await accounts.change(conn, author, indexable=True)
            for reader in readers:
                await follow.follow(conn, reader, author)
        for one in crowd:
            await follow.follow(conn, one, popular)
        reader_tokens = [
            await tokens.create(conn, scopes="read write", account_id=reader) for reader in readers
        ]
        cookies = [
            await sessions.open_session(conn, reader, ip="127.0.0.1", user_agent="bench")
            for reader in readers
        ]
        popular_token = await tokens.create(conn, scopes="read write", account_id=popular)
    # About 65 KB of JSON for a page of 20.
    text = WORDS * 9
    made = [await _say(house, authors[place % AUTHORS], f"{place}. {text}") for place in range(statuses)]
    long_post = await _say(house, authors[0], "\n\n".join([WORDS * 3] * 7))
    thread = await _say(house, authors[1], "What did you count?")
    for place in range(REPLIES):
        await _say(house, authors[place % AUTHORS], f"{place} steps. {WORDS}", answers=thread)
    # Something to be told about: each reader wrote once, and all authors liked it.
    for reader in readers:
        liked = await _say(house, reader, "Good morning.")
        async with house.db.write() as conn:
            for author in authors:
                await favourite(conn, author, liked)
    return Village(
        reader_tokens[0], reader_tokens, cookies, popular_token, "author0", authors[0], long_post, thread,
        made,
    )  # fmt: skip
