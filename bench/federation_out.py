"""`python -m bench.federation_out`: what it costs to tell many servers; whether dead ones are in the way.

A receiver in another process answers 202 for 200 servers on loopback.  CPU is that of this process from
the post until the last delivery was noted: fan-out, rendering, signing, HTTP, the database.  It is
compared with the bare RSA signatures of as many deliveries, by the same library in the same run.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import cast

from bench.signatures import microseconds
from stoa import ids
from stoa import settings as stoa_settings
from stoa.core.accounts import store as accounts
from stoa.core.house import House
from stoa.core.policy.draft import Draft
from stoa.core.relationships import follow
from stoa.core.statuses.publish import publish
from stoa.db import Connection, Query, insert, migrate
from stoa.db.tables import deliveries, remote_actors
from stoa.federation import keys
from stoa.federation.deliver import send
from stoa.main.assemble import Assembled, assemble

FOLLOWERS, SERVERS = 2_000, 200
TEXT = "A post of some length. " * 40
DEAD, WAITING, HEALTHY = 500, 10_000, 100

_add_actor = insert(remote_actors, "account_id", "host", "inbox", "shared_inbox", "fetched_at")
_waiting = Query(deliveries.select().limit(1))


class Receiver(asyncio.Protocol):
    """As little HTTP as will do: counts requests, answers each with 202."""

    got = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A sender."""
        self.transport, self.buffer = cast(asyncio.Transport, transport), b""

    def data_received(self, data: bytes) -> None:
        """A request, or part of one."""
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:end].lower()
            place = head.find(b"content-length:")
            length = int(head[place + 15 :].split(b"\r\n", 1)[0]) if place >= 0 else 0
            if len(self.buffer) < end + 4 + length:
                return
            self.buffer = self.buffer[end + 4 + length :]
            if head.startswith(b"get"):
                count = str(Receiver.got).encode()
                self.transport.write(
                    b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(count), count)
                )
                continue
            Receiver.got += 1
            self.transport.write(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")


async def receive(port: int) -> None:
    """Be all healthy servers."""
    server = await asyncio.get_running_loop().create_server(Receiver, "0.0.0.0", port, backlog=1024)
    await server.serve_forever()


@contextlib.contextmanager
def receiving() -> Iterator[int]:
    """The port of a receiver in a process of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-m", "bench.federation_out", "--receive", str(port)])
    try:
        for _ in range(500):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.02)
        yield port
    finally:
        process.kill()
        process.wait()


@contextlib.asynccontextmanager
async def house_at(folder: Path) -> AsyncIterator[Assembled]:
    """An empty house that may speak with loopback."""
    environ = {"STOA_ALLOW_NETWORKS": "127.0.0.0/8", "STOA_INSECURE_HTTP": "on"}
    settings = stoa_settings.load(data=folder, environ=environ)
    await asyncio.to_thread(migrate.bring_up_to_date, settings.database_url)
    async with assemble(settings) as assembled:
        yield assembled


async def remote(conn: Connection, host: str, name: str, *, shared: bool) -> int:
    """The account of somebody on *host*."""
    uri = f"http://{host}/users/{name}"
    account_id = await accounts.add_remote(conn, username=name, domain=host, uri=uri, url=uri)
    await conn.run(
        _add_actor,
        account_id=account_id,
        host=host,
        inbox=f"{uri}/inbox",
        shared_inbox=f"http://{host}/inbox" if shared else None,
        fetched_at=ids.now_ms(),
    )
    return account_id


async def until_sent(house: House, begun: Callable[[], bool]) -> None:
    """Until it has *begun*, and nothing waits any more."""
    while True:
        await asyncio.sleep(0.005)
        if begun():
            async with house.db.read() as conn:
                if await conn.first(_waiting) is None:
                    return


async def until_arrived(port: int, number: int) -> None:
    """Until the receiver has that many."""
    while True:
        await asyncio.sleep(0.01)
        if arrived(port) >= number:
            return


async def one_post(port: int, *, shared: bool) -> tuple[int, float, float]:
    """One post to FOLLOWERS on SERVERS: deliveries, CPU seconds, seconds."""
    with tempfile.TemporaryDirectory() as folder:
        async with house_at(Path(folder)) as assembled:
            house, door = assembled.house, assembled.door
            async with house.db.write() as conn:
                author = await accounts.add_local(conn, "alice", house.addresses)
                for number in range(FOLLOWERS):
                    host = f"127.1.{number % SERVERS}.1:{port}"
                    follower = await remote(conn, host, f"f{number}", shared=shared)
                    await follow.follow(conn, follower, author)
                conn.events.clear()  # whom to notify of them is another matter
            await door.own_keys.of(author)
            work = asyncio.gather(assembled.worker.run(), door.run())
            await warm(assembled, author)
            before, sent = door.sender.attempts, SERVERS if shared else FOLLOWERS
            cpu, begun = time.process_time(), time.perf_counter()
            async with house.db.write() as conn:
                await publish(
                    conn,
                    Draft(account_id=author, text=TEXT),
                    house.settings,
                    house.addresses,
                )
            await until_sent(house, lambda: door.sender.attempts >= before + sent)
            used, took = time.process_time() - cpu, time.perf_counter() - begun
            assembled.worker.stop()
            door.stop()
            await work
            return sent, used, took


async def warm(assembled: Assembled, author: int) -> None:
    """Have everything imported and compiled."""
    house = assembled.house
    async with house.db.write() as conn:
        await publish(conn, Draft(account_id=author, text=TEXT), house.settings, house.addresses)
    await until_sent(house, lambda: assembled.door.sender.attempts > 0)


async def dead_and_healthy(port: int) -> None:
    """WAITING deliveries to DEAD servers, of which half refuse and half never answer; then one to each
    of HEALTHY.
    """
    with contextlib.ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
        hole = stack.enter_context(socket.socket())
        hole.bind(("0.0.0.0", 0))
        hole.listen(0)
        silent = hole.getsockname()[1]
        for _ in range(4):  # its queue is full: whoever comes now hears nothing
            other = stack.enter_context(socket.socket())
            other.setblocking(False)
            other.connect_ex(("127.0.0.1", silent))
        async with house_at(Path(folder)) as assembled:
            house, door = assembled.house, assembled.door
            dead = [f"127.2.{n % 250}.1:{silent if n < DEAD // 2 else 1}" for n in range(DEAD)]
            healthy = [f"127.1.{n}.1:{port}" for n in range(HEALTHY)]
            async with house.db.write() as conn:
                for number in range(WAITING // DEAD):
                    await queue(conn, house, f"dead/{number}", dead)
            memory = rss()
            work = asyncio.gather(assembled.worker.run(), door.run())
            await asyncio.sleep(0.5)
            cpu, begun, before = time.process_time(), time.perf_counter(), arrived(port)
            async with house.db.write() as conn:
                await queue(conn, house, "healthy", healthy)
            await until_arrived(port, before + HEALTHY)
            took, used = time.perf_counter() - begun, time.process_time() - cpu
            await asyncio.sleep(15)
            print(
                f"| {WAITING:,} waiting for {DEAD} dead servers; {HEALTHY} healthy ones have theirs after "
                f"| {took:.2f} s | {used:.2f} s CPU; {rss() - memory:+.0f} MiB; "
                f"{door.sender.attempts:,} attempts in {time.perf_counter() - begun:.0f} s |"
            )
            door.stop()
            assembled.worker.stop()
            await work


async def queue(conn: Connection, house: House, name: str, hosts: list[str]) -> None:
    """Have something sent to *hosts*."""
    document = {"id": f"{house.addresses.base}/{name}", "type": "Create", "object": "x" * 2000}
    inboxes = [f"http://{host}/inbox" for host in hosts]
    await send.send(conn, house, document, account_id=0, inboxes=inboxes, kind="Create")


def arrived(port: int) -> int:
    """How many deliveries the receiver has."""
    with socket.create_connection(("127.0.0.1", port)) as asking:
        asking.sendall(b"GET / HTTP/1.1\r\n\r\n")
        return int(asking.recv(1000).rpartition(b"\r\n\r\n")[2])


def rss() -> float:
    """Resident memory in MiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


async def measure(only: str | None) -> None:
    """Print a table in Markdown."""
    key = keys.signing_key("https://stoa.example/a#main-key", keys.generate_rsa())
    bare = microseconds(lambda: key.sign(b"x" * 300))
    print(f"A bare RSA signature: {bare:.0f} us.\n\n| | | |\n|---|--:|--:|")
    with receiving() as port:
        for shared in (True, False):
            if only in (None, "post"):
                sent, used, took = await one_post(port, shared=shared)
                each = used / sent * 1e6
                print(
                    f"| one post, {FOLLOWERS:,} followers on {SERVERS} servers, {sent:,} deliveries "
                    f"| {each:.0f} us CPU each, {each / bare:.2f} x bare | {sent / took:,.0f}/s |",
                    flush=True,
                )
        if only in (None, "dead"):
            await dead_and_healthy(port)


def main() -> None:
    """The receiver, or the measurement."""
    parser = argparse.ArgumentParser(prog="bench.federation_out")
    parser.add_argument("--receive", type=int)
    parser.add_argument("--only", choices=["post", "dead"])
    options = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 65_536), most))
    if options.receive:
        asyncio.run(receive(options.receive))
    else:
        import uvloop

        uvloop.run(measure(options.only))


if __name__ == "__main__":
    main()
