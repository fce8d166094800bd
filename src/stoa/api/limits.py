"""How often the API may be asked: windows of a fixed length, counted in memory (api/rate-limits).

300 calls in five minutes for each token, and for each address that sends none or a wrong one; 30 uploads
and 30 deletions, and 60 translations, in half an hour for each account.  An IPv6 household is one address.
Every answer says what is left of the narrowest window that it counted in.
"""

from __future__ import annotations

import time
from typing import NamedTuple

from stoa.asgi.errors import HTTPError
from stoa.asgi.requests import Request
from stoa.core.auth.throttle import network
from stoa.core.auth.tokens import Token
from stoa.ids import iso

MAX_KEYS = 50_000

Headers = list[tuple[bytes, bytes]]


class Window:
    """At most *times* in each stretch of *seconds*, for each key.

    Counts are forgotten with the stretch they belong to, and when more than MAX_KEYS would be kept.
    """

    def __init__(self, times: int, seconds: int) -> None:
        self.times = times
        self.seconds = seconds
        self._stretch = 0
        self._ends = b""
        self._counts: dict[str | int, int] = {}

    def use(self, key: str | int, now: float) -> tuple[int, bytes]:
        """How many times are left (below zero: too often), and when the stretch ends, in ISO 8601."""
        stretch = int(now // self.seconds)
        if stretch != self._stretch:
            self._stretch = stretch
            self._ends = iso((stretch + 1) * self.seconds * 1000).encode()
            self._counts.clear()
        elif len(self._counts) >= MAX_KEYS and key not in self._counts:
            self._counts.clear()
        count = self._counts.get(key, 0) + 1
        self._counts[key] = count
        return self.times - count, self._ends

    def seconds_left(self, now: float) -> int:
        """Until the next stretch, at least one."""
        return max(1, round((self._stretch + 1) * self.seconds - now))


class Narrow(NamedTuple):
    """What some routes count besides: which, and for how long."""

    name: str
    times: int
    seconds: int


_UPLOADS = Narrow("uploads", 30, 30 * 60)
_DELETIONS = Narrow("deletions", 30, 30 * 60)
_TRANSLATIONS = Narrow("translations", 60, 30 * 60)
NARROW = {
    ("POST", "/api/v1/statuses/{id}/translate"): _TRANSLATIONS,
    ("POST", "/api/v1/media"): _UPLOADS,
    ("POST", "/api/v2/media"): _UPLOADS,
    ("DELETE", "/api/v1/statuses/{id}"): _DELETIONS,
    ("POST", "/api/v1/statuses/{id}/unreblog"): _DELETIONS,
}


class Limits:
    """Those of one house, in one process."""

    def __init__(self) -> None:
        self._tokens = Window(300, 5 * 60)
        self._addresses = Window(300, 5 * 60)
        self._narrow = {one.name: Window(one.times, one.seconds) for one in NARROW.values()}

    def use(self, request: Request, token: Token | None, narrow: Narrow | None) -> None:
        """Count one call, and say in its answer what is left.  Raises HTTPError 429."""
        now = time.time()
        if token is None:
            self._count(request, self._addresses, network(request.client_ip), now)
            return
        self._count(request, self._tokens, token.id, now)
        if narrow is not None and token.account_id is not None:
            self._count(request, self._narrow[narrow.name], token.account_id, now)

    @staticmethod
    def _count(request: Request, window: Window, key: str | int, now: float) -> None:
        left, ends = window.use(key, now)
        request.answer_headers = [
            (b"x-ratelimit-limit", b"%d" % window.times),
            (b"x-ratelimit-remaining", b"%d" % max(0, left)),
            (b"x-ratelimit-reset", ends),
        ]
        if left < 0:
            raise HTTPError(
                429, "Too many requests", headers={"retry-after": str(window.seconds_left(now))}
            )
