"""One house from its settings: database, storage, ports, worker, and the ASGI application."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import msgspec

from stoa import db as databases
from stoa.asgi import responses
from stoa.asgi.app import HEADERS, App
from stoa.asgi.errors import HTTPError
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.asgi.router import Router
from stoa.core.auth import secrets
from stoa.core.auth.gates import Watch
from stoa.core.house import House
from stoa.core.media import sandbox
from stoa.core.ports import Archivist, Mailer, Resolver
from stoa.core.push import vapid
from stoa.db import Connection
from stoa.federation import own
from stoa.federation.deliver import posts
from stoa.federation.door import Door, open_door
from stoa.federation.files import Files
from stoa.http_client import HttpClient
from stoa.ids import Addresses
from stoa.jobs.worker import Worker
from stoa.mail import mailer_for
from stoa.main import bucket, doors, handlers, translators
from stoa.reactions import dispatch
from stoa.settings import Settings
from stoa.web import app as web

HSTS = "max-age=63072000"

log = logging.getLogger("stoa.main")


@dataclass(frozen=True, slots=True)
class Assembled:
    """A house that is in order, the worker that does what it puts off, and the door to other servers."""

    house: House
    worker: Worker
    door: Door


@contextlib.asynccontextmanager
async def assemble(
    settings: Settings,
    *,
    mailer: Mailer | None = None,
    way_out: Callable[[Settings], HttpClient] = HttpClient,
    opens: bool = False,
) -> AsyncIterator[Assembled]:
    """The house of *settings*, whose database has today's schema; closed when the block ends.

    *opens*: it serves, under the address in *settings*.  For what is done beside a server, that server's
    address counts where none is given.
    """
    upload_folder(settings).mkdir(parents=True, exist_ok=True)

    async def react(conn: Connection) -> None:
        await dispatch(house, conn)

    db = await databases.connect(settings.database_url, before_commit=react)
    door: Door | None = None
    try:
        if not opens and settings.has_default_address:
            address = await secrets.address_of_last_time(db)
            settings = msgspec.structs.replace(settings, base_url=address or settings.base_url)
        http = way_out(settings)
        house = House(
            settings=settings,
            db=db,
            addresses=Addresses(settings.base_url),
            storage=bucket.storage_for(settings),
            mailer=mailer or mailer_for(settings),
            resolver=cast(Resolver, None),
            archivist=cast(Archivist, None),
            collector=Files(http),
            as_sent=posts.as_sent(settings),
            signing_key=await secrets.signing_key(db),
            push_key=await secrets.once(db, "push_key", vapid.new_key),
            translator=translators.translator_for(settings),
        )
        door = open_door(house, http)
        # The circles in the house: what finds things elsewhere stores them here, and the like.
        object.__setattr__(house, "resolver", door.resolver)
        object.__setattr__(house, "archivist", own.Archivist(house, door.own_keys))
        yield Assembled(house, Worker(db, handlers.of(house, door)), door)
    finally:
        if door is not None:
            if door.house.translator is not None:
                await door.house.translator.close()
            await door.close()
        await sandbox.close()
        await db.close()


def upload_folder(settings: Settings) -> Path:
    """Where files lie while they arrive: beside the storage, so that they can be moved there."""
    return settings.media_folder / ".arriving"


def _busy(request: Request, conflict: Exception) -> Response:
    """Two wanted to change the same thing at once, and the database let the other one go first."""
    return responses.error(
        503, "Somebody else changed this just now; try again.", headers={"retry-after": "1"}
    )


def _out_of_order(request: Request, error: Exception) -> Response:
    """The disk of the database is full, or the database is away: nothing of the request was kept."""
    log.error("request %s is put off, for the database takes nothing just now: %s", request.id, error)
    return responses.error(
        503, "Nothing can be stored here just now; try again later.", headers={"retry-after": "60"}
    )


def _gate(house: House) -> Callable[[Request], Awaitable[Response | None]]:
    """Answers nothing to those whom the house has shut out."""
    watch = Watch(house.db)

    async def before(request: Request) -> Response | None:
        if await watch.shuts_out(request.client_ip):
            raise HTTPError(403, "This server does not answer where you are.")
        return None

    return before


def application(house: House, door: Door | None = None) -> App:
    """The ASGI application: all doors of the house; without *door* only those for apps and people."""
    return App(
        Router(doors.routes(house, door)),
        sockets=doors.sockets(house),
        errors={databases.Conflict: _busy, databases.Unavailable: _out_of_order},
        on_error=web.error_page(house),
        before=_gate(house),
        trusted_proxies=house.settings.trusted_proxies,
        upload_folder=upload_folder(house.settings),
        headers={**HEADERS, "strict-transport-security": HSTS} if house.settings.is_secure else HEADERS,
    )
