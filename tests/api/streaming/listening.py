"""Somebody who listens: a WebSocket or an event stream spoken to the application without a socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

from starlette.types import Message

from stoa.api.streaming.hub import Hub
from stoa.core.house import House
from stoa.main import application

BASE = "/api/v1/streaming"


class Refusal(Exception):
    """The connection was not taken: an answer of HTTP instead."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(f"{status} {body.decode()}")
        self.status = status
        self.error = json.loads(body)["error"] if body.startswith(b"{") else ""  # pages are told by a page


class Ear:
    """What one connection has been sent so far."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._incoming: asyncio.Queue[Message] = asyncio.Queue()
        self._listens = asyncio.Event()  # all that was said has been obeyed, and more is waited for
        self.opened = asyncio.Event()
        self.closed: tuple[int, str] | None = None
        self.subprotocol: str | None = None
        self.messages: list[Any] = []
        self.parts = b""
        self.status = 0
        self.headers: dict[str, str] = {}
        self.reads = asyncio.Event()
        self.reads.set()

    async def receive(self) -> Message:
        self._listens.set()
        message = await self._incoming.get()
        self._listens.clear()
        return message

    async def send(self, message: Message) -> None:
        await self.reads.wait()
        match message["type"]:
            case "websocket.accept":
                self.subprotocol = message.get("subprotocol")
                self.opened.set()
            case "websocket.send":
                self.messages.append(json.loads(message["text"]))
            case "websocket.close":
                self.closed = (message["code"], message["reason"])
                self._incoming.put_nowait({"type": "websocket.disconnect", "code": message["code"]})
            case "websocket.http.response.start" | "http.response.start":
                self.status = message["status"]
                self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
                if self.status == 200:
                    self.opened.set()
            case "websocket.http.response.body" | "http.response.body":
                self.parts += message["body"]
                if message["type"] == "http.response.body" and not message.get("more_body"):
                    self._incoming.put_nowait({"type": "http.disconnect"})

    def hear(self, message: Message) -> None:
        """The server hears *message*."""
        self._incoming.put_nowait(message)

    async def say(self, **words: Any) -> None:
        """Send JSON, and wait until it has been obeyed."""
        await self.say_raw(json.dumps(words))

    async def say_raw(self, text: str) -> None:
        self.hear({"type": "websocket.receive", "text": text})
        await self.settle()

    async def heard(self) -> list[tuple[Any, ...]]:
        """(stream, event, payload) of each message so far, payload without its string; then forgotten."""
        await quiet(self._house)
        found = [(tuple(m["stream"]), m["event"], _plain(m.get("payload"))) for m in self.messages]
        self.messages.clear()
        return found

    async def settle(self) -> None:
        """All that was said has been heard, on either side."""
        while not self._incoming.empty():  # noqa: ASYNC110  the application has no event for it
            await asyncio.sleep(0)
        if self.closed is None:
            await self._listens.wait()
        await quiet(self._house)

    async def raw(self) -> list[Any]:
        """The messages so far as they are; then forgotten."""
        await quiet(self._house)
        found = list(self.messages)
        self.messages.clear()
        return found

    async def ids(self) -> list[tuple[str, str, str]]:
        """(stream, event, id) of each message so far."""
        return [
            (stream[0], event, payload if isinstance(payload, str) else payload["id"])
            for stream, event, payload in await self.heard()
        ]

    async def sse(self) -> list[tuple[str, str]]:
        """(event, data) of the event stream so far; then forgotten."""
        await quiet(self._house)
        found = []
        for block in self.parts.decode().split("\n\n"):
            lines = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line)
            if lines:
                found.append((lines["event"], lines["data"]))
        self.parts = b""
        return found


def _plain(payload: str | None) -> Any:
    if payload is None or payload.isdigit():
        return payload
    return json.loads(payload)


def hub(house: House) -> Hub:
    """The hub; somebody has listened before."""
    found = Hub.find(house.db.memory)
    assert found is not None
    return found


async def quiet(house: House) -> None:
    """All news are out, and in everybody's ears."""
    there = Hub.find(house.db.memory)
    if there is None:
        return
    for _ in range(5):
        await asyncio.sleep(0)
    await there.settle()
    while any(one.line.is_busy for one in there.listeners):  # noqa: ASYNC110  likewise
        await asyncio.sleep(0)


@asynccontextmanager
async def listening(
    house: House,
    token: str | None,
    *names: str,
    path: str = BASE,
    kind: str = "websocket",
    headers: dict[str, str] | None = None,
    subprotocols: list[str] | None = None,
    ip: str = "127.0.0.1",
    query: dict[str, str] | None = None,
) -> AsyncIterator[Ear]:
    """A connection with the first of *names* in its address, and the others subscribed to.

    Raises Refusal where the server does not take it.
    """
    ear = Ear(house)
    sent, asked = dict(headers or {}), dict(query or {})
    if token:
        sent["authorization"] = f"Bearer {token}"
    if names and kind == "websocket":
        asked["stream"] = names[0]
    scope = {
        "type": kind, "asgi": {"version": "3.0"}, "http_version": "1.1",
        "scheme": "ws" if kind == "websocket" else "http", "path": path, "raw_path": path.encode(),
        "query_string": urlencode(asked).encode(), "subprotocols": subprotocols or [],
        "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
        "client": (ip, 40000), "server": ("127.0.0.1", 8000),
        "extensions": {"websocket.http.response": {}},
    }  # fmt: skip
    if kind == "http":
        scope["method"] = "GET"
        ear.hear({"type": "http.request", "body": b"", "more_body": False})
    else:
        ear.hear({"type": "websocket.connect"})
    running = asyncio.create_task(application(house)(scope, ear.receive, ear.send))
    opened = asyncio.create_task(ear.opened.wait())
    await asyncio.wait([running, opened], return_when=asyncio.FIRST_COMPLETED)
    try:
        if not ear.opened.is_set():
            opened.cancel()
            await running
            raise Refusal(ear.status, ear.parts)
        for name in names[1:]:
            await ear.say(type="subscribe", stream=name)
        await quiet(house)
        yield ear
    finally:
        if not running.done():
            gone = "websocket.disconnect" if kind == "websocket" else "http.disconnect"
            ear.hear({"type": gone, "code": 1000})
            await asyncio.wait_for(running, 5)
