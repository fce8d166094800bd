"""`python -m bench.streaming`: one public post to many WebSockets, and what each of them costs.

A real server, 2,000 sockets of as many people on the public stream of this server; a quarter of them
follow the author and listen to their homes as well.  Measured are the time from the moment the post is
sent until it is in every socket, and resident memory before and with them.  The line goes to
bench/results.md.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import os
import statistics
import tempfile
import time
from pathlib import Path

from bench import load
from bench.__main__ import RESULTS, free_port
from bench.process import Process
from stoa import settings as stoa_settings
from stoa.core.accounts import store as accounts
from stoa.core.auth import store as users
from stoa.core.auth import tokens
from stoa.core.relationships import follow
from stoa.db import migrate
from stoa.main import assemble

SOCKETS = 2000
POSTS = 12
TEXT = "The water is at two metres forty this morning, and nobody who reads the gauge seems to mind. " * 6


def people(folder: Path, environ: dict[str, str], count: int) -> tuple[str, list[str]]:
    """The author's token, and one for each who listens."""
    settings = stoa_settings.load(data=folder, environ=environ)
    migrate.bring_up_to_date(settings.database_url)

    async def run() -> tuple[str, list[str]]:
        async with assemble(settings) as assembled, assembled.house.db.write() as conn:
            made = []
            author = 0
            for place in range(count + 1):
                name = f"listener{place}" if place else "author"
                account_id = await accounts.add_local(conn, name, assembled.house.addresses)
                await users.add(
                    conn, account_id=account_id, email=f"{name}@mail.example", password_hash="-",
                    approved=True, confirmed=True,
                )  # fmt: skip
                author = author or account_id
                if place % 4 == 1:
                    await follow.follow(conn, account_id, author)
                made.append(await tokens.create(conn, scopes="read write", account_id=account_id))
            return made[0], made[1:]

    return asyncio.run(run())


class Socket:
    """As little of a WebSocket client as will do: unmasked text frames in, the time of each kept."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self.writer = writer
        self.arrived: list[float] = []
        self.size = 0

    @classmethod
    async def open(cls, port: int, token: str, streams: list[str]) -> Socket:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        key = base64.b64encode(os.urandom(16)).decode()
        writer.write(
            f"GET /api/v1/streaming?stream={streams[0]} HTTP/1.1\r\nHost: localhost\r\n"
            f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: {key}\r\n"
            f"Authorization: Bearer {token}\r\n\r\n".encode()
        )
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 101"):
            raise RuntimeError(head.decode("latin-1"))
        socket = cls(reader, writer)
        for stream in streams[1:]:
            socket._say(json.dumps({"type": "subscribe", "stream": stream}).encode())
        return socket

    def _say(self, text: bytes) -> None:
        self.writer.write(bytes((0x81, 0x80 | len(text))) + b"\0\0\0\0" + text)

    async def run(self) -> None:
        while True:
            kind, length = await self._reader.readexactly(2)
            if length == 126:
                length = int.from_bytes(await self._reader.readexactly(2), "big")
            body = await self._reader.readexactly(length)
            if kind == 0x89:
                self.writer.write(bytes((0x8A, 0x80 | len(body))) + b"\0\0\0\0" + body)
            elif kind == 0x81:
                self.arrived.append(time.perf_counter())
                self.size = len(body)


async def warm(port: int, author: str) -> None:
    """As many posts as are measured, with nobody there: what they leave in caches is no socket's doing."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for place in range(POSTS):
        body = json.dumps({"status": f"{place} before. {TEXT}"}).encode()
        writer.write(load.post("/api/v1/statuses", body, author))
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(0.1)
    writer.close()


async def measure(server: Process, author: str, listeners: list[str]) -> str:
    """The line for the table of results."""
    await warm(server.port, author)
    before = server.memory_bytes(own=True)
    sockets: list[Socket] = []
    for start in range(0, len(listeners), 50):
        some = listeners[start : start + 50]
        sockets += await asyncio.gather(
            *(
                Socket.open(
                    server.port,
                    token,
                    ["public:local", "user"] if (start + place) % 4 == 0 else ["public:local"],
                )
                for place, token in enumerate(some)
            )
        )
    tasks = [asyncio.create_task(one.run()) for one in sockets]
    await asyncio.sleep(1)
    each = (server.memory_bytes(own=True) - before) / len(sockets)
    _, writer = await asyncio.open_connection("127.0.0.1", server.port)
    times, cpu = [], []
    wanted = len(sockets) + len(sockets[::4])
    for place in range(POSTS):
        for one in sockets:
            one.arrived.clear()
        spent = server.cpu_seconds()
        begin = time.perf_counter()
        body = json.dumps({"status": f"{place}. {TEXT}"}).encode()
        writer.write(load.post("/api/v1/statuses", body, author))
        while sum(len(one.arrived) for one in sockets) < wanted:
            await asyncio.sleep(0.002)
            if time.perf_counter() - begin > 30:
                raise RuntimeError("not everybody has heard of it")
        times.append(max(one.arrived[-1] for one in sockets) - begin)
        await asyncio.sleep(0.3)
        cpu.append(server.cpu_seconds() - spent)
    with_all = (server.memory_bytes(own=True) - before) / len(sockets)
    size = sockets[0].size
    for task in tasks:
        task.cancel()
    for one in sockets:
        one.writer.close()
    writer.close()
    first, rest = times[0], sorted(times[1:])
    return (
        f"- Streaming: one post of {size:,} bytes to {len(sockets):,} WebSockets ({wanted:,} messages) is "
        f"in the last after {1000 * statistics.median(rest):.0f} ms (first {1000 * first:.0f}, slowest "
        f"{1000 * rest[-1]:.0f}), CPU {1000 * statistics.median(cpu):.0f} ms; "
        f"{each / 1024:.0f} KiB a socket, {with_all / 1024:.0f} KiB after {POSTS} posts. "
        f"Load {os.getloadavg()[0]:.1f}."
    )


def main() -> None:
    """Measure, and put the line in place of the one before."""
    parser = argparse.ArgumentParser(prog="python -m bench.streaming")
    parser.add_argument("--sockets", type=int, default=SOCKETS)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        environ = {"STOA_RATE_LIMITS": "off", "STOA_LOG_LEVEL": "warning", "STOA_PORT": str(port)}
        author, listeners = people(folder / "data", environ, options.sockets)
        command = ["-m", "stoa.main", "serve", "--data", str(folder / "data"), "--port", str(port)]
        server = Process(command, port, {"PATH": os.environ["PATH"]} | environ, folder / "server.log")
        try:
            line = asyncio.run(measure(server, author, listeners))
        finally:
            server.stop()
    print(line)
    if options.sockets == SOCKETS:
        before = RESULTS.read_text(encoding="utf-8").rstrip().splitlines()
        kept = [one for one in before if not one.startswith("- Streaming:")]
        RESULTS.write_text("\n".join(kept).rstrip() + f"\n{line}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
