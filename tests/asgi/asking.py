"""Asking an App over the ASGI protocol itself, in this process: what a server would hand it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import orjson
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope

from stoa.asgi.errors import HTTPError
from stoa.asgi.peers import Proxies
from stoa.asgi.requests import Request


@dataclass
class Answer:
    status: int
    headers: Headers
    body: bytes
    messages: list[Message] = field(default_factory=list)

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)


def scope_of(
    method: str,
    target: str,
    headers: Iterable[tuple[str, str]] = (),
    client: tuple[str, int] | None = ("127.0.0.1", 4000),
) -> Scope:
    """The scope uvicorn would make of a request line and its headers."""
    path, _, query = target.partition("?")
    return {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers],
        "client": client,
        "server": ("127.0.0.1", 80),
    }


def arriving(chunks: Iterable[bytes], hang_up: bool = False) -> Receive:
    """A body that comes in *chunks*; then the end, or a client that leaves before it."""
    pieces = list(chunks)
    messages: list[Message] = [
        {"type": "http.request", "body": piece, "more_body": True} for piece in pieces
    ]
    if not hang_up:
        messages.append({"type": "http.request", "body": b"", "more_body": False})

    async def receive() -> Message:
        await asyncio.sleep(0)
        if not messages and not hang_up:
            await asyncio.Event().wait()  # the client stays and listens
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    return receive


async def exchange(app: ASGIApp, scope: Scope, receive: Receive) -> Answer:
    messages: list[Message] = []

    async def send(message: Message) -> None:
        messages.append(message)

    await app(scope, receive, send)
    starts = [m for m in messages if m["type"] == "http.response.start"]
    if not starts:
        return Answer(0, Headers(), b"", messages)
    assert len(starts) == 1
    assert messages[0] is starts[0]
    assert not messages[-1].get("more_body", False)
    body = b"".join(m.get("body", b"") for m in messages[1:])
    return Answer(starts[0]["status"], Headers(raw=list(starts[0]["headers"])), body, messages)


def ask(
    app: ASGIApp,
    method: str,
    target: str,
    body: bytes | Iterable[bytes] = b"",
    headers: Iterable[tuple[str, str]] = (),
    client: tuple[str, int] | None = ("127.0.0.1", 4000),
    hang_up: bool = False,
) -> Answer:
    """The answer of *app*; *body* in one piece gets a Content-Length, several come chunked."""
    pieces = [body] if isinstance(body, bytes) else list(body)
    headers = list(headers)
    names = {name.lower() for name, _ in headers}
    if isinstance(body, bytes) and body and "content-length" not in names:
        headers.append(("content-length", str(len(body))))
    scope = scope_of(method, target, headers, client)
    return asyncio.run(exchange(app, scope, arriving([p for p in pieces if p], hang_up)))


def with_request(
    use: Callable[[Request], Awaitable[Any]],
    body: bytes | Iterable[bytes] = b"",
    content_type: str | None = None,
    *,
    target: str = "/",
    headers: Iterable[tuple[str, str]] = (),
    method: str = "POST",
    hang_up: bool = False,
) -> Any:
    """What *use* makes of a request with *body*; its files are removed afterwards, as the App does."""
    pieces = [body] if isinstance(body, bytes) else list(body)
    given = list(headers)
    if content_type is not None:
        given.append(("content-type", content_type))

    async def run() -> Any:
        request = Request(
            scope_of(method, target, given),
            arriving([p for p in pieces if p], hang_up),
            Proxies(),
        )
        try:
            return await use(request)
        finally:
            request.close()

    return asyncio.run(run())


def outcome(call: Callable[..., Any], *args: Any) -> Any:
    """What *call* returns for *args*, or the HTTPError it raises; any other error is a failed test."""
    try:
        return call(*args)
    except HTTPError as error:
        return error


async def read_form(request: Request) -> dict[str, Any]:
    return await request.form()
