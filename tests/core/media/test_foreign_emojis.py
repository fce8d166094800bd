"""Emoji of other servers: where their pictures are, for each server apart."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from stoa.core.accounts import views
from stoa.core.house import House
from stoa.core.media import emojis
from stoa.core.media.emojis import Foreign
from stoa.db import Connection, Query
from stoa.db.tables import custom_emojis

pytestmark = pytest.mark.anyio

_all = Query(select(custom_emojis.c.domain, custom_emojis.c.shortcode, custom_emojis.c.remote_url))


async def _stored(conn: Connection) -> set[tuple[str, str, str]]:
    return {tuple(row) for row in await conn.all(_all)}


async def test_an_emoji_belongs_to_its_server(house: House) -> None:
    async with house.db.write() as conn:
        assert await emojis.put_remote(conn, "there.example", [Foreign("cat", "https://there.example/c")])
        assert await emojis.put_remote(conn, "else.example", [Foreign("cat", "https://else.example/c")])
        shown = await views.emojis_in(conn, [("there.example", "a :cat:"), ("", "a :cat:")])
    assert [[one.remote_url for one in some] for some in shown] == [["https://there.example/c"], []]


async def test_a_picture_is_renewed_when_its_address_or_date_changes(house: House) -> None:
    first = Foreign("cat", "https://there.example/1", 10)
    async with house.db.write() as conn:
        await emojis.put_remote(conn, "there.example", [first])
        assert not await emojis.put_remote(conn, "there.example", [first])
        older = Foreign("cat", "https://there.example/0", 5)
        assert not await emojis.put_remote(conn, "there.example", [older])
        assert await emojis.put_remote(
            conn, "there.example", [Foreign("cat", "https://there.example/1", 11)]
        )
        assert await emojis.put_remote(conn, "there.example", [Foreign("cat", "https://there.example/2")])
        assert await _stored(conn) == {("there.example", "cat", "https://there.example/2")}


async def test_what_is_no_shortcode_is_left_out(house: House) -> None:
    used = [Foreign(one, "https://there.example/x") for one in ("a b", "", "x" * 65, "../up", "a@b")]
    async with house.db.write() as conn:
        assert not await emojis.put_remote(conn, "there.example", used)
        assert not await emojis.put_remote(conn, "", [Foreign("cat", "https://there.example/x")])
        assert await _stored(conn) == set()
