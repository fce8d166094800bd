"""The way out: sends what waits in `deliveries`."""

from __future__ import annotations

import asyncio

from stoa.core.house import House
from stoa.federation.own_keys import OwnKeys
from stoa.http_client import HttpClient


class Sender:
    """One for a process: `run` until `stop`."""

    def __init__(self, house: House, http: HttpClient, own_keys: OwnKeys) -> None:
        self._stopped = asyncio.Event()

    async def run(self) -> None:
        """Work until told to stop."""
        await self._stopped.wait()

    def stop(self) -> None:
        """Finish what is in hand and return from `run`."""
        self._stopped.set()

    async def drain(self, *, at: int | None = None) -> int:
        """Send everything due (as if it were *at*); how many.  For tests."""
        return 0
