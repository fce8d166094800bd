"""Moments as people write them, in the language that is spoken.  Times are UTC, and say so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from babel.dates import format_date, format_skeleton, format_time, format_timedelta

from stoa.locales.speaking import gettext, locale

_MINUTE_MS = 60_000


def day(ms: int) -> str:
    """`22 November 2026`."""
    return format_date(_date(ms), "long", locale())


def moment(ms: int) -> str:
    """`22 November 2026, 17:42 UTC`."""
    return f"{day(ms)}, {format_time(_date(ms), 'short', locale=locale())} UTC"


def ago(ms: int, now: int) -> str:
    """`now`, `5 min`, `3 h`, `2 d`, then the date: how long before *now*, in as few letters as it takes."""
    minutes = max(0, now - ms) // _MINUTE_MS
    if minutes < 1:
        return gettext("now")
    if minutes < 60:
        return gettext("%(count)d min") % {"count": minutes}
    if minutes < 24 * 60:
        return gettext("%(count)d h") % {"count": minutes // 60}
    if minutes < 7 * 24 * 60:
        return gettext("%(count)d d") % {"count": minutes // (24 * 60)}
    same_year = _date(ms).year == _date(now).year
    return format_skeleton("MMMd" if same_year else "yMMMd", _date(ms), locale=locale())


def stage(ms: int, now: int) -> int:
    """A number; as long as it is the same, `ago` says the same."""
    minutes = max(0, now - ms) // _MINUTE_MS
    if minutes < 60:
        return minutes
    if minutes < 24 * 60:
        return 1_000 + minutes // 60
    days = minutes // (24 * 60)
    return 2_000 + (days if days < 7 else _date(now).year)


def span(ms: int) -> str:
    """`3 months`, `2 years`: how long it was, roughly."""
    return format_timedelta(timedelta(milliseconds=ms), threshold=1.5, locale=locale())


def _date(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)
