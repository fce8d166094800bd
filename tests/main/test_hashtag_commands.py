"""`stoa hashtags …`."""

from __future__ import annotations

import argparse

import pytest

from stoa.core.errors import NotFound
from stoa.core.house import House
from stoa.main import hashtag_commands
from tests.client import Client
from tests.make import Make


def _of(name: str, *, usable: bool) -> argparse.Namespace:
    return argparse.Namespace(name=name, usable=usable)


async def test_a_forbidden_hashtag_is_not_used_here(house: House, make: Make, client: Client) -> None:
    alice = await make.account("alice")
    kept = await make.status(alice, "#Cats, before")
    data, words = await hashtag_commands.allow(house, _of("#Cats", usable=False))
    assert (data, words[:5]) == ({"name": "Cats", "usable": False}, "#Cats")
    everything = argparse.Namespace()
    assert await hashtag_commands.list_forbidden(house, everything) == (["Cats"], "#Cats")
    for text, status in (
        ("Look, #CATS and #dogs", 422), ("cats `#cats` example.org/#cats", 200), ("#catsanddogs", 200),
    ):  # fmt: skip
        answer = await client.post(
            "/api/v1/statuses",
            token=alice.token, json={"status": text, "content_type": "text/markdown"},
        )  # fmt: skip
        assert answer.status == status, text
        if status == 422:
            assert "not allowed here: #Cats" in answer.json["error"]
    # What was written before, and what others write, is read as ever.
    carol = await make.remote("carol@there.example")
    await make.status(carol, uri="https://there.example/1", content="<p>Cats</p>", tags=("cats",))
    found = (await client.get("/api/v1/timelines/tag/cats", token=alice.token)).ok()
    assert {one["id"] for one in found} > {str(kept)}
    await hashtag_commands.allow(house, _of("cats", usable=True))
    assert await hashtag_commands.list_forbidden(house, everything) == ([], "Every hashtag may be used.")
    assert (
        await client.post("/api/v1/statuses", token=alice.token, json={"status": "#cats"})
    ).status == 200


async def test_what_is_no_hashtag_is_not_forbidden(house: House) -> None:
    for name in ("", "#", "two words", "a" * 300, "123"):
        with pytest.raises(NotFound):
            await hashtag_commands.allow(house, _of(name, usable=False))
