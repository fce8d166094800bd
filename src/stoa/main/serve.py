"""`stoa serve`: migrations, then the server and the worker in one process, until SIGTERM."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import uvicorn

from stoa import ids
from stoa.api import app as api
from stoa.core.auth import secrets, users
from stoa.core.house import House
from stoa.db import migrate
from stoa.federation import due, waiting
from stoa.jobs import queue
from stoa.main import bucket
from stoa.main.assemble import application, assemble, upload_folder
from stoa.main.lending import LendingProtocol
from stoa.settings import Settings

GRACE_SECONDS = 10
MOST_FILES = 65_536
SOCKET_BYTES = 64 * 1024  # what an app may say at once on a WebSocket
PING_SECONDS = 30.0


class ServeError(Exception):
    """The server cannot start; the message says why and what to do."""


def serve(settings: Settings, *, demo: bool = False) -> None:
    """Serve until SIGTERM or SIGINT; requests in flight are finished first.  Raises ServeError."""
    logging.basicConfig(level=settings.log_level.upper(), format="%(levelname)s %(name)s: %(message)s")
    # uvicorn's own lines would show addresses with the tokens in them; ours do not.
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    _allow_many_connections()
    listener = _listen(settings.host, settings.port)
    if migrate.bring_up_to_date(settings.database_url):
        logging.getLogger("stoa").info("the database has schema %s now", migrate.HEAD)
    if sys.platform != "win32":
        import uvloop

        uvloop.run(_serve(settings, listener, demo=demo))
    else:
        asyncio.run(_serve(settings, listener, demo=demo))


def _allow_many_connections() -> None:
    """Some systems give a process 1,024 open files and let it ask for more: those who read here and the
    servers that are told of something are more than that.
    """
    if sys.platform != "win32":
        import resource

        now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = MOST_FILES if most == resource.RLIM_INFINITY else min(MOST_FILES, most)
        if now != resource.RLIM_INFINITY and now < wanted:
            with contextlib.suppress(OSError, ValueError):
                resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    if os.name != "nt":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise ServeError(
            f"{host}:{port} cannot be listened on ({error.strerror}); "
            "stop what uses it, or choose another with --port."
        ) from None
    listener.listen(2048)
    return listener


class _Server(uvicorn.Server):
    """Leaves signals to us: uvicorn raises them anew when it is done, and then nothing after it runs."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _serve(settings: Settings, listener: socket.socket, *, demo: bool) -> None:
    for left_over in upload_folder(settings).glob("*"):  # by a process that was killed
        left_over.unlink(missing_ok=True)
    await bucket.require(settings)
    async with assemble(settings, opens=True) as assembled:
        await _note_address(assembled.house)
        if demo:
            from stoa.main.demo import populate

            await populate(assembled.house)
        config = uvicorn.Config(
            application(assembled.house, assembled.door),
            loop="none",
            http="httptools",
            ws=LendingProtocol,
            # Compression would cost each socket 30 KB, and each message to it as much work as all else.
            ws_per_message_deflate=False,
            ws_max_size=SOCKET_BYTES,
            ws_ping_interval=PING_SECONDS,
            ws_ping_timeout=PING_SECONDS,
            lifespan="off",
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
            timeout_keep_alive=30,
        )
        server = _Server(config)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            with contextlib.suppress(NotImplementedError):  # Windows ends us without asking
                loop.add_signal_handler(number, _leave, server, assembled.house, number)
        await take_up(assembled.house)
        _spare_the_collector()
        work = asyncio.gather(assembled.worker.run(), assembled.door.run())
        announce = asyncio.create_task(_announce(server, assembled.house))
        try:
            await server.serve(sockets=[listener])
        finally:
            announce.cancel()
            assembled.worker.stop()
            assembled.door.stop()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(work, GRACE_SECONDS)


def _leave(server: _Server, house: House, number: int) -> None:
    """Begin to stop: what stays open is ended, what is being answered is finished."""
    api.say_goodbye(house)
    server.handle_exit(number, None)


def _spare_the_collector() -> None:
    """What the program consists of is never garbage and need not be looked through again and again; what a
    request makes goes by counting references, so that cycles may wait for longer than Python's 700.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 10)


async def _note_address(house: House) -> None:
    """So that the command line uses it too; and a warning where it is another than before."""
    before, now = await secrets.address_of_last_time(house.db), house.settings.base_url
    if before is not None and before != now:
        logging.getLogger("stoa").warning(
            "this house was open at %s and is now at %s; other servers know its people by the old address",
            before,
            now,
        )
    await secrets.note_address(house.db, now)


async def take_up(house: House) -> None:
    """Where no other process serves, what the one before had in hand when it was killed is free at
    once: its leases need not run out.
    """
    if await house.db.alone():
        now = ids.now_ms()
        async with house.db.write() as conn:
            await queue.release_all(conn, now)
            await waiting.release_all(conn, now)
            await due.release_all(conn, now)


async def _announce(server: uvicorn.Server, house: House) -> None:
    settings = house.settings
    async with house.db.read() as conn:
        lived_in = await users.any_there(conn)
    while not server.started:
        await asyncio.sleep(0.01)
    print(f"Stoa is open at {settings.base_url}", flush=True)
    if lived_in:
        return
    stoa = "./run" if Path(sys.argv[0]).name == "run" else "stoa"
    folder = f" --data {settings.data}" if str(settings.data) != "data" else ""
    print(
        f"Make the first account with:\n"
        f"  {stoa} account create NAME --email YOU@EXAMPLE.ORG --password PASSWORD --role owner{folder}",
        flush=True,
    )
