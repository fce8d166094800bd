"""Days and months that figures are asked for, UTC.  Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import msgspec

from stoa.core.errors import Unprocessable

DAY_MS = 86_400_000
DAY_IDS = DAY_MS << 16
"""How far apart ids (`milliseconds << 16 | sequence`) of two days are."""

MOST_DAYS = 366
_EPOCH = date(1970, 1, 1)
_LAST = (date(2200, 1, 1) - _EPOCH).days


class Span(msgspec.Struct, frozen=True):
    """Whole days, counted from 1970: *first* and *last* are both part of it."""

    first: int
    last: int

    @property
    def days(self) -> range:
        """Each of its days."""
        return range(self.first, self.last + 1)

    @property
    def before(self) -> Span:
        """As many days that end where this begins."""
        return Span(self.first - len(self.days), self.first - 1)


def span(start: datetime, end: datetime, *, most: int = MOST_DAYS) -> Span:
    """The days from *start* to *end*.  Raises Unprocessable for none, or for more than *most*."""
    first, last = _day(start), _day(end)
    if first > last:
        raise Unprocessable("end_at is before start_at.")
    if last - first >= most:
        raise Unprocessable(f"Figures are to be had for at most {most} days at once.")
    return Span(first, last)


def _day(moment: datetime) -> int:
    try:
        there = moment.astimezone(UTC) if moment.tzinfo else moment
    except OverflowError:
        raise Unprocessable("There are no figures of that time.") from None
    found = (there.date() - _EPOCH).days
    if not 0 <= found <= _LAST:
        raise Unprocessable("There are no figures of that time.")
    return found


def as_date(day: int) -> date:
    """The date of a day counted from 1970."""
    return _EPOCH + timedelta(days=day)


def month_of(day: int) -> int:
    """The first day of the month that *day* is in."""
    return (as_date(day).replace(day=1) - _EPOCH).days


def next_month(day: int) -> int:
    """The first day of the month after that which begins with *day*."""
    return month_of(day + 31)
