"""Posts of others in several languages: each is read with care, and hostile shapes cost them only that."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from stoa import ids
from stoa.db.tables import author_translations
from tests.federation.elsewhere import Actor, Document
from tests.federation.receive.conftest import World


@pytest.fixture
async def carol(world: World) -> Actor:
    await world.follows(
        await world.make.account("alice"), carol := world.elsewhere.actor("carol@there.example")
    )
    return carol


async def kept(world: World) -> dict[str, tuple[str | None, str, str]]:
    """language → title, warning, words; of the one post that there is."""
    table = author_translations.c
    rows = await world.all(
        select(table.language, table.title, table.spoiler_text, table.content).order_by(table.language)
    )
    return {row.language: tuple(row)[1:] for row in rows}


def essay(carol: Actor, **said: Any) -> Document:
    return carol.note(
        **{
            "type": "Article", "name": "A day", "content": "<p>Good morning.</p>",
            "contentMap": {
                "en": "<p>Good morning.</p>",
                "de": "<p onclick='x()'>Guten Morgen.<script>1</script></p>",
                "pt-BR": "<p>Bom dia.</p>",
            },
            "nameMap": {"en": "A day", "de": "Ein Tag"},
            "published": ids.iso(ids.now_ms() - 60_000),
            **said,
        }
    )  # fmt: skip


async def test_what_others_say_in_several_languages_is_kept_and_follows_their_edits(
    world: World, carol: Actor
) -> None:
    note = essay(carol, language="en")
    await world.tell(carol, carol.activity("Create", note))
    post = await world.post(note["id"])
    assert post is not None
    assert (post.language, post.title, post.content) == ("en", "A day", "<p>Good morning.</p>")
    assert await kept(world) == {
        "de": ("Ein Tag", "", "<p>Guten Morgen.</p>"),
        "pt-BR": (None, "", "<p>Bom dia.</p>"),
    }
    only = {"en": "<p>Good morning.</p>", "de": "<p>Moin.</p>"}
    edited = {**note, "updated": ids.iso(ids.now_ms()), "contentMap": only}
    await world.tell(carol, carol.activity("Update", edited))
    assert await kept(world) == {"de": ("Ein Tag", "", "<p>Moin.</p>")}


async def test_a_warning_is_translated_only_where_the_post_has_one(world: World, carol: Actor) -> None:
    maps = {"summary": "Sun", "summaryMap": {"en": "Sun", "de": "Sonne &amp; <b>Licht</b>"}}
    await world.tell(carol, carol.activity("Create", essay(carol, sensitive=True, type="Note", **maps)))
    assert (await kept(world))["de"][1] == "Sonne & Licht"


@pytest.mark.parametrize(
    "said",
    [
        {},
        [],
        "de",
        {"en": "<p>Good morning.</p>"},
        {"en": "<p>Good morning.</p>", "en-GB": "<p>Top of the morning.</p>"},
        {"en": "<p>Good morning.</p>", "de": "<p>Good morning.</p>"},
        {"en": "<p>Good morning.</p>", "de": None, "fr": 7, "es": [], "it": {}, "pt": "   "},
        {"en": "<p>Good morning.</p>", "<script>": "<p>x</p>", "": "<p>x</p>", "x" * 5_000: "<p>x</p>"},
        {"en": "<p>Good morning.</p>", "de": "<script>x</script>", "fr": "<p></p>\x00"},
    ],
)
async def test_what_is_no_translation_costs_a_post_nothing_else(
    world: World, carol: Actor, said: Any
) -> None:
    note = essay(carol, contentMap=said, nameMap=said, summaryMap=said, language="en")
    await world.tell(carol, carol.activity("Create", note))
    post = await world.post(note["id"])
    assert post is not None
    assert post.content == "<p>Good morning.</p>"
    assert set(await kept(world)) <= {"fr"}


async def test_there_are_twenty_at_most(world: World, carol: Actor) -> None:
    codes = [f"{a}{b}" for a in "abcdefghijklm" for b in "abcdefghijklm"]
    said = {"en": "<p>Good morning.</p>"} | {code: f"<p>{code}</p>" for code in codes}
    note = essay(carol, contentMap=said)
    await world.tell(carol, carol.activity("Create", note))
    assert await world.post(note["id"]) is not None
    assert len(await kept(world)) <= 20
