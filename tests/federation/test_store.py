"""What is gone stays gone, for those whose it was."""

from __future__ import annotations

from stoa import ids
from stoa.core.house import House
from stoa.federation import store

CAROL, EVE = "https://there.example/users/carol", "https://there.example/users/eve"
NOTE = "https://there.example/notes/1"


async def test_only_the_word_of_its_owner_counts(house: House) -> None:
    async with house.db.write() as conn:
        await store.bury(conn, NOTE, CAROL, "Note")
        await store.bury(conn, NOTE, EVE, "Note")
        assert await store.is_buried(conn, NOTE, CAROL)
        assert not await store.is_buried(conn, NOTE, EVE)
        assert not await store.is_buried(conn, NOTE + "2", CAROL)
        assert await store.buried(conn, [NOTE, NOTE + "2"], CAROL) == {NOTE}
        assert await store.buried(conn, [NOTE], EVE) == set()


async def test_what_was_undone_may_be_done_again(house: House) -> None:
    async with house.db.write() as conn:
        await store.bury(conn, NOTE, CAROL)
        assert not await store.dig_up(conn, NOTE, EVE)
        assert await store.dig_up(conn, NOTE, CAROL)
        assert await store.find_tombstone(conn, NOTE) is None


async def test_ours_are_kept_and_those_of_others_forgotten_in_time(house: House) -> None:
    base = house.addresses.base
    async with house.db.write() as conn:
        await store.bury(conn, NOTE, CAROL)
        await store.bury(conn, f"{base}/ap/users/1/statuses/2", f"{base}/ap/users/1", "Note")
        await store.sweep(conn, base, ids.now_ms() + store.KEPT_MS - 1000)
        assert await store.find_tombstone(conn, NOTE) is not None
        await store.sweep(conn, base, ids.now_ms() + store.KEPT_MS + 1000)
        assert await store.find_tombstone(conn, NOTE) is None
        assert await store.find_tombstone(conn, f"{base}/ap/users/1/statuses/2") is not None
