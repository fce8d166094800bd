"""`stoa trends …`."""

from __future__ import annotations

import argparse

import pytest

from stoa.core.errors import NotFound, Unprocessable
from stoa.core.house import House
from stoa.core.statuses import favourite
from stoa.core.trends import refresh, views
from stoa.main import trend_commands
from tests.make import Make


def _of(kind: str, name: str, *, allowed: bool) -> argparse.Namespace:
    return argparse.Namespace(kind=kind, name=name, allowed=allowed)


async def test_trends_are_listed_and_let_in_by_name(house: House, make: Make) -> None:
    people = [await make.account(f"p{n}", discoverable=True) for n in range(6)]
    for person in people[1:]:
        await make.status(person, "#cats")
    post = await make.status(people[0], "look")
    for person in people[1:]:
        async with house.db.write() as conn:
            await favourite.favourite(conn, person.id, post)
    assert await trend_commands.list_all(house, argparse.Namespace()) == (
        [],
        "Nothing is a trend just now.",
    )
    await refresh.refresh(house.db, house.settings.trends)
    data, text = await trend_commands.list_all(house, argparse.Namespace())
    assert [(one["kind"], one["allowed"]) for one in data] == [("tag", None), ("status", None)]
    assert data[1]["id"] == str(post)
    assert "#cats  16.0  waits" in text
    await trend_commands.decide(house, _of("tag", "#Cats", allowed=True))
    await trend_commands.decide(house, _of("account", "@P0@localhost:8000", allowed=True))
    async with house.db.read() as conn:
        assert len(await views.trending_tags(conn, "reviewed", languages=[], limit=9, offset=0)) == 1
        found = await views.trending_statuses(conn, "reviewed", None, languages=[], limit=9, offset=0)
        assert [head.id for head in found] == [post]
    await trend_commands.decide(house, _of("status", str(post), allowed=False))
    data, text = await trend_commands.list_all(house, argparse.Namespace())
    assert [one["allowed"] for one in data] == [True, False]
    assert "not shown" in text


async def test_what_is_not_there_is_said(house: House) -> None:
    for kind, name in (("tag", "nothing"), ("account", "nobody"), ("status", "7")):
        with pytest.raises(NotFound, match="There is no"):
            await trend_commands.decide(house, _of(kind, name, allowed=True))
    with pytest.raises(Unprocessable, match="is no id"):
        await trend_commands.decide(house, _of("status", "https://x.example/", allowed=True))
