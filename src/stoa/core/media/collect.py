"""Fetching a file of another server when somebody wants to see it: once, bounded, made safe, stored.

Only files that a record names are fetched, never an address that somebody asks for (CVE-2024-56200).
Pictures go through the same locked-in worker as those of members; films and sounds are kept as they
came (`films`).  What cannot be had is not asked for again for a while.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import tempfile
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from stoa import ids
from stoa.core.auth.throttle import throttles
from stoa.core.errors import NotFound
from stoa.core.instances import policy
from stoa.core.media import films, foreign, portraits, strays, upload
from stoa.core.media.emojis import MAX_BYTES as MAX_EMOJI_BYTES
from stoa.core.media.foreign import FAMILIES, Foreign
from stoa.core.media.model import Limits, MediaError, MediaUnavailable
from stoa.core.ports import Collector, NotCollected, Storage
from stoa.db import Connection, Database
from stoa.settings import Settings

log = logging.getLogger("stoa.media")

MAX_FILM_BYTES = 100 * 1024 * 1024
MAX_PORTRAIT_BYTES = 8 * 1024 * 1024
PICTURE_SECONDS = 20.0
FILM_SECONDS = 120.0
# How long who asks is kept waiting; the fetching goes on without them.
WAIT_SECONDS = 20.0

AT_ONCE = 12
FILMS_AT_ONCE = 4  # of those; they take long
AT_ONCE_OF_HOST = 4  # one slow server holds up no other
MAX_WAITING = 400
AGAIN_SECONDS = 120
GIVEN_UP_SECONDS = 3600
MAX_REMEMBERED = 20_000

_PICTURES = "image/avif,image/webp,image/png,image/jpeg,image/gif,image/*;q=0.8"
_FILMS = "video/*,audio/*"


class NotYet(Exception):
    """The file is being fetched, or could not be just now; ask again in *seconds*."""

    def __init__(self, seconds: int) -> None:
        super().__init__("The file is not here yet.")
        self.seconds = seconds


class Collecting:
    """What one process is fetching.  `await key(…)` gives the key of a copy in the storage."""

    def __init__(self, db: Database, storage: Storage, collector: Collector, settings: Settings) -> None:
        self._db = db
        self._storage = storage
        self._collector = collector
        self._settings = settings
        self._flights: dict[tuple[str, int, str], asyncio.Task[Foreign]] = {}
        self._failed: OrderedDict[tuple[str, int, str], tuple[float, bool]] = OrderedDict()
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._films = asyncio.Semaphore(FILMS_AT_ONCE)
        self._hosts: dict[str, tuple[asyncio.Semaphore, int]] = {}

    async def key(self, kind: str, number: int, path: str, *, place: str) -> str:
        """The key of the file that `ids.proxied` gives the address *path*, fetched if need be.

        *place* is where the question comes from: what one place has us fetch is limited.  Raises
        NotFound for no such file and for one that cannot be had, NotYet, TooMany.
        """
        name, _, small = kind.partition("-")
        family = next((one for one in FAMILIES if one == name), None)
        if family is None or small not in ("", "small"):
            raise NotFound
        async with self._db.read() as conn:
            file = await foreign.find(conn, family, number)
            # Who knows this address knows the other one, and could go there without us.
            if file is None or ids.proxied(kind, number, file.url) != path:
                raise NotFound
            if not await self._permitted(conn, file):
                raise NotFound
        if file.key is None:
            file = await self._fetched(file, place)
        key = (file.small_key or file.key) if small else file.key
        if key is None or (small and file.sort in ("video", "audio")):
            raise NotFound
        return key

    async def _permitted(self, conn: Connection, file: Foreign) -> bool:
        """Whether house rules let files of that server, and from that host, in."""
        if await policy.refuses(conn, self._settings, file.domain):
            return False
        # Files often lie on another host, which an allow-list does not name.
        rules = await policy.rules_of(conn, {file.domain, urlsplit(file.url).netloc.lower()})
        return not any(foreign.refuses_files(rule) for rule in rules.values())

    async def _fetched(self, file: Foreign, place: str) -> Foreign:
        key = (file.family, file.number, file.url)
        flight = self._flights.get(key)
        if flight is None:
            self._check_failed(key)
            if len(self._flights) >= MAX_WAITING:
                raise NotYet(30)
            if self._settings.rate_limits == "on":
                throttles(self._db).files_of_place.use(place)
            flight = self._flights[key] = asyncio.create_task(self._fetch(file))
            flight.add_done_callback(lambda done: self._landed(key, done))
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                return await asyncio.shield(flight)
        except TimeoutError:
            raise NotYet(5) from None
        except NotCollected as failure:
            if failure.final:
                raise NotFound from None
            raise NotYet(AGAIN_SECONDS) from None

    def _check_failed(self, key: tuple[str, int, str]) -> None:
        until, final = self._failed.get(key, (0.0, False))
        left = until - time.monotonic()
        if left > 0:
            if final:
                raise NotFound
            raise NotYet(int(left) + 1)

    def _landed(self, key: tuple[str, int, str], flight: asyncio.Task[Foreign]) -> None:
        self._flights.pop(key, None)
        if flight.cancelled():
            return
        failure = flight.exception()
        if failure is None:
            self._failed.pop(key, None)
            return
        final = isinstance(failure, NotCollected) and failure.final
        seconds = GIVEN_UP_SECONDS if final else AGAIN_SECONDS
        self._failed[key] = time.monotonic() + seconds, final
        if len(self._failed) > MAX_REMEMBERED:
            self._failed.popitem(last=False)

    async def _fetch(self, file: Foreign) -> Foreign:
        """Fetch, make safe, store, and note it.  Raises NotCollected."""
        try:
            async with self._slot(urlsplit(file.url).netloc, film=file.sort in ("video", "audio")):
                with _arriving(self._settings.media_folder / ".arriving") as path:
                    key, small_key, size, blurhash = await self._taken(file, path)
        except MediaError as error:
            raise NotCollected(str(error), final=True) from None
        except (MediaUnavailable, OSError) as error:
            log.warning("a file of %s was not kept: %s", file.domain, error)
            raise NotCollected(str(error), final=False) from None
        async with self._db.write() as conn:
            await foreign.put(conn, file, key, small_key, size, blurhash)
            await foreign.schedule_pruning(conn, ids.now_ms() + strays.DAY_MS)
            await strays.schedule_sweep(conn, ids.now_ms() + strays.DAY_MS)
        return Foreign(
            family=file.family,
            number=file.number,
            url=file.url,
            domain=file.domain,
            key=key,
            small_key=small_key,
            sort=file.sort,
        )

    async def _taken(self, file: Foreign, path: Path) -> tuple[str, str | None, int, str | None]:
        """(key, small key, bytes, blurhash) of what is fetched into *path* and then into the storage."""
        settings = self._settings
        if file.sort == "video" or file.sort == "audio":
            await self._collect(file, path, _FILMS, MAX_FILM_BYTES, FILM_SECONDS)
            key, size = await films.take(path, self._storage, file.sort)
            return key, None, size, None
        if file.family in ("media", "poster"):
            limits = Limits(max_bytes=settings.max_picture_bytes, max_pixels=settings.max_picture_pixels)
        elif file.family == "emoji":
            limits = Limits(max_bytes=MAX_EMOJI_BYTES, max_pixels=1_000_000)
        else:
            limits = Limits(max_bytes=MAX_PORTRAIT_BYTES, max_pixels=settings.max_picture_pixels)
        await self._collect(file, path, _PICTURES, limits.max_bytes, PICTURE_SECONDS)
        if file.family == "avatar" or file.family == "header":
            portrait = await portraits.store(file.family, path, self._storage, limits)
            return portrait.key or "", portrait.static_key, 0, None
        if file.family in ("poster", "card"):
            poster = await upload.take_preview(path, self._storage, limits)
            return poster.key, poster.key, poster.size, poster.blurhash
        stored = await upload.take(path, self._storage, limits)
        return stored.key, stored.preview_key, stored.size, stored.blurhash

    async def _collect(
        self, file: Foreign, path: Path, accept: str, limit_bytes: int, seconds: float
    ) -> None:
        await self._collector.collect(
            file.url, path, accept=accept, limit_bytes=limit_bytes, seconds=seconds
        )

    @contextlib.asynccontextmanager
    async def _slot(self, host: str, *, film: bool) -> AsyncIterator[None]:
        """One of AT_ONCE_OF_HOST places for *host*, and then one of AT_ONCE (of a *film*: of
        FILMS_AT_ONCE before that).
        """
        of_host, users = self._hosts.get(host, (asyncio.Semaphore(AT_ONCE_OF_HOST), 0))
        self._hosts[host] = of_host, users + 1
        try:
            async with of_host, self._films if film else contextlib.nullcontext(), self._slots:
                yield
        finally:
            of_host, users = self._hosts[host]
            if users == 1:
                del self._hosts[host]
            else:
                self._hosts[host] = of_host, users - 1


@contextlib.contextmanager
def _arriving(folder: Path) -> Iterator[Path]:
    """A new empty file, gone afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(prefix="file-", dir=folder) as file:
        yield Path(file.name)
