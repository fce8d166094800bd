"""Who finds which posts, and that no query is an error."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, true, update

from stoa import ids
from stoa.core.house import House
from stoa.core.policy.draft import Draft, PollDraft
from stoa.core.search import statuses as search
from stoa.core.search.query import parse
from stoa.core.statuses.delete import delete
from stoa.core.statuses.edit import edit
from stoa.core.statuses.publish import publish
from stoa.db import Query, insert
from stoa.db.tables import bookmarks, media_attachments, mutes, poll_votes, polls, statuses
from tests.make import Make


async def _post(house: House, author: int, text: str, **options: Any) -> int:
    async with house.db.write() as conn:
        draft = Draft(account_id=author, text=text, **options)
        return await publish(conn, draft, house.settings, house.addresses)


async def _find(house: House, viewer: int | None, text: str, **options: Any) -> list[int]:
    async with house.db.read(long=True) as conn:
        return await search.find(
            conn, parse(text), viewer_id=viewer, local_domain=house.settings.domain, **options
        )


async def test_ones_own_post_is_found_at_once(house: House, make: Make) -> None:
    alice = await make.account("alice")
    post = await _post(house, alice.id, "On the *nature* of lighthouses", content_type="text/markdown")
    assert await _find(house, alice.id, "lighthouse nature") == [post]
    assert await _find(house, alice.id, '"nature of lighthouses"') == [post]
    assert await _find(house, alice.id, '"lighthouses nature"') == []
    assert await _find(house, alice.id, "lighthouse -nature") == []
    assert await _find(house, alice.id, "bridge") == []


async def test_only_posts_of_people_who_allow_it_are_found_by_others(house: House, make: Make) -> None:
    alice = await make.account("alice", indexable=True)
    bob = await make.account("bob")
    carol = await make.account("carol")
    open_post = await _post(house, alice.id, "windmills turn")
    await _post(house, bob.id, "windmills stand still")
    await _post(house, alice.id, "windmills in private", visibility="private")
    await _post(house, alice.id, "windmills unlisted", visibility="unlisted")
    assert await _find(house, carol.id, "windmills") == [open_post]
    assert await _find(house, None, "windmills") == []


async def test_what_the_viewer_kept_or_is_named_in_is_found(house: House, make: Make) -> None:
    bob = await make.account("bob")
    carol = await make.account("carol")
    kept = await _post(house, bob.id, "glacier one")
    named = await _post(house, bob.id, "glacier two for @carol", visibility="direct")
    await _post(house, bob.id, "glacier three")
    async with house.db.write() as conn:
        await conn.run(insert(bookmarks), id=1, account_id=carol.id, status_id=kept)
    assert await _find(house, carol.id, "glacier") == [named, kept]
    assert await _find(house, carol.id, "glacier in:library from:bob") == [named, kept]
    assert await _find(house, carol.id, "glacier from:carol") == []


async def test_what_can_no_longer_be_seen_is_no_longer_found(house: House, make: Make) -> None:
    bob = await make.account("bob")
    carol = await make.account("carol")
    kept = await _post(house, bob.id, "glacier", visibility="private")
    async with house.db.write() as conn:
        await conn.run(insert(bookmarks), id=1, account_id=carol.id, status_id=kept)
    assert await _find(house, carol.id, "glacier") == []


async def test_a_muted_author_is_not_found(house: House, make: Make) -> None:
    alice = await make.account("alice", indexable=True)
    carol = await make.account("carol")
    await _post(house, alice.id, "windmills turn")
    async with house.db.write() as conn:
        await conn.run(
            insert(mutes), id=1, account_id=carol.id, target_id=alice.id, hide_notifications=True,
            expires_at=None, created_at=0,
        )  # fmt: skip
    assert await _find(house, carol.id, "windmills") == []


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("検索エンジンは楽しい", "エンジン"),
        ("Скоро прилетять журавлі", "журавл"),
        ("مرحبًا بالعالم الجديد", "مرحبا"),
        ("서울에서 만나요", "서울"),
        ("สวัสดีชาวโลก", "ชาวโลก"),
        ("नमस्ते दुनिया", "दुनिया"),
        ("Straße nach Köln", "strasse koln"),
    ],
)
async def test_every_script_is_searched(house: House, make: Make, text: str, query: str) -> None:
    alice = await make.account("alice")
    post = await _post(house, alice.id, text)
    assert await _find(house, alice.id, query) == [post]


async def test_filters_narrow_and_pages_go_on(house: House, make: Make) -> None:
    alice = await make.account("alice")
    first = await _post(house, alice.id, "cloud one", language="de")
    second = await _post(house, alice.id, "cloud two", language="en", in_reply_to_id=first)
    third = await _post(house, alice.id, "cloud three", language="en", spoiler_text="storm")
    assert await _find(house, alice.id, "cloud") == [third, second, first]
    assert await _find(house, alice.id, "cloud language:de") == [first]
    assert await _find(house, alice.id, "cloud is:sensitive") == [third]
    assert await _find(house, alice.id, "storm") == [third]
    assert await _find(house, alice.id, "is:reply") == [second]
    assert await _find(house, alice.id, "cloud", limit=1, offset=1) == [second]
    assert await _find(house, alice.id, "cloud", max_id=third) == [second, first]
    assert await _find(house, alice.id, "cloud", min_id=first) == [third, second]
    assert await _find(house, alice.id, "cloud after:2020") == [third, second, first]
    assert await _find(house, alice.id, "cloud before:2020") == []
    assert await _find(house, alice.id, "cloud has:media") == []


@pytest.mark.parametrize(
    "query",
    ['"', "NOT", "AND OR NEAR(", "a* OR b:c", "words: x", "'; DROP TABLE", "(((", "-", "!!", "a & | b",
     "<->", ":*", "from:", "\x00", "\ud800", "before:99999-01-01", '"' * 999, "x " * 500, "-a -b"],
)  # fmt: skip
async def test_no_query_is_an_error(house: House, make: Make, query: str) -> None:
    alice = await make.account("alice")
    await _post(house, alice.id, "anything")
    await _find(house, alice.id, query)
    await _find(house, alice.id, f"anything {query}")


async def test_a_post_as_long_as_allowed_is_published_and_found(house: House, make: Make) -> None:
    alice = await make.account("alice")
    text = "".join(chr(0x4E00 + place % 20_000) for place in range(65_500))
    post = await _post(house, alice.id, text)
    assert await _find(house, alice.id, text[40_000:40_010]) == [post]


async def test_search_asks_the_same_number_of_queries_for_any_page(house: House, make: Make) -> None:
    alice = await make.account("alice")
    counts = []
    for _ in range(2):
        for place in range(5):
            await _post(house, alice.id, f"river {place}")
        before = house.db.statements
        await _find(house, alice.id, "river")
        counts.append(house.db.statements - before)
    # The words that begin so, which posts have them (PostgreSQL), and which of these are found.
    assert counts == ([2, 2] if house.db.dialect == "sqlite" else [3, 3])


async def test_operators_may_be_turned_round(house: House, make: Make) -> None:
    alice = await make.account("alice")
    bob = await make.account("bob", indexable=True)
    first = await _post(house, alice.id, "cloud one", language="de")
    second = await _post(house, bob.id, "cloud two", language="pt-BR", in_reply_to_id=first)
    third = await _post(house, alice.id, "cloud three", language="fil", spoiler_text="storm")
    year = ids.iso(ids.now_ms())[:4]
    assert await _find(house, alice.id, "cloud -from:me") == [second]
    assert await _find(house, alice.id, "cloud -from:bob") == [third, first]
    assert await _find(house, alice.id, "cloud from:me from:bob") == [third, second, first]
    assert await _find(house, alice.id, "cloud from:nobody") == []
    assert await _find(house, alice.id, "cloud -from:nobody") == [third, second, first]
    assert await _find(house, alice.id, "cloud language:pt") == [second]
    assert await _find(house, alice.id, "cloud language:pt-BR language:de") == [second, first]
    assert await _find(house, alice.id, "cloud language:fi") == []
    assert await _find(house, alice.id, "cloud -language:de") == [third, second]
    assert await _find(house, alice.id, "cloud -is:reply") == [third, first]
    assert await _find(house, alice.id, "cloud -is:reply -is:sensitive -has:media -has:poll") == [first]
    assert await _find(house, alice.id, f"cloud -before:{year}") == [third, second, first]
    assert await _find(house, alice.id, f"cloud -after:{year}") == [third, second, first]
    assert await _find(house, alice.id, f"cloud -during:{year}") == []
    assert await _find(house, alice.id, "cloud -during:2019 -during:2020-02 -during:2021-02-28") == [
        third,
        second,
        first,
    ]
    assert await _find(house, alice.id, f"cloud during:{year} in:all") == [third, second, first]
    assert await _find(house, alice.id, "cloud in:public") == [second]
    assert await _find(house, alice.id, "from:bob") == [second]


async def test_what_one_answered_or_voted_in_is_in_ones_library(house: House, make: Make) -> None:
    alice = await make.account("alice")
    bob = await make.account("bob")
    answered = await _post(house, bob.id, "glacier, answered")
    asked = await _post(house, bob.id, "glacier?", poll=PollDraft(options=("yes", "no"), expires_in=600))
    await _post(house, bob.id, "glacier, unanswered")
    assert await _find(house, alice.id, "glacier in:library") == []
    answer = await _post(house, alice.id, "I see", in_reply_to_id=answered)
    async with house.db.write() as conn:
        poll_id = await conn.scalar(Query(select(polls.c.id).where(polls.c.status_id == asked)))
        await conn.run(insert(poll_votes), poll_id=poll_id, account_id=alice.id, position=0)
    assert await _find(house, alice.id, "glacier in:library") == [asked, answered]
    assert await _find(house, alice.id, "in:library") == [answer, asked, answered]


async def test_kinds_of_files_are_told_apart(house: House, make: Make) -> None:
    alice = await make.account("alice")
    made = {}
    for place, kind in enumerate(("image", "video", "audio")):
        made[kind] = await _post(house, alice.id, f"a {kind} of the sea")
        async with house.db.write() as conn:
            await conn.run(
                insert(media_attachments, "id", "account_id", "status_id", "kind", "created_at"),
                id=place + 1, account_id=alice.id, status_id=made[kind], kind=kind, created_at=0,
            )  # fmt: skip
            await conn.run(
                Query(update(statuses).where(statuses.c.id == made[kind]).values(has_media=true()))
            )
    plain = await _post(house, alice.id, "the sea")
    for kind, status_id in made.items():
        assert await _find(house, alice.id, f"sea has:{kind}") == [status_id]
    assert await _find(house, alice.id, "sea has:media") == list(made.values())[::-1]
    assert await _find(house, alice.id, "sea -has:image") == [plain, made["audio"], made["video"]]


async def test_an_edit_and_a_deletion_count_at_once(house: House, make: Make) -> None:
    alice = await make.account("alice")
    post = await _post(house, alice.id, "a heron")
    async with house.db.write() as conn:
        await edit(conn, post, Draft(account_id=alice.id, text="an egret"), house.settings, house.addresses)
    assert await _find(house, alice.id, "heron") == []
    assert await _find(house, alice.id, "egret") == [post]
    async with house.db.write() as conn:
        await delete(conn, alice.id, post)
    assert await _find(house, alice.id, "egret") == []


async def test_words_not_wanted_count_without_any_that_are(house: House, make: Make) -> None:
    alice = await make.account("alice")
    bob = await make.account("bob", indexable=True)
    mine = await _post(house, alice.id, "a heron and an egret")
    other = await _post(house, alice.id, "a heron alone")
    theirs = await _post(house, bob.id, "an egret")
    assert await _find(house, alice.id, "from:me -egret") == [other]
    assert await _find(house, alice.id, "in:library -egret") == [other]
    assert await _find(house, alice.id, "in:public -heron") == [theirs]
    assert await _find(house, alice.id, "-alone heron") == [mine]


async def test_a_post_without_words_is_found_by_its_author(house: House, make: Make) -> None:
    alice = await make.account("alice")
    post = await _post(house, alice.id, "\U0001f984")
    assert await _find(house, alice.id, "from:me") == [post]
    assert await _find(house, alice.id, "from:me unicorn") == []


async def test_the_beginning_of_a_word_finds_it_however_many_begin_so(house: House, make: Make) -> None:
    alice = await make.account("alice")
    posts = [await _post(house, alice.id, f"stone{place}") for place in range(70)]
    assert await _find(house, alice.id, "stone6", limit=40) == [*posts[60:70][::-1], posts[6]]
    assert await _find(house, alice.id, "stones") == []
    # Of too many the shortest.
    found = await _find(house, alice.id, "stone", limit=80)
    assert len(found) == 63
    assert found[-10:] == posts[:10][::-1]


@pytest.mark.parametrize("character", ["語", "ช"])
async def test_one_character_finds_every_pair_it_begins(house: House, make: Make, character: str) -> None:
    alice = await make.account("alice")
    others = [chr((0x4E00 if character == "語" else 0x0E01) + place) for place in range(40)]
    posts = [
        await _post(house, alice.id, f"{character}{other} {place}")
        for place, other in enumerate(others * 2)
    ]
    assert await _find(house, alice.id, character, limit=90) == posts[::-1]
