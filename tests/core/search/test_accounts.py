"""People found by handle and by name."""

from __future__ import annotations

from typing import Any

import pytest

from stoa.core.accounts import store
from stoa.core.house import House
from stoa.core.search import accounts as search
from stoa.core.search import addresses, hashtags
from stoa.core.statuses import tags
from stoa.db import insert
from stoa.db.tables import follows
from tests.make import Make


async def _find(house: House, text: str, viewer: int | None = None, **options: Any) -> list[int]:
    async with house.db.read(long=True) as conn:
        return await search.find(
            conn, text, viewer_id=viewer, local_domain=house.settings.domain, **options
        )


async def test_the_exact_name_comes_first(house: House, make: Make) -> None:
    popular = await make.account("annabel", followers_count=900)
    anna = await make.account("anna")
    remote = await make.remote("anna@there.example", followers_count=5)
    assert await _find(house, "anna") == [anna.id, popular.id, remote]
    assert await _find(house, "@Anna@there.example") == [remote]
    assert await _find(house, "anna@localhost:8000") == [anna.id, popular.id, remote]
    assert await _find(house, "anna@th") == [remote]


async def test_words_of_a_display_name_are_found_in_any_case(house: House, make: Make) -> None:
    olha = await make.account("o1", display_name="Доктор Ольга Їжакевич")
    assert await _find(house, "ольга") == [olha.id]
    assert await _find(house, "Їжак") == [olha.id]
    assert await _find(house, "льга") == []


async def test_names_are_found_by_each_of_their_words_without_regard_to_accents(
    house: House, make: Make
) -> None:
    jose = await make.account("jlm", display_name="José (Jean-Luc) Márquez 🦊")
    for text in ("jose", "JOSÉ", "jean-l", "luc", "marq", "marquez jose", "jo lu", "🦊", "jlm"):
        assert await _find(house, text) == [jose.id], text
    for text in ("ose", "jose anna", "jean luca", "🦊🦊"):
        assert await _find(house, text) == [], text


async def test_who_has_another_name_is_found_by_that_one_alone(house: House, make: Make) -> None:
    anna = await make.account("anna", display_name="Anna Old")
    async with house.db.write() as conn:
        await store.change(conn, anna.id, display_name="Anna New")
    assert await _find(house, "new") == [anna.id]
    assert await _find(house, "old") == []
    async with house.db.write() as conn:
        await store.blank(conn, anna.id)
    assert await _find(house, "new") == []
    assert await _find(house, "ann") == [anna.id]


async def test_of_many_who_begin_so_the_followed_and_the_best_known_are_found(
    house: House, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    me = await make.account("me")
    others = [await make.account(f"sam{place}") for place in range(8)]
    async with house.db.write() as conn:
        await store.change(conn, others[6].id, followers_count=7)
        await conn.run(
            insert(follows, "id", "follower_id", "target_id", "created_at"),
            id=1, follower_id=me.id, target_id=others[7].id, created_at=0,
        )  # fmt: skip
    whole = await _find(house, "sam", me.id)
    assert whole == [others[7].id, others[6].id, *(one.id for one in others[:6])]
    monkeypatch.setattr(search, "LOOKED_AT", 3)
    monkeypatch.setattr(search, "BEST_KNOWN", 1)
    assert await _find(house, "sam", me.id) == whole[:6]
    assert await _find(house, "sam7", None) == [others[7].id]
    assert await _find(house, "sam", me.id, following=True) == [others[7].id]


async def test_followed_people_come_before_others_and_can_be_asked_for_alone(
    house: House, make: Make
) -> None:
    me = await make.account("me")
    stranger = await make.account("sam_one", followers_count=100)
    friend = await make.account("sam_two")
    async with house.db.write() as conn:
        await conn.run(
            insert(follows, "id", "follower_id", "target_id", "created_at"),
            id=1, follower_id=me.id, target_id=friend.id, created_at=0,
        )  # fmt: skip
    assert await _find(house, "sam", me.id) == [friend.id, stranger.id]
    assert await _find(house, "sam", me.id, following=True) == [friend.id]
    assert await _find(house, "sam", me.id, limit=1, offset=1) == [stranger.id]


async def test_nobody_is_found_who_is_not_in_or_no_longer(house: House, make: Make) -> None:
    await make.account("waiting", approved=False)
    await make.account("waits", confirmed=False)
    await make.account("waif", suspended_at=1)
    assert await _find(house, "wai") == []


@pytest.mark.parametrize("text", ["", "@", "@@", "%", "_", "\\", "a%", "a_c", "\x00", "a@b@c", " "])
async def test_signs_stand_for_themselves(house: House, make: Make, text: str) -> None:
    await make.account("abc")
    assert await _find(house, text) == []


async def test_a_hashtag_is_found_by_how_it_begins(house: House) -> None:
    async with house.db.write() as conn:
        made = [await tags.ensure(conn, name) for name in ("Lighthouse", "light", "lightning", "lamp")]
    async with house.db.read(long=True) as conn:
        found = await hashtags.find(conn, "#Light")
        assert found[0] == made[1]
        assert set(found) == set(made[:3])
        assert await hashtags.find(conn, "%") == []
        assert await hashtags.find(conn, "light house") == []


async def test_what_is_at_an_address_is_known(house: House, make: Make) -> None:
    alice = await make.account("alice")
    carl = await make.remote("carl@there.example")
    async with house.db.read() as conn:
        for address, found in {
            "http://localhost:8000/@alice": ("account", alice.id),
            "http://localhost:8000/users/Alice": ("account", alice.id),
            "http://localhost:8000/@alice/123": ("status", 123),
            "http://localhost:8000/users/alice/statuses/123?x=1": ("status", 123),
            f"http://localhost:8000/ap/users/{alice.id}": ("account", alice.id),
            f"http://localhost:8000/ap/users/{alice.id}/statuses/123": ("status", 123),
            f"http://localhost:8000/ap/users/{alice.id}/statuses/123/activity": ("status", 123),
            "http://localhost:8000/ap/users/1": None,
            "https://there.example/users/carl": ("account", carl),
            "https://there.example/@carl": ("account", carl),
            "https://nowhere.example/": None,
            "https://[broken": None,
        }.items():
            assert await addresses.find(conn, address, house.addresses) == found
