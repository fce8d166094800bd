"""Conversations that began here, as collections of their posts (FEP-7888, FEP-f228)."""

from __future__ import annotations

from stoa.asgi.responses import Response
from stoa.core.errors import NotFound
from stoa.federation import lists
from stoa.federation.access import Asked
from stoa.federation.render import collection as render
from stoa.federation.routes import PAGE_ITEMS, Handler, collection, id_in, number_of, wants_page


async def show(asked: Asked) -> Response:
    """GET /contexts/{id}: the ids of the public posts of a conversation, the first one first, then
    in the order in which they were written; short ones whole, long ones in pages.
    """
    await asked.require_signer()
    number = id_in(asked.request.params["id"])
    above = number_of(asked, "min_id", 0)
    async with asked.door.house.db.read() as conn:
        root = await lists.root(conn, number)
        if root is None:
            raise NotFound
        size = 1 + await lists.conversation_size(conn, number)
        limit = PAGE_ITEMS if above else PAGE_ITEMS - 1
        rows = await lists.conversation(conn, number, above, limit)
    address = asked.door.house.addresses.context(number)
    items = [row.uri for row in rows] if above else [root.uri, *(row.uri for row in rows)]
    if size <= PAGE_ITEMS and not wants_page(asked):
        return collection(asked, render.whole(address, items, attributed_to=root.author))
    if not wants_page(asked):
        cover = render.cover(address, size, first=f"{address}?page=true")
        return collection(asked, {**cover, "attributedTo": root.author})
    at = f"{address}?page=true" + (f"&min_id={above}" if above else "")
    next_page = f"{address}?page=true&min_id={rows[-1].id}" if len(rows) == limit else None
    return collection(asked, render.page(at, address, items, next_page=next_page, total=size))


ROUTES: list[tuple[str, Handler]] = [("/contexts/{id}", show)]
