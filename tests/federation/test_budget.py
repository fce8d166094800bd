"""One cause has us fetch so much, and no more (CVE-2022-46405)."""

from __future__ import annotations

import asyncio

import pytest

from stoa import ids
from stoa.federation import budget
from stoa.federation.missing import NotResolved

pytestmark = pytest.mark.anyio


async def test_what_is_fetched_on_the_way_is_of_one_budget() -> None:
    async def deeper() -> None:
        with budget.spending() as left:
            left.spend_post("https://there.example/1")

    with budget.spending(budget.Budget(posts=2)) as left:
        await deeper()
        await asyncio.create_task(deeper())
        with pytest.raises(NotResolved) as refused:
            left.spend_post("https://there.example/2")
    assert not refused.value.final
    await deeper()  # another cause


async def test_strangers_are_counted_apart_from_posts() -> None:
    left = budget.Budget(actors=1, posts=0)
    left.spend_actor("https://there.example/a")
    with pytest.raises(NotResolved):
        left.spend_actor("https://there.example/b")


async def test_a_name_brings_ten_new_servers_at_once_and_more_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = ids.now_ms()
    monkeypatch.setattr(ids, "now_ms", lambda: now)
    met = budget.Subdomains()
    for number in range(budget.MAX_SUBDOMAINS):
        met.meet(f"s{number}.evil.example")
        met.meet(f"s{number}.evil.example")
    with pytest.raises(NotResolved):
        met.meet("one-more.evil.example")
    met.meet("evil.example")
    met.meet("there.example")
    now += budget.WINDOW_MS
    met.meet("one-more.evil.example")


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("there.example", "there.example"),
        ("social.there.example", "there.example"),
        ("a.b.c.there.example:8443", "there.example"),
        ("a.there.co.uk", "there.co.uk"),
        ("there.co.uk", "there.co.uk"),
        ("a.b.there.com.br", "there.com.br"),
        ("127.0.0.1:8001", "127.0.0.1"),
        ("[::1]:80", "[::1]:80"),
        ("localhost", "localhost"),
    ],
)
def test_the_registered_name_of_a_host(host: str, name: str) -> None:
    assert budget.registrable(host) == name
