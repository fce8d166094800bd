"""Files in a bucket of an S3-compatible service (core/ports.py: Storage; decision 16).

Keys are those of the folder, below `STOA_S3_PREFIX`.  The service is reached at the address of the
settings and nowhere else; it is the administrator's, like the database.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Awaitable, Collection
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from stoa.core.errors import NotFound
from stoa.core.media import endings
from stoa.core.media.model import MediaUnavailable
from stoa.core.media.storage import KEY, LocalStorage, require_key
from stoa.core.ports import Held, Storage
from stoa.settings import Settings, SettingsError

if TYPE_CHECKING:  # an extra
    from obstore import ObjectMeta

T = TypeVar("T")

AT_ONCE = 16
BATCH = 1_000
_CHUNK = 256 * 1024
_TOGETHER = 4  # parts of one large file
_SECONDS = timedelta(seconds=30)
_AWAY = "The store of files does not answer; try again in a minute."
_TOLD = re.compile(r"<Code>([^<]{1,100})</Code>(?:\s*<Message>([^<]{1,300})</Message>)?")


def storage_for(settings: Settings) -> Storage:
    """The bucket of the settings, or the folder.  Raises SettingsError without the library for buckets."""
    if not settings.s3_bucket:
        return LocalStorage(settings.media_folder)
    return Bucket(settings)


async def require(settings: Settings) -> None:
    """Raises SettingsError, with what the service says, unless the bucket of the settings (if there is
    one) can be looked into.
    """
    if settings.s3_bucket:
        try:
            await anext(Bucket(settings).all_held(), None)
        except MediaUnavailable as failure:
            raise SettingsError(
                f"STOA_S3_BUCKET is {settings.s3_bucket!r}, and cannot be looked into: {why(failure)}"
            ) from None


def why(failure: Exception) -> str:
    """What the service said, on one line, for the administrator."""
    said = str(failure.__cause__ or failure)
    told = _TOLD.search(said)
    return ": ".join(filter(None, told.groups())) if told else said.splitlines()[0]


class Bucket:
    """The port `Storage` over a bucket."""

    def __init__(self, settings: Settings) -> None:
        try:
            import obstore
            from obstore.store import S3Store
        except ImportError:
            raise SettingsError(
                "STOA_S3_BUCKET is set, but the library for it is not installed: pip install 'stoa[s3]'."
            ) from None
        self._obstore = obstore
        given: Any = {
            "region": settings.s3_region,
            "access_key_id": settings.s3_access_key,
            "secret_access_key": settings.s3_secret_key,
            "virtual_hosted_style_request": settings.s3_path_style == "off",
        }
        if settings.s3_endpoint:
            given["endpoint"] = settings.s3_endpoint
        self._store = S3Store(
            settings.s3_bucket,
            prefix=settings.s3_prefix or None,
            config=given,
            client_options={
                "allow_http": settings.s3_endpoint.startswith("http://"),
                "connect_timeout": timedelta(seconds=5),
                "timeout": _SECONDS,
            },
            retry_config={"max_retries": 2, "retry_timeout": _SECONDS},
        )
        self._turns = asyncio.Semaphore(AT_ONCE)

    def local(self, key: str) -> None:
        """None: no file is on this machine.  Raises NotFound for what is no key."""
        require_key(key)

    async def save(self, key: str, path: Path) -> None:
        """Put the file at *path* into the bucket.  Raises MediaUnavailable.

        What is there already is put there once more, since that is how a bucket touches a file.
        """
        require_key(key)
        about: Any = {
            "Content-Type": endings.mime_of(key),
            "Cache-Control": "public, max-age=31536000, immutable",
        }
        try:
            await self._asked(
                self._obstore.put_async(self._store, key, path, attributes=about, max_concurrency=_TOGETHER)
            )
        except NotFound as error:
            raise MediaUnavailable("The store of files has no such bucket.") from error

    async def delete(self, key: str) -> None:
        """Remove the file of *key*; fine if it is not there.  Raises MediaUnavailable."""
        require_key(key)
        with contextlib.suppress(NotFound):
            await self._asked(self._obstore.delete_async(self._store, key))

    async def held(self, keys: Collection[str]) -> dict[str, Held]:
        """What the service says of those of *keys* that are there.  Raises MediaUnavailable."""
        found = await asyncio.gather(*(self._about(key) for key in keys))
        return {key: held for key, held in zip(keys, found, strict=True) if held is not None}

    async def all_held(self) -> AsyncIterator[dict[str, Held]]:
        """All files, BATCH at a time, with what the list says of them.  Raises MediaUnavailable."""
        listed = self._obstore.list(self._store, chunk_size=BATCH)
        while True:
            try:
                batch = await self._asked(anext(listed))
            except StopAsyncIteration:
                return
            yield {key: _held(one) for one in batch if KEY.fullmatch(key := one["path"])}

    async def read(self, key: str, start: int, end: int) -> AsyncIterator[bytes]:
        """The bytes from *start* to before *end*.  Raises NotFound, MediaUnavailable."""
        answer = await self._asked(
            self._obstore.get_async(self._store, require_key(key), options={"range": (start, end)})
        )
        parts = answer.stream(min_chunk_size=_CHUNK)
        while True:
            try:
                part = await self._asked(anext(parts))
            except StopAsyncIteration:
                return
            yield bytes(part)

    async def _about(self, key: str) -> Held | None:
        try:
            about = await self._asked(self._obstore.head_async(self._store, require_key(key)))
        except NotFound:
            return None
        return _held(about)

    async def _asked(self, question: Awaitable[T]) -> T:
        """What the service answers.  Raises NotFound and MediaUnavailable instead of the library's own."""
        try:
            async with self._turns:
                return await question
        except FileNotFoundError:
            raise NotFound("There is no such file.") from None
        except (self._obstore.exceptions.BaseError, OSError) as error:
            raise MediaUnavailable(_AWAY) from error


def _held(about: ObjectMeta) -> Held:
    return Held(about["size"], about["last_modified"].timestamp())
