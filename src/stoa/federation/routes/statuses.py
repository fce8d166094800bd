"""Posts of those who live here, what was done by them, and what belongs to them.

What whoever asks may not see is answered like what never was: same status, same body, same headers
(GHSA-gwhw-gcjx-72v8).
"""

from __future__ import annotations

from sqlalchemy import bindparam, select

from stoa.asgi.responses import Response, redirect
from stoa.core.errors import NotFound
from stoa.core.statuses import views as status_views
from stoa.core.statuses import visibility
from stoa.db import Connection, Query, Row
from stoa.db.tables import polls, statuses
from stoa.db.tables.base import Id
from stoa.federation import lists, views
from stoa.federation.access import Asked
from stoa.federation.documents import Document, answer
from stoa.federation.render import activity
from stoa.federation.render import collection as render
from stoa.federation.render import note as render_note
from stoa.federation.render.context import with_context
from stoa.federation.routes import (
    PAGE_ITEMS,
    PersonHandler,
    collection,
    id_in,
    number_of,
    wants_page,
)

# All that the document of a post depends on and that leaves a trace.
_state = Query(
    select(
        statuses.c.id,
        statuses.c.version,
        statuses.c.favourites_count,
        statuses.c.reblogs_count,
        statuses.c.replies_count,
        polls.c.votes_count,
        polls.c.voters_count,
        views.series_of,
    )
    .select_from(statuses.outerjoin(polls, polls.c.id == statuses.c.poll_id))
    .where(statuses.c.id == bindparam("status", type_=Id))
)


async def find(asked: Asked, text: str) -> Row:
    """The row (`visibility.require_visible`) of the post or boost with the id *text*, whoever wrote
    it.  Raises NotFound where it is not there, or not for whoever asks.
    """
    signer = await asked.require_signer()
    status_id = id_in(text)
    try:
        return await _visible(asked, status_id, signer)
    except NotFound:
        if signer is not None or (signer := await asked.signer()) is None:
            raise
    return await _visible(asked, status_id, signer)


async def _visible(asked: Asked, status_id: int, asking: int | None) -> Row:
    async with asked.door.house.db.read() as conn:
        return await visibility.require_visible(conn, status_id, asking)


async def _of(asked: Asked, person: Row) -> Row:
    """The same for the id in the path, which is one of *person*'s."""
    row = await find(asked, asked.request.params["status"])
    if row.account_id != person.id or not row.local:
        raise NotFound
    return row


async def show(asked: Asked, person: Row) -> Response:
    """GET {note}: the post; of a boost, the way to its activity."""
    return await show_row(asked, await _of(asked, person))


async def show_row(asked: Asked, row: Row) -> Response:
    """What is shown of *row*, as `find` gives it."""
    if row.reblog_of_id is not None:
        return redirect(row.uri, headers=asked.headers())
    return answer(asked.request, await _note(asked, row.id), asked.headers())


async def _note(asked: Asked, status_id: int) -> Document:
    async with asked.door.house.db.read() as conn:
        state = await conn.first(_state, status=status_id)
        if state is None:
            raise NotFound
        key = ("note", *state)
        found = asked.documents.get(key)
        if found is None:
            note = await _rendered(asked, conn, status_id)
            found = asked.documents.put(key, with_context(note))
    return found


async def _rendered(asked: Asked, conn: Connection, status_id: int) -> dict[str, object]:
    house = asked.door.house
    view = await status_views.get(conn, status_id)
    around = await views.around(
        conn, house.addresses, house.settings.domain, [view],
        formulas=house.settings.formulas, with_replies=True,
    )  # fmt: skip
    return render_note.render(view, house.addresses, around[status_id])


async def show_activity(asked: Asked, person: Row) -> Response:
    """GET {note}/activity: the Create of a post, the Announce of a boost."""
    row = await _of(asked, person)
    async with asked.door.house.db.read() as conn:
        if row.reblog_of_id is None:
            document = activity.create(await _rendered(asked, conn, row.id))
        else:
            boost = await status_views.get(conn, row.id)
            originals = await lists.originals(conn, [row.reblog_of_id])
            if row.reblog_of_id not in originals:
                raise NotFound
            original = originals[row.reblog_of_id]
            document = activity.announce(boost, original.uri, original.author, asked.door.house.addresses)
    return answer(asked.request, document, asked.headers())


async def _post(asked: Asked, person: Row) -> Row:
    """The row of the post in the path, which is no boost."""
    row = await _of(asked, person)
    if row.reblog_of_id is not None:
        raise NotFound
    return row


async def replies(asked: Asked, person: Row) -> Response:
    """GET {note}/replies: the answers that are public, its author's own before those of others."""
    row = await _post(asked, person)
    address = asked.door.house.addresses.note_part(row.uri, "replies")
    others = f"{address}?page=true&only_other_accounts=true"
    async with asked.door.house.db.read() as conn:
        if not wants_page(asked):
            own = await lists.replies(conn, row.id, person.id, own=True, above=0, limit=views.FIRST_REPLIES)
            more = f"{address}?page=true&min_id={own[-1].id}" if len(own) == views.FIRST_REPLIES else others
            return collection(asked, render.replies(address, [one.uri for one in own], next_page=more))
        by_others = asked.request.query.get("only_other_accounts") in ("true", "1")
        above = number_of(asked, "min_id", 0)
        limit = PAGE_ITEMS if by_others or above else views.FIRST_REPLIES
        found = await lists.replies(conn, row.id, person.id, own=not by_others, above=above, limit=limit)
    start = others if by_others else f"{address}?page=true"
    next_page = None if by_others else others
    if len(found) == limit:
        next_page = f"{start}&min_id={found[-1].id}"
    at = f"{start}&min_id={above}" if above else start
    items = [one.uri for one in found]
    return collection(asked, render.replies_page(at, address, items, next_page=next_page))


async def likes(asked: Asked, person: Row) -> Response:
    """GET {note}/likes: how many, not whose."""
    return await _counted(asked, person, "likes", "favourites_count")


async def shares(asked: Asked, person: Row) -> Response:
    """GET {note}/shares: how many, not whose."""
    return await _counted(asked, person, "shares", "reblogs_count")


async def _counted(asked: Asked, person: Row, part: str, counter: str) -> Response:
    row = await _post(asked, person)
    async with asked.door.house.db.read() as conn:
        state = await conn.first(_state, status=row.id)
    if state is None:
        raise NotFound
    address = asked.door.house.addresses.note_part(row.uri, part)
    return collection(asked, render.counted(address, getattr(state, counter)))


def to_page(asked: Asked, person: Row) -> Response:
    """Where somebody with a browser is led from the id of a post, whether it is there or not."""
    status_id = id_in(asked.request.params["status"])
    return redirect(f"/@{person.username}/{status_id}", headers={"vary": "Accept"})


OF_PEOPLE: list[tuple[str, PersonHandler]] = [
    ("/statuses/{status}", show),
    ("/statuses/{status}/activity", show_activity),
    ("/statuses/{status}/replies", replies),
    ("/statuses/{status}/likes", likes),
    ("/statuses/{status}/shares", shares),
]
