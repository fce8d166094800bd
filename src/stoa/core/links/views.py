"""Cards for showing."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Text, bindparam, select

from stoa.core.links.model import Card
from stoa.db import Connection, Query, Row, any_of
from stoa.db.tables import card_images, preview_cards

_cards = select(
    *(preview_cards.c[name] for name in Card.__struct_fields__ if name != "blurhash"),
    card_images.c.blurhash,
).select_from(preview_cards.outerjoin(card_images, card_images.c.card_id == preview_cards.c.id))
_by_ids = Query(_cards.where(any_of(preview_cards.c.id, "ids")))
_by_url = Query(_cards.where(preview_cards.c.url == bindparam("address", type_=Text)))


async def load(conn: Connection, card_ids: Iterable[int]) -> dict[int, Card]:
    """id → card."""
    return {row.id: _card(row) for row in await conn.all(_by_ids, ids=sorted(set(card_ids)))}


async def by_url(conn: Connection, url: str) -> Card | None:
    """What is known of the page at *url*."""
    row = await conn.first(_by_url, address=url)
    return None if row is None else _card(row)


def _card(row: Row) -> Card:
    return Card(**row._asdict())
