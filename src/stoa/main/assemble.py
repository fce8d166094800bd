"""One house from its settings: database, storage, ports, worker, and the ASGI application."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from stoa import db as databases
from stoa.api import app as api
from stoa.asgi.app import HEADERS, App
from stoa.asgi.router import Router
from stoa.core.auth.secrets import signing_key
from stoa.core.house import House
from stoa.core.media import sandbox
from stoa.core.media.storage import LocalStorage
from stoa.core.ports import Mailer, Refresh
from stoa.db import Connection
from stoa.ids import Addresses
from stoa.jobs.worker import Worker
from stoa.mail import mailer_for
from stoa.main import handlers
from stoa.reactions import dispatch
from stoa.settings import Settings
from stoa.web import app as web

HSTS = "max-age=63072000"


@dataclass(frozen=True, slots=True)
class Assembled:
    """A house that is in order, and the worker that does what it puts off."""

    house: House
    worker: Worker


class NoResolver:
    """Without the federation door, nobody elsewhere can be found who is not known already."""

    async def account(self, acct: str) -> int | None:
        """None."""
        return None

    async def url(self, url: str) -> tuple[str, int] | None:
        """None."""
        return None

    async def intents(self, handle: str) -> Mapping[str, str]:
        """Nothing."""
        return {}

    async def conversation(self, status_id: int) -> Refresh | None:
        """None."""
        return None

    async def refresh(self, refresh_id: str) -> Refresh | None:
        """None."""
        return None

    async def poll(self, status_id: int) -> None:
        """Nothing."""


@contextlib.asynccontextmanager
async def assemble(settings: Settings, *, mailer: Mailer | None = None) -> AsyncIterator[Assembled]:
    """The house of *settings*, whose database has today's schema; closed when the block ends."""
    upload_folder(settings).mkdir(parents=True, exist_ok=True)

    async def react(conn: Connection) -> None:
        await dispatch(house, conn)

    db = await databases.connect(settings.database_url, before_commit=react)
    try:
        house = House(
            settings=settings,
            db=db,
            addresses=Addresses(settings.base_url),
            storage=LocalStorage(settings.media_folder, f"{settings.base_url}/media"),
            mailer=mailer or mailer_for(settings),
            resolver=NoResolver(),
            signing_key=await signing_key(db),
        )
        yield Assembled(house, Worker(db, handlers.of(house)))
    finally:
        await sandbox.close()
        await db.close()


def upload_folder(settings: Settings) -> Path:
    """Where files lie while they arrive: beside the storage, so that they can be moved there."""
    return settings.media_folder / ".arriving"


def application(house: House) -> App:
    """The ASGI application: all doors of the house."""
    return App(
        Router([*api.routes(house), *web.routes(house)]),
        on_error=web.error_page(house),
        trusted_proxies=house.settings.trusted_proxies,
        upload_folder=upload_folder(house.settings),
        headers={**HEADERS, "strict-transport-security": HSTS} if house.settings.is_secure else HEADERS,
    )
