"""Lines that stay open: WebSockets and event streams, written to without ever waiting for them.

What is put into a Line goes out in order, as fast as the other side reads.  Whoever lets more than
MOST_BYTES wait is cut off, so that a slow reader costs a bounded amount of memory and nobody's time.
An idle line has no task and no timer of its own.

Where the server lends its transport (`lending`, in the scope of a WebSocket), a message to many is made
into a frame once and handed to each transport; elsewhere it goes through ASGI, socket by socket.
"""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections import deque
from collections.abc import Callable
from typing import NamedTuple, Protocol

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from stoa.asgi.responses import raw_headers

MOST_BYTES = 512 * 1024
GOODBYE_SECONDS = 3.0

# RFC 6455, section 7.4.1.
GOING_AWAY = 1001
UNSUPPORTED = 1003
POLICY = 1008
TOO_BIG = 1009
TRY_AGAIN = 1013


TRANSPORT = "stoa.transport"
"""The extension under which a server lends the transport of a WebSocket, its frames not compressed."""


class Parcel(NamedTuple):
    """A message made once for all lines of a kind; *wire*: as it goes over a lent transport."""

    message: Message
    wire: bytes


def text_frame(text: bytes) -> Parcel:
    """JSON or other UTF-8 for WebSockets."""
    return Parcel({"type": "websocket.send", "text": text.decode()}, _framed(text))


def event_part(part: bytes) -> Parcel:
    """Lines of an event stream, their empty line included."""
    return Parcel({"type": "http.response.body", "body": part, "more_body": True}, part)


def _framed(text: bytes) -> bytes:
    """*text* as one unmasked frame (RFC 6455, section 5.2)."""
    size = len(text)
    if size < 126:
        return struct.pack("!BB", 0x81, size) + text
    if size < 65_536:
        return struct.pack("!BBH", 0x81, 126, size) + text
    return struct.pack("!BBQ", 0x81, 127, size) + text


class Transport(Protocol):
    """What of asyncio's transports is used here."""

    def write(self, data: bytes) -> None: ...

    def get_write_buffer_size(self) -> int: ...

    def is_closing(self) -> bool: ...

    def abort(self) -> None: ...


class Line:
    """One connection.  Made by the task that waits for what the other side says; it ends with it."""

    __slots__ = ("_owner", "_send", "_task", "_transport", "_waiting", "_weight", "ended", "is_socket")

    def __init__(self, send: Send, *, is_socket: bool, transport: Transport | None = None) -> None:
        self.is_socket = is_socket
        self._transport = transport
        self.ended = False
        self._send = send
        self._owner = asyncio.current_task()
        self._waiting: deque[Parcel] = deque()
        self._weight = 0
        self._task: asyncio.Task[None] | None = None

    @property
    def is_busy(self) -> bool:
        """Whether something is still on its way out."""
        return self._task is not None and not self._task.done()

    def put(self, parcel: Parcel) -> None:
        """Send *parcel* when its turn comes; one too many ends the line."""
        if self.ended:
            return
        transport = self._transport
        waiting = self._weight if transport is None else transport.get_write_buffer_size()
        if waiting and waiting + len(parcel.wire) > MOST_BYTES:
            self.end(TRY_AGAIN, "This connection reads too slowly.")
            return
        if transport is not None:
            if not transport.is_closing():
                transport.write(parcel.wire)
            return
        self._waiting.append(parcel)
        self._weight += len(parcel.wire)
        if self._task is None:
            self._task = asyncio.create_task(self._drain())

    def end(self, code: int = GOING_AWAY, reason: str = "") -> None:
        """Nothing more is sent but a goodbye; who does not take that soon is left without."""
        if self.ended:
            return
        self.ended = True
        self._waiting.clear()
        if self._task is not None:
            self._task.cancel()
        self._task = asyncio.create_task(self._say_goodbye(code, reason))

    def release(self) -> None:
        """The other side is gone, or the task that waited for it."""
        self.ended = True
        self._waiting.clear()
        if self._task is not None:
            self._task.cancel()

    async def _drain(self) -> None:
        try:
            while self._waiting:
                parcel = self._waiting.popleft()
                await self._send(parcel.message)
                self._weight -= len(parcel.wire)
        except (OSError, RuntimeError):
            self.ended = True  # gone; whoever waits for its words hears so as well
            self._waiting.clear()
        if not self.ended:
            self._task = None

    async def _say_goodbye(self, code: int, reason: str) -> None:
        goodbye: Message = (
            {"type": "websocket.close", "code": code, "reason": reason}
            if self.is_socket
            else {"type": "http.response.body", "body": b"", "more_body": False}
        )
        with contextlib.suppress(TimeoutError, OSError, RuntimeError):
            async with asyncio.timeout(GOODBYE_SECONDS):
                await self._send(goodbye)
                return
        if self._transport is not None:
            self._transport.abort()
        if self._owner is not None:
            self._owner.cancel()


class EventStream(Response):
    """Server-sent events: *begin* is given the Line when the head is out, and returns what to do when
    it has ended.
    """

    media_type = "text/event-stream; charset=utf-8"

    def __init__(self, begin: Callable[[Line], Callable[[], object]]) -> None:
        self.status_code = 200
        self.background = None
        self._begin = begin
        # Proxies are told not to hold anything back.
        headers = {
            "content-type": self.media_type,
            "cache-control": "no-store",
            "x-accel-buffering": "no",
        }
        self.raw_headers = raw_headers(headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Stay until either side has had enough."""
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        if scope["method"] == "HEAD":
            await send({"type": "http.response.body", "body": b""})
            return
        line = Line(send, is_socket=False)
        finish = self._begin(line)
        try:
            while (await receive())["type"] != "http.disconnect":
                pass
        except asyncio.CancelledError:
            if not line.ended:
                raise
        finally:
            line.release()
            finish()
