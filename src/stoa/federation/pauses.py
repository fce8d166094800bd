"""How long others ask us to wait (RFC 9110, section 10.2.3).  Pure."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parsedate_to_datetime

MOST_MS = 24 * 3600 * 1000


def retry_after(headers: Mapping[str, str], now: int) -> int:
    """The milliseconds that `Retry-After` names, seconds or a date, at most MOST_MS; 0 where it does
    not.
    """
    said = headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return min(int(said[:9]) * 1000, MOST_MS)
    try:
        at = int(parsedate_to_datetime(said).timestamp() * 1000)
    except (ValueError, TypeError, OverflowError):
        return 0
    return max(0, min(at - now, MOST_MS))
