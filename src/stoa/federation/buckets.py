"""How often somebody may do something: a bucket of tokens for each name, in memory, for one process."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

MAX_NAMES = 50_000


class Buckets:
    """For each name, *burst* at once and *rate* in a second from then on."""

    def __init__(self, rate: float, burst: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, name: str) -> float:
        """Take one token of *name*: 0.0, or in how many seconds there will be one again."""
        now = self._clock()
        left, since = self._left.pop(name, (self._burst, now))
        left = min(self._burst, left + (now - since) * self._rate)
        missing = max(0.0, 1.0 - left)
        self._left[name] = (left if missing else left - 1.0, now)
        if len(self._left) > MAX_NAMES:
            # Who was not heard of for longest has a full bucket again, or as good as.
            self._left.popitem(last=False)
        return missing / self._rate
