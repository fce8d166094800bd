"""The only writes to `preview_cards` and `status_cards`."""

from __future__ import annotations

from urllib.parse import urlsplit

from sqlalchemy import Text, bindparam, delete, exists, select

from stoa import ids
from stoa.core import events
from stoa.core.links.model import Page
from stoa.core.media import foreign
from stoa.db import Connection, Query, any_of, upsert
from stoa.db.tables import preview_cards, status_cards

_SAID = (
    "type", "title", "description", "language", "provider_name", "provider_url", "author_name",
    "author_url", "creator_id", "creator_agrees", "html", "embed_url", "width", "height", "image_url",
    "image_description", "published_at",
    "fetched_at",
)  # fmt: skip
_put = upsert(
    preview_cards, "id", "url", *_SAID,
    key=("url",),
    update={name: bindparam(name, type_=preview_cards.c[name].type) for name in _SAID},
)  # fmt: skip
_by_url = Query(select(preview_cards.c.id).where(preview_cards.c.url == bindparam("address", type_=Text)))
_attach = upsert(status_cards, "status_id", "card_id", key=("status_id",))
_has = Query(
    select(
        exists().where(
            status_cards.c.status_id == bindparam("status"), status_cards.c.card_id == bindparam("card")
        )
    )
)
_detach = Query(
    delete(status_cards)
    .where(status_cards.c.status_id == bindparam("status"))
    .returning(status_cards.c.status_id)
)
_spent = Query(
    select(preview_cards.c.id)
    .where(
        preview_cards.c.fetched_at < bindparam("before"),
        ~exists().where(status_cards.c.card_id == preview_cards.c.id),
    )
    .limit(100)
)
_forget = Query(delete(preview_cards).where(any_of(preview_cards.c.id, "ids")))


async def put(conn: Connection, url: str, page: Page, *, creator_id: int | None, agrees: bool) -> int:
    """The id of the card of *url*, which says what *page* says."""
    await conn.run(
        _put,
        id=ids.new_id(),
        url=url,
        type=page.kind,
        title=page.title,
        description=page.description,
        language=page.language,
        provider_name=page.provider_name,
        provider_url=page.provider_url,
        author_name=page.author_name,
        author_url=page.author_url,
        creator_id=creator_id,
        creator_agrees=agrees,
        html=page.html,
        embed_url=page.embed_url,
        width=page.width,
        height=page.height,
        image_url=page.image_url,
        image_description=page.image_description,
        published_at=page.published_at,
        fetched_at=ids.now_ms(),
    )
    card_id: int = await conn.scalar(_by_url, address=url)
    domain = urlsplit(page.image_url).netloc.lower() if page.image_url else ""
    await foreign.set_card_image(conn, card_id, page.image_url, domain)
    return card_id


async def attach(conn: Connection, status_id: int, card_id: int) -> None:
    """The status shows that card."""
    if not await conn.scalar(_has, status=status_id, card=card_id):
        await conn.run(_attach, status_id=status_id, card_id=card_id)
        await events.record(conn, events.CardChanged(status_id))


async def detach(conn: Connection, status_id: int) -> None:
    """The status shows no card."""
    if await conn.scalars(_detach, status=status_id):
        await events.record(conn, events.CardChanged(status_id))


async def sweep(conn: Connection, before: int) -> None:
    """Forget some of the cards that were fetched before then and that no status shows."""
    spent = await conn.scalars(_spent, before=before)
    for card_id in spent:
        await foreign.set_card_image(conn, card_id, None, "")
    if spent:
        await conn.run(_forget, ids=spent)
