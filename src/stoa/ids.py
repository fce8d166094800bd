"""Time-ordered ids and every public address we mint.

An id is `unix milliseconds << 16 | sequence`, as in Mastodon: clients build ids from dates and read
dates from ids (reference/clients.md, ground 6).  Ids of one process strictly grow.
"""

from __future__ import annotations

import os
import secrets
import threading
import time
from datetime import UTC, datetime

_lock = threading.Lock()
# Several processes on one database start their sequences apart, so that they rarely meet; a
# collision is still refused by the primary key.
_sequence = secrets.randbelow(1 << 16) ^ (os.getpid() & 0xFFFF)
_last = 0


def new_id(at_ms: int | None = None) -> int:
    """A fresh id, greater than all this process made before; or one for the time *at_ms* (imports)."""
    global _sequence, _last
    with _lock:
        _sequence = (_sequence + 1) & 0xFFFF
        if at_ms is not None:
            return at_ms << 16 | _sequence
        made = now_ms() << 16 | _sequence
        # Within one millisecond the sequence may wrap, and clocks may step back.
        if made <= _last:
            made = _last + 1
        _last = made
        return made


def now_ms() -> int:
    """Unix time in milliseconds, the unit of every stored time."""
    return time.time_ns() // 1_000_000


def time_of(some_id: int) -> int:
    """The unix milliseconds in which the id was made."""
    return some_id >> 16


def iso(ms: int) -> str:
    """`2026-11-22T17:42:32.123Z`, as the Mastodon API writes times."""
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{ms % 1000:03d}Z"


class Addresses:
    """The public addresses of what lives here.  One place, so that none is spelt twice."""

    def __init__(self, base_url: str) -> None:
        """*base_url* has no trailing slash."""
        self.base = base_url

    def profile(self, username: str) -> str:
        """The page of a local account."""
        return f"{self.base}/@{username}"

    def actor(self, username: str) -> str:
        """The ActivityPub id of a local account."""
        return f"{self.base}/users/{username}"

    def status(self, username: str, status_id: int) -> str:
        """The permalink of a local status."""
        return f"{self.base}/@{username}/{status_id}"

    def note(self, username: str, status_id: int) -> str:
        """The ActivityPub id of a local status."""
        return f"{self.base}/users/{username}/statuses/{status_id}"

    def tag(self, name: str) -> str:
        """The page of a hashtag; *name* without `#`."""
        return f"{self.base}/tags/{name}"

    def media(self, key: str) -> str:
        """A stored file."""
        return f"{self.base}/media/{key}"
