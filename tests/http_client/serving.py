"""Servers of one test: real sockets on loopback, answers as bytes, and a DNS of our own."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from stoa import settings as stoa_settings
from stoa.http_client import HttpClient


@dataclass
class Asked:
    """A request as it came: the request line, headers with lower-case names, the body."""

    line: str
    headers: dict[str, str]
    body: bytes


Answer = bytes | Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Server:
    """Where it listens, and what it was asked."""

    host: str
    port: int
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    most_at_once: int = 0
    at_once: int = 0


def answer(status: int = 200, body: bytes = b"", **headers: str) -> bytes:
    """A whole answer; `_` in names of headers stands for `-`."""
    given = {"content-length": str(len(body))} | {n.replace("_", "-"): v for n, v in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in given.items() if value)
    return f"HTTP/1.1 {status} Said\r\n{head}\r\n".encode("utf-8", "surrogateescape") + body


@contextlib.asynccontextmanager
async def serve(
    respond: Callable[[Asked], Answer], *, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> AsyncIterator[Server]:
    """A server that answers each request with what *respond* returns."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                line, *rest = head.strip().split("\r\n")
                headers = {n.lower(): v.strip() for n, _, v in (one.partition(":") for one in rest)}
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                asked = Asked(line, headers, body)
                server.asked.append(asked)
                said = respond(asked)
                if not isinstance(said, bytes):
                    return await said(writer)
                writer.write(said)
                await writer.drain()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server.connections += 1
        server.at_once += 1
        server.most_at_once = max(server.most_at_once, server.at_once)
        talking = asyncio.create_task(talk(reader, writer))
        open_ones[talking] = writer
        await asyncio.wait([talking])
        server.at_once -= 1
        writer.close()
        del open_ones[talking]
        if not open_ones:
            all_closed.set()

    all_closed = asyncio.Event()
    open_ones: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
    listening = await asyncio.start_server(connected, host, 0, ssl=tls)
    server = Server(host, listening.sockets[0].getsockname()[1])
    try:
        yield server
    finally:
        listening.close()
        for talking, writer in list(open_ones.items()):
            talking.cancel()
            writer.transport.abort()
        if open_ones:
            all_closed.clear()
            await all_closed.wait()


class FakeDns:
    """Names and what they lead to: a list for each time somebody asks (the last one stays)."""

    def __init__(self, **names: list[list[str]]) -> None:
        self.names = {name.replace("_", "."): answers for name, answers in names.items()}
        self.asked: list[str] = []

    async def __call__(self, host: str) -> list[str]:
        self.asked.append(host)
        answers = self.names.get(host)
        if answers is None:
            raise OSError("no such name")
        return answers.pop(0) if len(answers) > 1 else answers[0]


def client(
    folder: Path, dns: FakeDns | None = None, tls: ssl.SSLContext | None = None, **settings: str
) -> HttpClient:
    """A client for `https://stoa.example`, open for nothing but what *settings* say."""
    environ = {"STOA_BASE_URL": "https://stoa.example"} | {
        f"STOA_{n.upper()}": v for n, v in settings.items()
    }
    return HttpClient(
        stoa_settings.load(data=folder, environ=environ), resolve=dns or FakeDns(), ssl_context=tls
    )


OPEN = {"allow_networks": "127.0.0.1/32", "insecure_http": "on"}


@contextlib.asynccontextmanager
async def opened(
    folder: Path, dns: FakeDns | None = None, tls: ssl.SSLContext | None = None, **settings: str
) -> AsyncIterator[HttpClient]:
    """A client that may go to 127.0.0.1 by plain http, closed in the end."""
    made = client(folder, dns or FakeDns(there_example=[["127.0.0.1"]]), tls, **(OPEN | settings))
    try:
        yield made
    finally:
        await made.close()
