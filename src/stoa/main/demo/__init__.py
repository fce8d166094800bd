"""`stoa serve --demo`: a small village in an empty house, for trying and developing.

Made through the same verbs as everything else.  A house in which anybody lives is left alone.
"""

from __future__ import annotations

import asyncio
import secrets
import tempfile
from pathlib import Path
from typing import Literal

from sqlalchemy import bindparam, select

from stoa import ids
from stoa.core.accounts import profile
from stoa.core.auth import passwords, register
from stoa.core.auth.users import any_there
from stoa.core.house import House
from stoa.core.instances import rules
from stoa.core.media import portraits, upload
from stoa.core.media.model import Limits
from stoa.core.policy.draft import Draft, PollDraft
from stoa.core.relationships import follow
from stoa.core.series import curate
from stoa.core.statuses import author_translations
from stoa.core.statuses.favourite import favourite
from stoa.core.statuses.pin import pin
from stoa.core.statuses.polls import vote
from stoa.core.statuses.publish import publish
from stoa.core.statuses.reblog import reblog
from stoa.db import Connection, Query
from stoa.db.tables import statuses
from stoa.main.demo import village
from stoa.main.demo.pictures import hills

HOUR_MS = 3_600_000

_poll_of = Query(select(statuses.c.poll_id).where(statuses.c.id == bindparam("status_id")))


async def populate(house: House) -> None:
    """Fill an empty house and say how to come in; do nothing, and say so, in any other."""
    async with house.db.read() as conn:
        if await any_there(conn):
            print("Somebody lives here already, so the village is not built; --demo has no effect.")
            return
    print("Building the village ...", flush=True)
    password = secrets.token_urlsafe(9)
    people = await _people(house, password)
    await _follows(house, people)
    posts = await _posts(house, people)
    await _series(house, people, posts)
    await _translations(house, people, posts)
    await _reactions(house, people, posts)
    print(
        f"The village is there. Sign in as alice@village.example (who keeps the house) or as any of\n"
        f"{', '.join(people)} (the same address) with the password {password}",
        flush=True,
    )


async def _people(house: House, password: str) -> dict[str, int]:
    hashed = await passwords.hashed(password)
    found: dict[str, int] = {}
    async with house.db.write() as conn:
        for text, hint in village.RULES:
            await rules.add(conn, text, hint)
        for one in village.PEOPLE:
            found[one.name] = await register.create(
                conn, username=one.name, email=f"{one.name}@village.example", password_hash=hashed,
                addresses=house.addresses, role=one.role,
            )  # fmt: skip
    for seed, one in enumerate(village.PEOPLE):
        avatar = await _portrait(house, "avatar", one.colours, seed)
        header = await _portrait(house, "header", one.colours, seed + 100)
        change = profile.Change(
            display_name=one.display_name,
            note=one.note,
            fields=[profile.FieldChange(name, value) for name, value in one.fields],
            avatar=profile.Picture(avatar.key, avatar.static_key),
            avatar_description="A small landscape of hills.",
            header=profile.Picture(header.key, header.static_key),
            locked=one.locked,
            bot=one.bot,
            discoverable=not one.locked,
            indexable=not one.locked,
        )
        async with house.db.write() as conn:
            await profile.update(conn, found[one.name], change, house.settings, house.addresses)
    return found


async def _drawn(width: int, height: int, colours: tuple[int, int], seed: int, folder: str) -> Path:
    def draw() -> Path:
        path = Path(folder) / f"{seed}.png"
        path.write_bytes(hills(width, height, colours, seed))
        return path

    return await asyncio.to_thread(draw)


async def _portrait(
    house: House, kind: Literal["avatar", "header"], colours: tuple[int, int], seed: int
) -> profile.Picture:
    width, height = (160, 160) if kind == "avatar" else (360, 120)
    with tempfile.TemporaryDirectory() as folder:
        path = await _drawn(width, height, colours, seed, folder)
        return await portraits.store(kind, path, house.storage, Limits())


async def _follows(house: House, people: dict[str, int]) -> None:
    async with house.db.write() as conn:
        for name, account_id in people.items():
            targets = dict.fromkeys(["alice", "analyst", *village.FOLLOWS.get(name, ())])
            for target in targets:
                if target == name:
                    continue
                await follow.follow(conn, account_id, people[target])
                if target == "quiet" and name == "alice":
                    await follow.accept(conn, people[target], account_id)


async def _posts(house: House, people: dict[str, int]) -> dict[str, int]:
    found: dict[str, int] = {}
    # As if they had been written over the last days, the latest some minutes ago.
    first = ids.now_ms() - len(village.POSTS) * 2 * HOUR_MS
    for place, post in enumerate(village.POSTS):
        at = first + place * 2 * HOUR_MS + place * place * 41_000 % HOUR_MS
        author = people[post.author]
        media = [await _picture(house, author, post.picture, place)] if post.picture else []
        draft = Draft(
            account_id=author,
            text=post.text.strip(),
            content_type="text/markdown" if post.markdown else "text/plain",
            in_reply_to_id=found[post.answers] if post.answers else None,
            media_ids=tuple(media),
            poll=PollDraft(options=post.choices, expires_in=6 * 24 * 3600) if post.choices else None,
            created_at=at,
            **post.options,
        )
        async with house.db.write() as conn:
            found[post.key] = await publish(
                conn, draft, house.settings, house.addresses, status_id=ids.new_id(at)
            )
    return found


async def _series(house: House, people: dict[str, int], posts: dict[str, int]) -> None:
    by_key = {post.key: post for post in village.POSTS}
    for title, description, parts in village.SERIES:
        author = people[by_key[parts[0]].author]
        async with house.db.write() as conn:
            series_id = await curate.create(
                conn, author, house.addresses, title=title, description=description
            )
            await curate.put(conn, author, series_id, [posts[part] for part in parts])


async def _translations(house: House, people: dict[str, int], posts: dict[str, int]) -> None:
    authors = {post.key: people[post.author] for post in village.POSTS}
    async with house.db.write() as conn:
        for key, language, words in village.TRANSLATIONS:
            said = Draft(account_id=authors[key], language=language, text=words.strip())
            await author_translations.put(
                conn, authors[key], posts[key], said, house.settings, house.addresses
            )


async def _picture(house: House, author: int, description: str, seed: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        path = await _drawn(720, 450, (210 - seed, 150 + 9 * seed), seed, folder)
        stored = await upload.take(path, house.storage, Limits())
    async with house.db.write() as conn:
        return await upload.add(conn, author, stored, description=description)


async def _reactions(house: House, people: dict[str, int], posts: dict[str, int]) -> None:
    async with house.db.write() as conn:
        for key, names in village.FAVOURITES.items():
            for name in names:
                await favourite(conn, people[name], posts[key])
        for key, names in village.BOOSTS.items():
            for name in names:
                await reblog(conn, people[name], posts[key], house.addresses)
        for key in village.PINNED:
            author = next(post.author for post in village.POSTS if post.key == key)
            await pin(conn, people[author], posts[key], house.settings)
        await _votes(conn, people, posts["poll"])


async def _votes(conn: Connection, people: dict[str, int], status_id: int) -> None:
    poll_id = await conn.scalar(_poll_of, status_id=status_id)
    for name, choice in village.VOTES.items():
        await vote(conn, poll_id, people[name], [choice])
