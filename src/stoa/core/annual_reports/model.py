"""A year as values, and what can be said of it.  Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

SCHEMA_VERSION = 2
OPENS = (12, 10)
"""Month and day from which a year can be looked back on."""
LEAST_POSTS = 5
FIRST_YEAR = 2016
# Who writes less in a year than people do on average is said to read.
AVERAGE_POSTS = 113

State = Literal["available", "generating", "eligible", "ineligible"]
Archetype = Literal["lurker", "booster", "pollster", "replier", "oracle"]


class Report(msgspec.Struct, frozen=True):
    """A report as stored; *data* is None while it is being made."""

    account_id: int
    year: int
    data: dict[str, Any] | None
    schema_version: int
    share_key: str


class Asked(msgspec.Struct, frozen=True):
    """Where the report of a year stands, and its id where it was asked for."""

    state: State
    report_id: int | None = None


def span(year: int) -> tuple[int, int]:
    """The first millisecond of *year* (UTC), and of the one after."""
    return _start(year, 1), _start(year + 1, 1)


def months(year: int) -> list[tuple[int, int]]:
    """The same of its months."""
    starts = [_start(year, month) for month in range(1, 13)]
    return list(zip(starts, [*starts[1:], _start(year + 1, 1)], strict=True))


def is_over(year: int, now: int) -> bool:
    """Whether *year* can be looked back on at *now*: from OPENS of it on."""
    if not FIRST_YEAR <= year <= 9998:
        return False
    return now >= int(datetime(year, *OPENS, tzinfo=UTC).timestamp() * 1000)


def campaign(now: int) -> int | None:
    """The year that is looked back on at *now*, while it is not yet over; None before that."""
    year = datetime.fromtimestamp(now / 1000, UTC).year
    return year if is_over(year, now) else None


def newest(now: int) -> int:
    """The last year that can be looked back on at *now*."""
    return campaign(now) or datetime.fromtimestamp(now / 1000, UTC).year - 1


def archetype(posts: int, replies: int, boosts: int, polls: int) -> Archetype:
    """How somebody used the year, as coarsely as Mastodon says it (AnnualReport, 4.3): by *posts* that
    answer nobody, *polls* among them, *replies* to others, and *boosts*.
    """
    if posts + replies + boosts < AVERAGE_POSTS:
        return "lurker"
    if boosts > 2 * posts:
        return "booster"
    if polls > posts / 10:
        return "pollster"
    return "replier" if replies > 2 * posts else "oracle"


def _start(year: int, month: int) -> int:
    return int(datetime(year, month, 1, tzinfo=UTC).timestamp() * 1000)
