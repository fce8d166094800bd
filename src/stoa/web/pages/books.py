"""Giving out a volume as a book: its pictures are looked together, within limits, and it is bound.

Pictures behind a warning are left out, a book has no way to hide them; so are films and sounds.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections import defaultdict
from collections.abc import Sequence

from stoa.asgi import responses
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.core.auth.throttle import network, throttles
from stoa.core.errors import NotFound, TooMany
from stoa.core.house import House
from stoa.core.media import hidden
from stoa.core.media.attachments import MediaView
from stoa.core.media.collect import NotYet
from stoa.core.media.model import MediaUnavailable
from stoa.core.ports import Held
from stoa.locales import speaking
from stoa.web import epub, showing, volume
from stoa.web.epub import Book, Picture
from stoa.web.pages import proxied
from stoa.web.showing import Shown

FETCH_SECONDS = 15.0
_BIG = 3_000_000  # of a larger picture the small version is taken


async def answer(
    request: Request,
    house: House,
    parts: Sequence[Shown],
    *,
    address: str,
    name: str,
    by_everybody: bool,
    title: str | None = None,
) -> Response:
    """The file of *parts*, named *name*; *by_everybody*: it is what visitors see.  Raises TooMany."""
    bound = volume.bind(parts, title=title, most=epub.MAX_TEXT)
    etag = f'W/"{_digest(bound, house.settings.title)}"'
    headers = {
        "cache-control": "public, max-age=300" if by_everybody else "private, no-store",
        "vary": "Cookie, Accept-Language",
        "content-disposition": f'attachment; filename="{name}.epub"',
        "x-content-type-options": "nosniff",
    }
    if by_everybody and responses.etag_matches(request.header("if-none-match"), etag):
        return responses.not_modified(etag, headers)
    place = network(request.client_ip)
    if house.settings.rate_limits == "on":
        throttles(house.db).books_of_place.use(place)
    pictures, left_out = await _pictures(house, bound, place)
    made = Book(bound, house.addresses.base, address, house.settings.title, pictures, left_out)
    body = await asyncio.to_thread(epub.bind, made)
    return responses.json_bytes(body, headers={**headers, "etag": etag}, content_type=epub.MIME)


def _digest(bound: volume.Volume, publisher: str) -> str:
    told = [publisher, bound.title, bound.author.name, speaking.language(), str(bound.count)]
    told += [f"{one.shown.status.id}:{one.shown.status.version}" for one in bound.parts]
    return hashlib.sha256("\0".join(told).encode()).hexdigest()[:20]


async def _pictures(
    house: House, bound: volume.Volume, place: str
) -> tuple[dict[int, list[Picture]], dict[int, int]]:
    """Those of each post, by its id, and how many of it there was no way or no room for."""
    wanted: list[tuple[int, MediaView]] = []
    left_out: defaultdict[int, int] = defaultdict(int)
    for part in bound.parts:
        status = part.shown.status
        for media in status.media:
            shown = media.kind == "image" and not status.is_sensitive and not status.spoiler_text
            if shown and len(wanted) < epub.MAX_PICTURES:
                wanted.append((status.id, media))
            else:
                left_out[status.id] += 1
    found: defaultdict[int, list[Picture]] = defaultdict(list)
    room = epub.MAX_PICTURE_BYTES
    until = asyncio.get_running_loop().time() + FETCH_SECONDS
    for number, (status_id, media) in enumerate(wanted, 1):
        key, size = await _key(house, media, place, until)
        body = await _read(house, key, size) if key and size <= room else None
        if key is None or body is None:
            left_out[status_id] += 1
        else:
            room -= size
            name = f"picture-{number}.{key.rpartition('.')[2]}"
            found[status_id].append(Picture(name, body, media.description or ""))
    return found, left_out


async def _key(house: House, media: MediaView, place: str, until: float) -> tuple[str | None, int]:
    """The key and the size of the picture's file that a book can hold, the first that is no heavier than
    it should be, else the smaller; those from elsewhere are fetched till *until*.
    """
    keys = [media.key, media.preview_key]
    if not any(keys) and (path := showing.original(media)) is not None:
        _, _, kind, number, _ = path.split("/")
        with contextlib.suppress(NotFound, NotYet, TooMany, TimeoutError):
            async with asyncio.timeout_at(until):
                keys = [await proxied.collecting(house).key(kind, int(number), path, place=place)]
    hides = hidden.of(house.db).hides
    given = [one for one in keys if one and one.rpartition(".")[2] in epub.TYPES and not await hides(one)]
    there: dict[str, Held] = {}
    with contextlib.suppress(MediaUnavailable):
        there = await house.storage.held(given)
    sizes = [(one, there[one].size) for one in given if one in there]
    light = [pair for pair in sizes if pair[1] <= _BIG]
    return light[0] if light else sizes[-1] if sizes else (None, 0)


async def _read(house: House, key: str, size: int) -> bytes | None:
    with contextlib.suppress(NotFound, MediaUnavailable, OSError):
        return b"".join([part async for part in house.storage.read(key, 0, size)])
    return None
