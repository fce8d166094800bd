"""Deliveries: HTTP/1.1 POST on connections that are kept, for a fifth of what a whole client costs.

The promises of the package hold here as for GET: names are resolved once, every address is checked
before it is connected to, certificates are verified, nothing is redirected.  An answer is its status and
its headers; its body is left out where it is long, slow, packed or broken.  A connection that was kept
and turns out to be closed is replaced once, before anything of an answer came.
"""

from __future__ import annotations

import asyncio
import ssl
import weakref
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import cast

import httptools

from stoa.http_client.addresses import Network, permitted
from stoa.http_client.connecting import CONNECT_SECONDS, IDLE_SECONDS, MOST_PER_HOST, CheckedNames
from stoa.http_client.errors import BadAnswer, NotFetched, Refused, TooSlow, Unreachable
from stoa.http_client.urls import Location

MOST_IDLE = 256
MOST_BYTES = 64 * 1024
ASIDE_SECONDS = 3.0
ADDRESSES = 3
NAMES_SECONDS = 60.0
MOST_NAMES = 2048

Key = tuple[str, str, int]
Answer = tuple[int, dict[str, str], bytes]


class _Stale(Exception):
    """A kept connection was closed before an answer to this request began."""


class Poster:
    """The connections of one client; `close` ends them."""

    def __init__(self, opened: Sequence[Network], names: CheckedNames, context: ssl.SSLContext) -> None:
        self._opened = opened
        self._names = names
        self._context = context
        self._known: OrderedDict[tuple[str, int], tuple[float, list[str]]] = OrderedDict()
        self._idle: OrderedDict[_Connection, None] = OrderedDict()
        self._by_key: dict[Key, list[_Connection]] = {}
        self._gates: weakref.WeakValueDictionary[Key, asyncio.Semaphore] = weakref.WeakValueDictionary()
        self._open: set[_Connection] = set()

    async def post(self, location: Location, headers: Mapping[str, str], body: bytes) -> Answer:
        """(status, headers with lower-case names, body) of the answer.  Raises NotFetched."""
        key = (location.scheme, location.host, location.port)
        target = location.url[len(location.scheme) + 3 + len(location.authority) :]
        lines = [f"POST {target} HTTP/1.1", *[f"{name}: {value}" for name, value in headers.items()]]
        request = "\r\n".join((*lines, f"Content-Length: {len(body)}", "", "")).encode("ascii") + body
        gate = self._gates.get(key)
        if gate is None:
            gate = self._gates[key] = asyncio.Semaphore(MOST_PER_HOST)
        async with gate:
            kept = self._take(key)
            if kept is not None:
                try:
                    return await self._ask(kept, request)
                except _Stale:
                    pass
            return await self._ask(await self._connect(key, location), request)

    async def close(self) -> None:
        """End all connections, and what is being asked on them."""
        for connection in list(self._open):
            connection.abort()

    async def _ask(self, connection: _Connection, request: bytes) -> Answer:
        try:
            answer = await connection.ask(request)
        except BaseException:
            connection.abort()
            raise
        if connection.is_reusable:
            self._keep(connection)
        else:
            connection.abort()
        return answer

    def _take(self, key: Key) -> _Connection | None:
        there = self._by_key.get(key)
        if not there:
            return None
        connection = there[-1]
        self._forget_idle(connection)
        return connection

    def _keep(self, connection: _Connection) -> None:
        connection.rest()
        self._idle[connection] = None
        self._by_key.setdefault(connection.key, []).append(connection)
        if len(self._idle) > MOST_IDLE:
            next(iter(self._idle)).abort()

    def _forget_idle(self, connection: _Connection) -> None:
        if connection in self._idle:
            del self._idle[connection]
            there = self._by_key[connection.key]
            there.remove(connection)
            if not there:
                del self._by_key[connection.key]

    def lost(self, connection: _Connection) -> None:
        """*connection* is closed."""
        self._open.discard(connection)
        self._forget_idle(connection)

    async def _connect(self, key: Key, location: Location) -> _Connection:
        loop = asyncio.get_running_loop()
        secure = location.scheme == "https"
        failed: NotFetched | None = None
        for address in (await self._addresses(location))[:ADDRESSES]:
            if not permitted(address, location.port, self._opened):
                raise Refused(location.url, "that address is not one we connect to")
            try:
                async with asyncio.timeout(CONNECT_SECONDS * (2 if secure else 1)):
                    _, connection = await loop.create_connection(
                        lambda: _Connection(self, key, location.url),
                        address,
                        location.port,
                        ssl=self._context if secure else None,
                        server_hostname=location.host if secure else None,
                    )
                self._open.add(connection)
                return connection
            except TimeoutError:
                failed = TooSlow(location.url, "no connection was made in time")
            except ssl.SSLError:
                reason = "its certificate is not valid, or it does not speak TLS"
                failed = Unreachable(location.url, reason)
            except OSError as error:
                reason = f"no connection could be made ({type(error).__name__})"
                failed = Unreachable(location.url, reason)
        raise failed or Unreachable(location.url, "the name is not found")

    async def _addresses(self, location: Location) -> list[str]:
        """Where to connect to, IPv4 first: where both exist, the other is more often broken."""
        if location.is_literal:
            return [location.host]
        key, now = (location.host, location.port), asyncio.get_running_loop().time()
        known = self._known.get(key)
        if known is not None and known[0] > now:
            return known[1]
        found = [one["host"] for one in await self._names.resolve(*key)]
        found.sort(key=lambda address: ":" in address)
        self._known[key] = (now + NAMES_SECONDS, found)
        self._known.move_to_end(key)
        if len(self._known) > MOST_NAMES:
            self._known.popitem(last=False)
        return found


class _Connection(asyncio.Protocol):
    """One connection; asked one thing at a time."""

    def __init__(self, poster: Poster, key: Key, url: str) -> None:
        self._poster, self.key, self._url = poster, key, url
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[Answer] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._asked = 0
        self._begin()
        self.is_reusable = True

    def _begin(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._came = 0
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []
        self._status = 0
        self._is_whole = self._is_more = self._keeps = False

    async def ask(self, request: bytes) -> Answer:
        """The answer to *request*, one that has its end in it."""
        self._asked += 1
        if self._transport is None or self._transport.is_closing():
            raise self._closed()
        self._cancel_timer()
        self._begin()
        self.is_reusable = False
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        try:
            return await self._answer
        finally:
            self._answer = None
            self._cancel_timer()

    def _closed(self) -> Exception:
        # One that was kept may have been closed before it saw what was asked; a new one was not.
        if self._asked > 1:
            return _Stale()
        return Unreachable(self._url, "it closed the connection without an answer")

    def rest(self) -> None:
        """Wait to be asked again, for a while."""
        self._timer = asyncio.get_running_loop().call_later(IDLE_SECONDS, self.abort)

    def abort(self) -> None:
        """Close at once."""
        self.is_reusable = False
        self._cancel_timer()
        if self._transport is not None:
            self._transport.abort()
        self._poster.lost(self)

    # What the transport calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It is open."""
        self._transport = cast(asyncio.Transport, transport)  # that of uvloop is none by its class

    def data_received(self, data: bytes) -> None:
        """A part of an answer; from one that was not asked, the end."""
        if self._answer is None or self._answer.done():
            self.abort()
            return
        self._came += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._end(whole=False)
            return
        if self._is_whole:
            self.is_reusable = self._keeps and not self._is_more
            self._end(whole=True)
        elif self._came > MOST_BYTES:
            self._end(whole=False)

    def connection_lost(self, error: Exception | None) -> None:
        """It is closed."""
        self.is_reusable = False
        self._cancel_timer()
        self._poster.lost(self)
        if self._answer is None or self._answer.done():
            return
        if self._came == 0:
            self._answer.set_exception(self._closed())
        else:
            stated = "content-length" in self._headers or "transfer-encoding" in self._headers
            self._end(whole=not stated)

    # What the parser calls.

    def on_message_begin(self) -> None:
        """A second answer to one request makes the connection unfit for another."""
        self._is_more = self._is_whole

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header."""
        if self._is_whole:
            return
        lower, text = name.decode("latin-1").lower(), value.decode("utf-8", "replace")
        self._headers[lower] = f"{self._headers[lower]}, {text}" if lower in self._headers else text

    def on_headers_complete(self) -> None:
        """The status is known; the body has a moment."""
        status = self._parser.get_status_code()
        if self._is_whole:
            return
        if status < 200:
            self._headers = {}
            return
        self._status = status
        self._timer = asyncio.get_running_loop().call_later(ASIDE_SECONDS, self._end)

    def on_body(self, part: bytes) -> None:
        """A part of the body."""
        self._body.append(part)

    def on_message_complete(self) -> None:
        """The answer is whole, if it was not one of those that come before answers."""
        if self._status and not self._is_whole:
            self._is_whole, self._keeps = True, self._parser.should_keep_alive()

    def _end(self, whole: bool = False) -> None:
        """Give what there is: all of the answer, its head alone, or nothing that can be read."""
        self._cancel_timer()
        if not whole:
            self.is_reusable = False
        if self._answer is None or self._answer.done():
            return
        if self._status == 0:
            self._answer.set_exception(BadAnswer(self._url, "the answer cannot be read"))
            return
        packed = self._headers.get("content-encoding", "identity").strip().lower() not in ("", "identity")
        fits = whole and not packed and self._came <= MOST_BYTES
        body = b"".join(self._body) if fits else b""
        self._answer.set_result((self._status, self._headers, body))

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
