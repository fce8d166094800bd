"""However the posts with a word are looked for, the same are found in the same order."""

from __future__ import annotations

from typing import Any

import pytest

from stoa.core.house import House
from stoa.core.policy.draft import Draft
from stoa.core.search import matching
from stoa.core.search import statuses as search
from stoa.core.search.query import parse
from stoa.core.statuses.publish import publish
from tests.make import Make

POSTS = 60


async def _village(house: House, make: Make) -> tuple[int, dict[str, list[int]]]:
    """A viewer, and the ids of what they find by each word, newest first."""
    alice = await make.account("alice", indexable=True)
    bob = await make.account("bob")
    said: dict[str, list[int]] = {"river": [], "seldom": [], "once": []}
    async with house.db.write() as conn:
        for place in range(POSTS):
            words = ["river"] * (place % 4 != 3) + ["seldom"] * (place % 7 == 0) + ["once"] * (place == 2)
            author = bob.id if place % 3 == 1 else alice.id  # whom nobody else finds
            draft = Draft(account_id=author, text=" ".join(["and", *words]))
            post = await publish(conn, draft, house.settings, house.addresses)
            for word in words:
                if author == alice.id:
                    said[word].insert(0, post)
    carol = await make.account("carol")
    return carol.id, said


async def _find(house: House, viewer: int, words: str, **options: Any) -> list[int]:
    async with house.db.read(long=True) as conn:
        return await search.find(
            conn, parse(words), viewer_id=viewer, local_domain=house.settings.domain, **options
        )


@pytest.mark.parametrize(("stretch", "gathered", "among"), [(500, 1000, 2000), (1, 1, 1), (7, 3, 4)])
async def test_pages_are_whole_and_newest_first(
    house: House, make: Make, monkeypatch: pytest.MonkeyPatch, stretch: int, gathered: int, among: int
) -> None:
    monkeypatch.setattr(matching, "STRETCH", stretch)
    monkeypatch.setattr(matching, "GATHERED", gathered)
    monkeypatch.setattr(search, "MAX_AMONG", among)
    viewer, said = await _village(house, make)
    for word, posts in said.items():
        assert await _find(house, viewer, word, limit=POSTS) == posts, word
        assert await _find(house, viewer, f"from:alice {word}", limit=POSTS) == posts, word
        assert await _find(house, viewer, word, limit=3, offset=2) == posts[2:5], word
        by_two: list[int] = []
        while page := await _find(house, viewer, word, limit=2, max_id=by_two[-1] if by_two else None):
            by_two += page
        assert by_two == posts, word
        middle = posts[len(posts) // 2]
        newer = [one for one in posts if one > middle]
        assert await _find(house, viewer, word, limit=POSTS, min_id=middle) == newer, word
    assert await _find(house, viewer, "river -seldom", limit=POSTS) == [
        one for one in said["river"] if one not in said["seldom"]
    ]
    assert await _find(house, viewer, "bob") == []


async def test_what_is_common_is_found_among_the_newest_and_what_is_rare_by_the_index(
    house: House, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matching, "STRETCH", 20)
    monkeypatch.setattr(matching, "USUAL", 3)
    viewer, said = await _village(house, make)
    asked = {}
    for word in ("river", "once"):
        before = house.db.statements
        assert await _find(house, viewer, f'"{word}"', limit=5) == said[word][:5]
        asked[word] = house.db.statements - before
    # One stretch and what of it is found; one stretch, how many posts there are, the index, what is found.
    assert asked == ({"river": 1, "once": 1} if house.db.dialect == "sqlite" else {"river": 2, "once": 4})
