"""How much of a trend something is.  Pure.

The figures are of people, not of posts: one who writes a hashtag twenty times counts once.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from stoa.locales.speaking import accepted

Kind = Literal["tag", "status", "link"]
Subject = Literal["tag", "status", "link", "account"]

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
PEOPLE = 5
"""Fewer than so many are no trend, as in Mastodon."""
LEAST = 0.3
"""A score below this is forgotten."""
HALF_LIFE_MS = 4 * HOUR_MS
KEPT = 100
"""Trends of each kind that are stored."""


class Trend(msgspec.Struct, frozen=True):
    """Something many people use; *language* is None where no one language is meant."""

    subject_id: int
    score: float
    language: str | None = None


class Reviewed(msgspec.Struct, frozen=True):
    """A trend as moderators see it: *allowed* is None where nobody has decided."""

    subject_id: int
    score: float
    language: str | None
    allowed: bool | None


def rise(people: int, usual: float) -> float:
    """How unusual it is that *people* use something in a day that *usual* people use in one.

    0 for what is no trend; else the chi-square distance, as in Mastodon.
    """
    expected = max(usual, 1.0)
    if people < PEOPLE or people <= expected:
        return 0.0
    return (people - expected) ** 2 / expected


def faded(score: float, ms: int) -> float:
    """What is left of *score* after so many milliseconds."""
    return float(score * 0.5 ** (max(ms, 0) / HALF_LIFE_MS))


def best(trends: list[Trend]) -> list[Trend]:
    """Those worth storing, the greatest first."""
    found = [one for one in trends if one.score >= LEAST]
    return sorted(found, key=lambda one: (-one.score, -one.subject_id))[:KEPT]


def read_by(accept_language: str | None) -> list[str]:
    """The languages a browser asks for in its Accept-Language header, at most five; [] without one."""
    codes = (tag.partition("-")[0].lower() for tag in accepted(accept_language))
    return [code for code in codes if code.isascii() and code.isalpha()][:5]
