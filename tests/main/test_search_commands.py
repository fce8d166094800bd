"""`stoa search …`."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from sqlalchemy import text

from stoa.core.house import House
from stoa.core.policy.draft import Draft
from stoa.core.search import index
from stoa.core.search import statuses as search
from stoa.core.search.query import parse
from stoa.core.statuses.edit import edit
from stoa.core.statuses.publish import publish
from stoa.db import Query
from stoa.main import search_commands
from tests.conftest import run_cli
from tests.make import Make

_empty = Query(text("DELETE FROM status_search"))
_stray = Query(
    lambda dialect: text(
        "INSERT INTO status_search (rowid, words) VALUES (77, 'stray')"
        if dialect == "sqlite"
        else "SELECT 1"
    )
)
_counted = Query(text("SELECT count(*) FROM status_search"))


async def _post(house: House, author: int, words: str) -> int:
    async with house.db.write() as conn:
        return await publish(conn, Draft(account_id=author, text=words), house.settings, house.addresses)


async def _find(house: House, viewer: int, words: str) -> list[int]:
    async with house.db.read(long=True) as conn:
        return await search.find(conn, parse(words), viewer_id=viewer, local_domain="localhost")


async def test_an_index_that_was_lost_is_written_anew(house: House, make: Make) -> None:
    alice = await make.account("alice")
    posts = [await _post(house, alice.id, f"harbour {place}") for place in range(5)]
    async with house.db.write() as conn:
        await conn.run(_empty)
        await conn.run(_stray)
    assert await _find(house, alice.id, "harbour") == []
    data, said = await search_commands.rebuild(house, argparse.Namespace(at_once=2))
    assert data["statuses"] == 5
    assert "5 posts" in said
    assert await _find(house, alice.id, "harbour") == posts[::-1]
    async with house.db.read() as conn:
        assert await conn.scalar(_counted) == 5
    await search_commands.rebuild(house, argparse.Namespace(at_once=200))
    assert await _find(house, alice.id, "harbour") == posts[::-1]


async def test_posts_published_and_edited_meanwhile_are_found_as_they_are_now(
    house: House, make: Make
) -> None:
    alice = await make.account("alice")
    posts = [await _post(house, alice.id, f"harbour {place}") for place in range(8)]
    work = asyncio.create_task(search_commands.rebuild(house, argparse.Namespace(at_once=1)))
    written = []
    for place, post in enumerate(posts):
        written.append(await _post(house, alice.id, f"lagoon {place}"))
        async with house.db.write() as conn:
            draft = Draft(account_id=alice.id, text=f"quay {place}")
            await edit(conn, post, draft, house.settings, house.addresses)
    await work
    assert await _find(house, alice.id, "harbour") == []
    assert await _find(house, alice.id, "quay") == posts[::-1]
    assert await _find(house, alice.id, "lagoon") == written[::-1]


async def test_the_end_of_the_index_is_told(house: House, make: Make) -> None:
    async with house.db.write() as conn:
        assert (await index.rebuild_some(conn, 0))[1] == 0


def test_the_command_can_be_typed(tmp_path: Path) -> None:
    done = run_cli("search", "rebuild", "--data", str(tmp_path), "--json", env={})
    assert (done.returncode, done.stdout) == (0, '{"statuses": 0, "accounts": 0}\n')
