"""From a name to a socket: resolves once, and connects only to addresses that were checked.

The check is made twice: on what DNS answers, for a clear refusal, and in the factory of sockets, on the
address that is really connected to.  Whatever a library does in between cannot get around the second.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from aiohttp import TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult

from stoa.http_client.addresses import Network, is_opened, permitted
from stoa.http_client.errors import Refused, TooSlow, Unreachable
from stoa.http_client.urls import Location

CONNECT_SECONDS = 5
FAILED_SECONDS = 60
MOST_FAILED = 2048
MOST_CONNECTIONS = 100
MOST_PER_HOST = 4  # federation.md F6.4
IDLE_SECONDS = 15

Resolve = Callable[[str], Awaitable[Sequence[str]]]


def connector(opened: Sequence[Network], resolve: Resolve, ssl: Any) -> TCPConnector:
    """A pool of connections that leads to permitted addresses only."""

    def socket_for(info: Any) -> socket.socket:
        family, kind, protocol, _, target = info
        if not permitted(target[0], target[1], opened):
            raise Refused(str(target[0]), "that address is not one we connect to")
        return socket.socket(family, kind, protocol)

    return TCPConnector(
        resolver=CheckedNames(opened, resolve),
        socket_factory=socket_for,
        ssl=ssl,
        limit=MOST_CONNECTIONS,
        limit_per_host=MOST_PER_HOST,
        keepalive_timeout=IDLE_SECONDS,
        ttl_dns_cache=60,
    )


class Dns:
    """The resolver of this machine, in threads of its own: names of dead servers take long."""

    def __init__(self) -> None:
        """No thread is started yet."""
        self._threads = ThreadPoolExecutor(max_workers=32, thread_name_prefix="dns")

    async def __call__(self, host: str) -> list[str]:
        """The addresses of *host*; raises OSError."""
        loop = asyncio.get_running_loop()
        infos = await loop.run_in_executor(
            self._threads, socket.getaddrinfo, host, None, socket.AF_UNSPEC, socket.SOCK_STREAM
        )
        return list(dict.fromkeys(str(info[4][0]) for info in infos))

    def close(self) -> None:
        """Let go of the threads; those that still wait for an answer end by themselves."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class CheckedNames(AbstractResolver):
    """Names to permitted addresses.  What could not be resolved is not asked for again for a minute."""

    def __init__(self, opened: Sequence[Network], resolve: Resolve) -> None:
        self._opened = opened
        self._resolve = resolve
        self._failed: dict[str, float] = {}

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Raises Refused if no address of *host* is permitted, Unreachable, TooSlow."""
        clock = asyncio.get_running_loop().time
        if self._failed.get(host, 0) > clock():
            raise Unreachable(host, "the name was not found a moment ago")
        try:
            addresses = await asyncio.wait_for(self._resolve(host), CONNECT_SECONDS)
        except (OSError, UnicodeError) as error:
            self._remember_failure(host, clock())
            if isinstance(error, TimeoutError):
                raise TooSlow(host, "the name was not resolved in time") from None
            raise Unreachable(host, "the name is not found") from None
        opened_alone = Location("", "https", host, port).is_inside
        fine = [
            address
            for address in addresses
            if (is_opened if opened_alone else self._permits(port))(address, self._opened)
        ]
        if not fine:
            raise Refused(host, "that name leads to no address that we connect to")
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in fine
        ]

    @staticmethod
    def _permits(port: int) -> Callable[[str, Sequence[Network]], bool]:
        return lambda address, opened: permitted(address, port, opened)

    def _remember_failure(self, host: str, now: float) -> None:
        if len(self._failed) >= MOST_FAILED:
            self._failed.clear()
        self._failed[host] = now + FAILED_SECONDS

    async def close(self) -> None:
        """Nothing to close: Dns belongs to the client."""
