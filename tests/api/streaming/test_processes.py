"""Several processes on one database: what another writes is heard here."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from stoa import settings as stoa_settings
from stoa.api.streaming import news, tell
from stoa.core import events
from stoa.core.house import House
from stoa.main import assemble
from tests.api.streaming.listening import listening
from tests.federation.elsewhere import Elsewhere
from tests.make import Make

pytestmark = pytest.mark.anyio

PATIENCE_SECONDS = 10.0


async def test_what_another_process_writes_is_heard(
    house: House, make: Make, database_url: str, tmp_path: Path
) -> None:
    if not database_url.startswith("postgresql"):
        # SQLite tells nobody; that a silent line costs nothing is all there is to see.
        assert await house.db.listen("stoa_news", lambda _: None) is None  # type: ignore[func-returns-value]
        return
    alice = await make.account("alice")
    settings = stoa_settings.load(data=tmp_path / "other", environ={"STOA_DATABASE_URL": database_url})
    async with (
        assemble(settings, way_out=Elsewhere) as other,
        listening(house, alice.token, "user") as ear,
        asyncio.timeout(PATIENCE_SECONDS),
    ):
        # That it listens is seen by what it hears, and by nothing else.
        while not ear.messages:
            async with other.house.db.write() as conn:
                await events.record(conn, events.FiltersChanged(alice.id))
            await asyncio.sleep(0.05)
        post = await Make(other.house).status(alice, "From next door")
        found: list[tuple[str, str, str]] = []
        while not found:
            await asyncio.sleep(0.02)
            said = await ear.heard()
            found = [(stream[0], event, payload["id"]) for stream, event, payload in said if payload]
        assert found == [("user", "update", str(post))]


async def test_a_process_does_not_hear_itself_twice(house: House, make: Make) -> None:
    alice = await make.account("alice")
    async with listening(house, alice.token, "user") as ear:
        post = await make.status(alice, "Once")
        assert await ear.ids() == [("user", "update", str(post))]
        said: list[news.News] = [news.StatusNews(post, "update")]
        for letter in tell.letters(said, tell._origin(house.db.memory)):
            assert tell.heard(letter, house.db.memory) == []
        for letter in tell.letters(said, "another"):
            assert tell.heard(letter, house.db.memory) == said


def test_letters_hold_all_news_and_none_is_too_long() -> None:
    many = [
        *news.of(events.Notified(tuple((10**17 + one, 10**17 + one) for one in range(1000)))),
        *news.of(
            events.StatusDeleted(
                status_id=10**17, account_id=1, uri="", local=True, reblog_of_id=None, visibility="public",
                timelines=tuple(10**17 + one for one in range(5000)), tags=("harbour",), has_media=True,
            )
        ),
        *[one for number in range(300) for one in news.of(events.StatusEdited(10**17 + number))],
    ]  # fmt: skip
    letters = list(tell.letters(many, "this one"))
    assert all(len(letter.encode()) < 8000 for letter in letters)
    read = [one for letter in letters for one in tell._read(letter).news]
    assert read == many
    gone = [one for one in read if isinstance(one, news.Gone)]
    assert sorted(owner for one in gone for owner in one.timelines) == [10**17 + one for one in range(5000)]
    assert [one.in_public for one in gone] == [True, *[False] * (len(gone) - 1)]


def test_a_letter_of_another_kind_is_an_error_of_value() -> None:
    for letter in ("", "{}", '["x",[{"type":"dance"}]]', '["x"'):
        with pytest.raises(ValueError, match=r"."):
            tell.heard(letter, {})
