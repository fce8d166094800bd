"""Stamps by which those who live here let quotes stand (FEP-044f)."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from stoa.asgi.responses import Response
from stoa.core.errors import NotFound
from stoa.core.statuses import visibility
from stoa.db import Connection, Query, Row
from stoa.db.tables import quote_stamps, statuses
from stoa.db.tables.base import Id
from stoa.federation.access import Asked
from stoa.federation.documents import answer
from stoa.federation.render import activity
from stoa.federation.routes import PersonHandler, id_in, require_welcome

_given = Query(
    select(quote_stamps.c.status_id, quote_stamps.c.quoting).where(
        quote_stamps.c.id == bindparam("number", type_=Id),
        quote_stamps.c.account_id == bindparam("account", type_=Id),
    )
)
_quoted = statuses.alias("quoted")
# A quote among those who live here has no stamp of its own: its author's consent is in its state,
# and its number is that of the stamp (views.around).
_among_us = Query(
    select(_quoted.c.id.label("status_id"), statuses.c.uri.label("quoting"))
    .select_from(statuses.join(_quoted, _quoted.c.id == statuses.c.quote_of_id))
    .where(
        statuses.c.id == bindparam("number", type_=Id),
        statuses.c.local,
        statuses.c.quote_state == "accepted",
        _quoted.c.account_id == bindparam("account", type_=Id),
    )
)


async def show(asked: Asked, person: Row) -> Response:
    """GET {actor}/quote_authorizations/{number}: the stamp while it holds."""
    signer = await require_welcome(asked, person)
    number = id_in(asked.request.params["number"])
    async with asked.door.house.db.read() as conn:
        found = await _find(conn, person.id, number)
        if found is None:
            raise NotFound
        # Who may not see what is quoted is not told that it is.
        quoted = await visibility.require_visible(conn, found.status_id, signer)
    addresses = asked.door.house.addresses
    document = activity.quote_authorization(
        addresses.quote_authorization(person.uri, number),
        person.uri,
        quoting=found.quoting,
        quoted=quoted.uri,
    )
    return answer(asked.request, document, asked.headers())


async def _find(conn: Connection, account_id: int, number: int) -> Row | None:
    for query in (_given, _among_us):
        row = await conn.first(query, number=number, account=account_id)
        if row is not None:
            return row
    return None


OF_PEOPLE: list[tuple[str, PersonHandler]] = [("/quote_authorizations/{number}", show)]
