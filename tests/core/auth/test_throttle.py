"""Counting tries, without counting for ever."""

from __future__ import annotations

import pytest

from stoa import ids
from stoa.core.auth import throttle
from stoa.core.auth.throttle import Throttle, network
from stoa.core.errors import TooMany


def test_so_many_and_no_more_until_the_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000_000_000
    monkeypatch.setattr(ids, "now_ms", lambda: now)
    counter = Throttle(3, 60)
    for _ in range(3):
        counter.use("a")
    with pytest.raises(TooMany):
        counter.use("a")
    counter.use("b")
    now += 59_999
    with pytest.raises(TooMany):
        counter.check("a")
    now += 1
    counter.use("a")


def test_success_starts_the_count_anew() -> None:
    counter = Throttle(1, 60)
    counter.use("a")
    counter.forget("a")
    counter.use("a")


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "MAX_KEYS", 100)
    counter = Throttle(1, 60)
    for number in range(1000):
        counter.count(str(number))
    assert len(counter._counts) == 100


@pytest.mark.parametrize(
    ("ip", "place"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("unknown", "unknown"),
    ],
)
def test_one_household_is_one_place(ip: str, place: str) -> None:
    assert network(ip) == place
