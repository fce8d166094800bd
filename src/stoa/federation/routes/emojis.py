"""Our own custom emoji as documents (FEP-9098)."""

from __future__ import annotations

from sqlalchemy import Text, bindparam, select

from stoa.asgi.responses import Response
from stoa.core.accounts.model import Emoji
from stoa.core.errors import NotFound
from stoa.db import Query
from stoa.db.tables import custom_emojis
from stoa.federation.access import Asked
from stoa.federation.documents import answer
from stoa.federation.render import pictures
from stoa.federation.render.context import with_context
from stoa.federation.routes import Handler
from stoa.ids import iso

_get = Query(
    select(
        custom_emojis.c.key,
        custom_emojis.c.static_key,
        custom_emojis.c.category,
        custom_emojis.c.visible,
        custom_emojis.c.created_at,
        custom_emojis.c.updated_at,
    ).where(
        custom_emojis.c.shortcode == bindparam("shortcode", type_=Text),
        custom_emojis.c.domain == "",
        custom_emojis.c.disabled.is_(False),
    )
)


async def show(asked: Asked) -> Response:
    """GET /emojis/{shortcode}: an Emoji with its picture; to everybody, as the picture is."""
    shortcode = asked.request.params["shortcode"]
    async with asked.door.house.db.read() as conn:
        row = await conn.first(_get, shortcode=shortcode)
    if row is None:
        raise NotFound
    emoji = Emoji(shortcode, row.key, row.static_key, None, row.category, row.visible)
    document = pictures.emoji(emoji, asked.door.house.addresses)
    if document is None:
        raise NotFound
    document["updated"] = iso(row.updated_at or row.created_at)
    return answer(asked.request, with_context(document), asked.headers())


ROUTES: list[tuple[str, Handler]] = [("/emojis/{shortcode}", show)]
