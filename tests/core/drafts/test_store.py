"""Drafts: nothing that was typed is lost, and none of it takes all the room."""

from __future__ import annotations

import pytest

from stoa import ids
from stoa.core.drafts import model, store
from stoa.core.drafts.model import Clash, Draft, Words
from stoa.core.errors import NotFound, Unprocessable
from stoa.core.house import House
from stoa.core.media import store as media_store
from stoa.core.media import strays
from stoa.db import Connection
from tests.make import Make

MINUTE = 60 * 1000


async def kept(
    conn: Connection, account: int, text: str, version: int, key: str = "k", **more: int
) -> Draft:
    found = await store.save(conn, account, key, Words(text=text), version=version, **more)
    assert isinstance(found, Draft)
    return found


async def said(conn: Connection, account: int, draft: Draft) -> list[str]:
    return [one.words.text for one in (await store.revisions(conn, account, draft.id))[1]]


async def test_a_draft_is_kept_and_kept_again(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    async with house.db.write() as conn:
        words = Words(title="T", text="One", rest={"warning": "W"}, media_ids=(7,))
        first = await store.save(conn, alice.id, "k", words, version=0)
        assert isinstance(first, Draft)
        assert (first.version, first.words) == (1, words)
        second = await kept(conn, alice.id, "Two", first.version)
        assert (second.id, second.version, second.words.text) == (first.id, 2, "Two")
        # The same again is no change.
        assert await store.save(conn, alice.id, "k", Words(text="Two"), version=1) == second
        await kept(conn, alice.id, "Other", 0, key="other")
        assert {one.beginning for one in await store.list_all(conn, alice.id)} == {"Two", "Other"}
        assert await store.list_all(conn, bob.id) == []
        with pytest.raises(NotFound):
            await store.get(conn, bob.id, first.id)
        with pytest.raises(NotFound):
            await store.remove(conn, bob.id, first.id)
        # A key is of one member alone.
        assert (await kept(conn, bob.id, "Mine", 0)).id != first.id


async def test_two_windows_lose_nothing(house: House, make: Make) -> None:
    alice = await make.account("alice")
    async with house.db.write() as conn:
        await kept(conn, alice.id, "Both", 0)
        here = await kept(conn, alice.id, "Here", 1)
        there = await store.save(conn, alice.id, "k", Words(text="There"), version=1)
        assert isinstance(there, Clash)
        assert there.kept == here
        assert await said(conn, alice.id, here) == ["There"]
        after = await store.overwrite(conn, alice.id, "k", Words(text="There"))
        assert isinstance(after, Draft)
        assert after.words.text == "There"
        assert await said(conn, alice.id, after) == ["Here", "There"]


async def test_what_stood_for_a_while_is_a_revision_and_comes_back(house: House, make: Make) -> None:
    alice, now = await make.account("alice"), ids.now_ms()
    async with house.db.write() as conn:
        draft = await kept(conn, alice.id, "0", 0, now=now)
        for minute in range(1, 13):
            draft = await kept(conn, alice.id, str(minute), draft.version, now=now + minute * MINUTE)
        # One for at least five minutes, and not one for each minute.
        assert await said(conn, alice.id, draft) == ["8", "4"]
        _, found = await store.revisions(conn, alice.id, draft.id)
        back = await store.restore(conn, alice.id, draft.id, found[1].id)
        assert isinstance(back, Draft)
        assert back.words.text == "4"
        assert await said(conn, alice.id, draft) == ["12", "8", "4"]
        with pytest.raises(NotFound):
            await store.restore(conn, alice.id, draft.id, 1)


async def test_drafts_and_revisions_have_a_room_of_their_size(
    house: House, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = await make.account("alice")
    monkeypatch.setattr(store, "MAX_DRAFTS", 2)
    monkeypatch.setattr(store, "MAX_REVISIONS", 3)
    async with house.db.write() as conn:
        draft = await kept(conn, alice.id, "0", 0)
        for number in range(1, 7):
            await store.overwrite(conn, alice.id, "k", Words(text=str(number)))
        assert await said(conn, alice.id, draft) == ["5", "4", "3"]
        await kept(conn, alice.id, "x", 0, key="second")
        with pytest.raises(Unprocessable, match="drafts already"):
            await store.save(conn, alice.id, "third", Words(text="x"), version=0)
        with pytest.raises(Unprocessable, match="too long"):
            await store.save(conn, alice.id, "k", Words(text="x" * model.MAX_BYTES), version=7)
        with pytest.raises(Unprocessable, match="no name"):
            await store.save(conn, alice.id, "", Words(text="x"), version=0)
        monkeypatch.setattr(store, "MAX_TOTAL_BYTES", 200)
        with pytest.raises(Unprocessable, match="all the room"):
            await store.save(conn, alice.id, "second", Words(text="x" * 300), version=1)
        await store.overwrite(conn, alice.id, "k", Words(text="x" * 100))
        await store.overwrite(conn, alice.id, "k", Words(text="y" * 100))
        assert await said(conn, alice.id, draft) == ["x" * 100, "6"]


async def test_a_draft_that_is_published_or_gone_does_not_come_back(house: House, make: Make) -> None:
    alice = await make.account("alice")
    async with house.db.write() as conn:
        draft = await kept(conn, alice.id, "Soon", 0)
        await store.finish(conn, alice.id, "k")
        with pytest.raises(NotFound):
            await store.get(conn, alice.id, draft.id)
        with pytest.raises(NotFound):
            await store.save(conn, alice.id, "k", Words(text="Late"), version=1)


async def test_the_files_of_a_draft_stay(house: House, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    alice = await make.account("alice")
    async with house.db.write() as conn:
        used = await media_store.add(conn, account_id=alice.id, kind="image", mime="image/png")
        unused = await media_store.add(conn, account_id=alice.id, kind="image", mime="image/png")
        await store.save(conn, alice.id, "k", Words(text="Look", media_ids=(used,)), version=0)
    monkeypatch.setattr(strays, "UNATTACHED_MS", -1000)
    await strays.sweep(house.db, house.storage)
    async with house.db.read() as conn:
        assert [one.id for one in await media_store.owned(conn, alice.id, [used, unused])] == [used]
