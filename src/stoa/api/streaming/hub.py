"""What keeps the lines of this process: takes news in, gives them out in order, looks after the lines.

There is one Hub for a database in a process, made when somebody listens for the first time.  While
nobody does, news cost nothing and no task runs.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

from stoa.api.streaming import fan_out, streams
from stoa.api.streaming.news import News
from stoa.api.streaming.places import Listener, Opener, Places
from stoa.api.streaming.streams import Refused, Stream
from stoa.asgi.live import GOING_AWAY, POLICY, Line, event_part
from stoa.core.auth import scopes as oauth_scopes
from stoa.core.auth import sessions, tokens
from stoa.core.errors import NotFound
from stoa.core.house import House
from stoa.core.timelines import lists
from stoa.db import Connection

log = logging.getLogger("stoa.streaming")

MOST_NEWS = 10_000
"""News that wait; beyond that the oldest are lost, as they are to those who were not there."""
HEARTBEAT_SECONDS = 30.0
TOKENS_SECONDS = 5.0
"""How often it is looked whether the tokens of those who listen still open anything."""
TOKENS_MOST_OFTEN = 1.0  # and how often at most before news are given out

Elsewhere = Callable[[Callable[[Sequence[News]], None]], Coroutine[Any, Any, None]]


class Hub:
    """The lines of one process."""

    def __init__(self, house: House, elsewhere: Elsewhere) -> None:
        self._house = house
        self._elsewhere = elsewhere
        self._places = Places(bounded=house.settings.rate_limits == "on")
        self._news: deque[News] = deque(maxlen=MOST_NEWS)
        self._pump: asyncio.Task[None] | None = None
        self._care: list[asyncio.Task[None]] = []
        self._checked = 0.0
        self._closed = False

    @staticmethod
    def find(memory: Mapping[type, Any]) -> Hub | None:
        """The hub of a database, if somebody has listened yet."""
        return memory.get(Hub)

    @property
    def listeners(self) -> set[Listener]:
        """Everyone who listens."""
        return self._places.listeners

    def told(self, news: Sequence[News]) -> None:
        """Give *news* out soon; returns at once."""
        if not self.listeners:
            return
        self._news.extend(news)
        if self._pump is None:
            self._pump = asyncio.create_task(self._give_out())

    async def _give_out(self) -> None:
        try:
            while self._news:
                async with self._house.db.read() as conn:
                    if time.monotonic() - self._checked > TOKENS_MOST_OFTEN:
                        await self._close_shut(conn)
                    while self._news:
                        await self._give(conn, self._news.popleft())
                        await asyncio.sleep(0)  # SQLite answers without pause
        except Exception:
            log.exception("news cannot be given out")
        finally:
            self._pump = None

    async def _give(self, conn: Connection, news: News) -> None:
        try:
            await fan_out.deliver(conn, self._house, self._places, news)
        except Exception:
            log.exception("%s was not told", news)

    async def settle(self) -> None:
        """Return when all news so far have been given out; for tests."""
        while self._pump is not None:
            await asyncio.shield(self._pump)

    def check_room(self, opener: Opener, address: str) -> None:
        """Raises Refused when there are too many lines already, or no more are taken."""
        if self._closed:
            raise Refused("The server is about to stop", 503)
        self._places.check_room(opener.key, address)

    def open(self, line: Line, opener: Opener, account_id: int, address: str) -> Listener:
        """Somebody is there; `close` when they are gone."""
        listener = Listener(line, opener, account_id, address)
        self._places.add(listener)
        if not self._care:
            self._care = [
                asyncio.create_task(self._look_after()),
                asyncio.create_task(self._elsewhere(self.told)),
            ]
        return listener

    def close(self, listener: Listener) -> None:
        """They are gone."""
        self._places.remove(listener)
        if not self.listeners:
            for task in self._care:
                task.cancel()
            self._care = []
            self._news.clear()

    def close_all(self) -> None:
        """The server is about to stop: everybody is told to come back, nobody is let in any more."""
        self._closed = True
        for listener in list(self.listeners):
            listener.line.end(GOING_AWAY, "The server is about to stop.")

    async def check(self, opener: Opener, account_id: int, stream: Stream) -> None:
        """Raises Refused if *opener* does not open *stream* to *account_id*."""
        if not oauth_scopes.covers(opener.scopes, streams.scope_of(stream.name)):
            raise Refused("Access token does not have the required scopes", 401)
        if stream.name == streams.LIST:
            try:
                async with self._house.db.read() as conn:
                    await lists.get(conn, int(stream.about), account_id)
            except NotFound:
                raise Refused("Not authorized to stream this list", 401) from None

    def subscribe(self, listener: Listener, stream: Stream) -> None:
        """*listener*, whose right to it was checked, hears *stream* from now on.  Raises Refused."""
        self._places.enter(listener, stream)

    def unsubscribe(self, listener: Listener, stream: Stream) -> None:
        """And no longer."""
        self._places.leave(listener, stream)

    async def _look_after(self) -> None:
        thump = event_part(b":thump\n\n")
        next_thump = time.monotonic() + HEARTBEAT_SECONDS
        while True:
            await asyncio.sleep(TOKENS_SECONDS)
            with contextlib.suppress(OSError):
                async with self._house.db.read() as conn:
                    await self._close_shut(conn)
            if time.monotonic() >= next_thump:
                next_thump += HEARTBEAT_SECONDS
                for listener in self.listeners:
                    if not listener.line.is_socket:  # the server itself pings those
                        listener.line.put(thump)

    async def _close_shut(self, conn: Connection) -> None:
        """End the lines whose tokens or sessions were ended, or whose people were kept out."""
        self._checked = time.monotonic()
        keys = {listener.key for listener in self.listeners}
        in_browsers = {key for key in keys if isinstance(key, str)}
        shut = keys - await tokens.still_open(conn, [key for key in keys if isinstance(key, int)])
        if in_browsers:
            shut -= await sessions.still_open(conn, in_browsers)
        for listener in list(self.listeners) if shut else ():
            if listener.key in shut:
                listener.line.end(POLICY, "The access token is no longer valid.")
                self._places.remove(listener)
