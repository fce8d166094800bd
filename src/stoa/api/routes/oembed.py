"""A post in somebody else's page (methods/oembed, oembed.com)."""

from __future__ import annotations

from html import escape
from typing import Annotated
from urllib.parse import urlsplit

from msgspec import Meta, Struct

from stoa.api.routing import Call, record_id, route
from stoa.asgi.responses import Response, json
from stoa.core.errors import NotFound
from stoa.core.statuses import views, visibility

CACHE_SECONDS = 86_400
DEFAULT_WIDTH, LEAST, MOST = 400, 100, 4_000


class _Wanted(Struct):
    url: Annotated[str, Meta(max_length=2_048)] = ""
    maxwidth: int | None = None
    maxheight: int | None = None


async def show(call: Call) -> Response:
    """GET /api/oembed: how to embed the public post at `url`, which has to live here."""
    asked = await call.args(_Wanted)
    house = call.house
    parts = urlsplit(asked.url)
    if f"{parts.scheme}://{parts.netloc}" != house.addresses.base:
        raise NotFound
    name, _, tail = parts.path.strip("/").partition("/")
    if not name.startswith("@"):
        raise NotFound
    status_id = record_id(tail.removesuffix("/embed"))
    async with house.db.read() as conn:
        row = await visibility.require_visible(conn, status_id, None)
        status = await views.get(conn, row.id)
    if not status.local or status.reblog_of_id is not None:
        raise NotFound
    author = status.account
    width = max(LEAST, min(asked.maxwidth or DEFAULT_WIDTH, MOST))
    height = None if asked.maxheight is None else max(LEAST, min(asked.maxheight, MOST))
    address = house.addresses.status(author.username, status_id)
    said = f'height="{height}" ' if height else ""
    frame = (
        f'<iframe src="{escape(address)}/embed" width="{width}" {said}'
        'sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox" '
        f'style="border:0;max-width:100%" title="{escape(author.display_name or author.username)}" '
        'loading="lazy"></iframe>'
    )
    return json(
        {
            "type": "rich",
            "version": "1.0",
            "title": status.title or f"A post by {author.display_name or author.username}",
            "author_name": author.display_name or author.username,
            "author_url": author.url,
            "provider_name": house.settings.title,
            "provider_url": f"{house.addresses.base}/",
            "cache_age": CACHE_SECONDS,
            "html": frame,
            "width": width,
            "height": height,
        }
    )


ROUTES = [route("GET", "/api/oembed", show, auth="none")]
