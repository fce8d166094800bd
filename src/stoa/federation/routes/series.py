"""Series of those who live here, as collections of what whoever asks may see of them."""

from __future__ import annotations

from stoa.asgi.responses import Response, redirect
from stoa.core.errors import NotFound
from stoa.core.series import store, views
from stoa.db import Row
from stoa.federation import here
from stoa.federation.access import Asked
from stoa.federation.render import series as render
from stoa.federation.routes import PersonHandler, collection, id_in, require_welcome


async def show(asked: Asked, person: Row) -> Response:
    """GET {actor}/series/{number}."""
    await require_welcome(asked, person)
    return await _document(asked, person, id_in(asked.request.params["number"]))


async def permalink(asked: Asked) -> Response:
    """GET /@{acct}/series/{id} for a document; of one from elsewhere, the way there."""
    series_id = id_in(asked.request.params["id"])
    async with asked.door.house.db.read() as conn:
        row = await store.find(conn, series_id)
        person = None if row is None else await here.by_id(conn, str(row.account_id))
        if row is not None and not row.local:
            # Whoever may see none of its posts learns nothing of it.
            await views.read(conn, series_id, None)
    if row is not None and not row.local:
        return redirect(row.uri, headers=asked.headers())
    if person is None:
        raise NotFound
    await require_welcome(asked, person)
    return await _document(asked, person, series_id)


async def _document(asked: Asked, person: Row, series_id: int) -> Response:
    signer = await asked.signer()
    async with asked.door.house.db.read() as conn:
        found, seen = await views.read(conn, series_id, signer)
        if found.account_id != person.id or not found.local or not seen:
            raise NotFound
        items = await views.uris(conn, [one.id for one in seen])
    return collection(asked, render.series(found, person.uri, items))


def to_page(asked: Asked, person: Row) -> Response:
    """GET {actor}/series/{number} for people: its page."""
    number = id_in(asked.request.params["number"])
    return redirect(f"/@{person.username}/series/{number}", headers={"vary": "Accept"})


OF_PEOPLE: list[tuple[str, PersonHandler]] = [("/series/{number}", show)]
