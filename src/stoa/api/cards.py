"""Cards of pages as apps are sent them."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from stoa.api import bodies
from stoa.api.entities import card as entity
from stoa.api.entities import tag as tag_entity
from stoa.core.house import House
from stoa.core.links import views
from stoa.core.statuses import uses
from stoa.core.statuses.model import StatusHead
from stoa.db import Connection
from stoa.db.tables import status_cards

_uses = uses.of_days(status_cards, status_cards.c.card_id)


async def of(
    conn: Connection, house: House, heads: Sequence[StatusHead], viewer_id: int | None
) -> dict[int, bytes]:
    """id → PreviewCard as JSON, for those in *heads*; two queries, where there are any."""
    wanted = {head.card_id for head in heads if head.card_id is not None}
    if not wanted:
        return {}
    return await by_id(conn, house, wanted, viewer_id)


async def by_id(
    conn: Connection, house: House, card_ids: set[int], viewer_id: int | None
) -> dict[int, bytes]:
    """id → PreviewCard as JSON."""
    cards = await views.load(conn, card_ids)
    credited = {card.creator_id for card in cards.values() if card.creator_id and card.creator_agrees}
    people = await bodies.accounts(conn, house.addresses, credited) if credited else {}
    return {
        card.id: orjson.dumps(
            entity.render(
                card,
                house.addresses,
                orjson.Fragment(people[card.creator_id]) if card.creator_id in people else None,
                is_creator=viewer_id is not None and viewer_id == card.creator_id,
            )
        )
        for card in cards.values()
    }


async def trending(
    conn: Connection, house: House, card_ids: Sequence[int], viewer_id: int | None
) -> dict[int, bytes]:
    """id → Trends::Link as JSON; one query more than `by_id`."""
    found = await by_id(conn, house, set(card_ids), viewer_id)
    used = await uses.histories(conn, _uses, found)
    return {
        one: body[:-1] + b',"history":%s}' % orjson.dumps(tag_entity.history(used[one]))
        for one, body in found.items()
    }
