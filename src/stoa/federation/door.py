"""What the federation door works with, put together once for a process.

The parts that live as long as the process: the keys, what finds things elsewhere, the queue of what
came in and the sender of what goes out.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass

from stoa.core.house import House
from stoa.federation.fetch import Fetcher
from stoa.federation.incoming import Incoming
from stoa.federation.keyring import Keyring
from stoa.federation.own_keys import OwnKeys
from stoa.federation.resolve import Resolver
from stoa.federation.sender import Sender
from stoa.http_client import HttpClient


@dataclass(frozen=True, slots=True)
class Door:
    """The parts.  `run` until `stop`, then `close`."""

    house: House
    http: HttpClient
    own_keys: OwnKeys
    fetcher: Fetcher
    resolver: Resolver
    keyring: Keyring
    incoming: Incoming
    sender: Sender

    async def run(self) -> None:
        """Work off what came in and what goes out, until told to stop."""
        await asyncio.gather(self.incoming.run(), self.sender.run())

    def stop(self) -> None:
        """Finish what is in hand and return from `run`."""
        self.incoming.stop()
        self.sender.stop()

    async def close(self) -> None:
        """Let go of all connections; nothing may be asked afterwards."""
        with contextlib.suppress(asyncio.CancelledError):
            await self.resolver.close()
        await self.http.close()


def open_door(house: House, http: HttpClient) -> Door:
    """The door of *house*, whose way out is *http*.  Starts nothing."""
    own_keys = OwnKeys(house.db, house.addresses)
    fetcher = Fetcher(http, own_keys, house)
    resolver = Resolver(house, fetcher)
    return Door(
        house=house,
        http=http,
        own_keys=own_keys,
        fetcher=fetcher,
        resolver=resolver,
        keyring=Keyring(house, resolver),
        incoming=Incoming(house, resolver, fetcher),
        sender=Sender(house, http, own_keys),
    )
