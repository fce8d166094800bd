"""A load generator: raw sockets, keep-alive, nothing parsed but what must be."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

CONNECTIONS = 16


class Measured(NamedTuple):
    """What came of a run.  Times in seconds; *size* is the length of the last body."""

    requests: int
    seconds: float
    latencies: list[float]
    size: int

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds

    def percentile(self, share: float) -> float:
        """The latency that *share* of the requests did not exceed."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def get(path: str, token: str | None = None, accept: str = "*/*", **headers: str) -> bytes:
    """A GET as it goes over the wire."""
    head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: {accept}\r\n"
    if token:
        head += f"Authorization: Bearer {token}\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return (head + "\r\n").encode()


def post(path: str, body: bytes, token: str) -> bytes:
    """A POST of JSON."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def run(
    port: int,
    requests: Callable[[], Iterator[bytes]],
    *,
    seconds: float,
    most: int | None = None,
    connections: int = CONNECTIONS,
    status: int = 200,
) -> Measured:
    """Send what *requests* gives, over and over, for *seconds* or until *most* are answered.

    Raises RuntimeError for an answer that is not *status*: a fast error is no result.
    """
    source = requests()
    latencies: list[float] = []
    size = 0
    begin = time.perf_counter()
    end = begin + seconds
    good = f"HTTP/1.1 {status}".encode()

    async def one() -> None:
        nonlocal size
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            while time.perf_counter() < end and (most is None or len(latencies) < most):
                started = time.perf_counter()
                writer.write(next(source))
                head = await reader.readuntil(b"\r\n\r\n")
                if not head.startswith(good):
                    raise RuntimeError(head.decode("latin-1"))
                size = _length(head)
                await reader.readexactly(size)
                latencies.append(time.perf_counter() - started)
        finally:
            writer.close()

    await asyncio.gather(*(one() for _ in range(connections)))
    return Measured(len(latencies), time.perf_counter() - begin, latencies, size)


def _length(head: bytes) -> int:
    lower = head.lower()
    at = lower.index(b"content-length:") + 15
    return int(lower[at : lower.index(b"\r\n", at)])
