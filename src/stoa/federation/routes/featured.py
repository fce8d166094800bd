"""What those who live here recommend: their collections of people (FEP-7aa9).

Whoever knows the address of a collection may have it; the list names those that are to be discovered.
"""

from __future__ import annotations

from stoa.asgi.responses import Response, redirect
from stoa.core.collections import store, views
from stoa.core.collections.model import MAX_COLLECTIONS, CollectionView
from stoa.core.errors import NotFound
from stoa.db import Row
from stoa.federation import here
from stoa.federation.access import Asked
from stoa.federation.documents import answer
from stoa.federation.render import collection as render_list
from stoa.federation.render import featured as render
from stoa.federation.render.context import FEATURE_CONTEXT, with_context
from stoa.federation.routes import PersonHandler, id_in, require_welcome


async def listed(asked: Asked, person: Row) -> Response:
    """GET {actor}/featured_collections: each whole; there are never many."""
    await require_welcome(asked, person)
    addresses = asked.door.house.addresses
    async with asked.door.house.db.read() as conn:
        found = await views.of(conn, person.id, None, limit=MAX_COLLECTIONS)
        shown = await views.in_order(conn, found, None)
    items = [render.collection(one, addresses) for one in shown]
    document = render_list.unordered(addresses.featured_collections(person.uri), items)
    return answer(asked.request, with_context(document, FEATURE_CONTEXT), asked.headers())


async def show(asked: Asked, person: Row) -> Response:
    """GET {actor}/collections/{number}."""
    await require_welcome(asked, person)
    return await _document(asked, await _of(asked, person, asked.request.params["number"]))


async def item(asked: Asked, person: Row) -> Response:
    """GET {actor}/collections/{number}/items/{item}."""
    await require_welcome(asked, person)
    view = await _of(asked, person, asked.request.params["number"])
    number = id_in(asked.request.params["item"])
    one = next((one for one in view.items if one.id == number), None)
    if one is None:
        raise NotFound
    document = render.item(one, view.uri, asked.door.house.addresses)
    return answer(asked.request, with_context(document, FEATURE_CONTEXT), asked.headers())


async def permalink(asked: Asked) -> Response:
    """GET /collections/{id} for a document; of one from elsewhere, the way there."""
    house = asked.door.house
    async with house.db.read() as conn:
        row = await store.find(conn, id_in(asked.request.params["id"]))
        person = None if row is None else await here.by_id(conn, str(row.account_id))
    if row is None:
        raise NotFound
    if not row.local:
        return redirect(row.uri, headers=asked.headers())
    if person is None:
        raise NotFound
    await require_welcome(asked, person)
    return await _document(asked, await _of(asked, person, asked.request.params["id"]))


async def _of(asked: Asked, person: Row, number: str) -> CollectionView:
    async with asked.door.house.db.read() as conn:
        found = (await views.load(conn, [id_in(number)], None)).get(id_in(number))
    if found is None or found.account_id != person.id:
        raise NotFound
    return found


async def _document(asked: Asked, view: CollectionView) -> Response:
    document = render.collection(view, asked.door.house.addresses)
    return answer(asked.request, with_context(document, FEATURE_CONTEXT), asked.headers())


def to_page(asked: Asked, person: Row) -> Response:
    """GET {actor}/collections/{number} for people: its page."""
    number = id_in(asked.request.params["number"])
    return redirect(f"/collections/{number}", headers={"vary": "Accept"})


OF_PEOPLE: list[tuple[str, PersonHandler]] = [
    ("/featured_collections", listed),
    ("/collections/{number}", show),
    ("/collections/{number}/items/{item}", item),
]
