"""Stamps by which those who live here let quotes stand (FEP-044f), and other deeds (GoToSocial)."""

from __future__ import annotations

from functools import partial

from sqlalchemy import Text, bindparam, select

from stoa.asgi.responses import Response
from stoa.core.collections import store as featured
from stoa.core.errors import NotFound
from stoa.core.statuses import visibility
from stoa.db import Connection, Query, Row
from stoa.db.tables import quote_stamps, statuses
from stoa.db.tables.base import Id
from stoa.federation.access import Asked
from stoa.federation.documents import answer
from stoa.federation.render import activity
from stoa.federation.render import featured as render
from stoa.federation.render.context import FEATURE_CONTEXT, with_context
from stoa.federation.routes import PersonHandler, id_in, require_welcome

_given = Query(
    select(quote_stamps.c.status_id, quote_stamps.c.quoting).where(
        quote_stamps.c.id == bindparam("number", type_=Id),
        quote_stamps.c.account_id == bindparam("account", type_=Id),
        quote_stamps.c.kind == bindparam("kind", type_=Text),
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


async def _show(kind: str, asked: Asked, person: Row) -> Response:
    """GET {actor}/quote_authorizations/{number} (and its kin): the stamp while it holds."""
    signer = await require_welcome(asked, person)
    number = id_in(asked.request.params["number"])
    async with asked.door.house.db.read() as conn:
        found = await _find(conn, person.id, kind, number)
        if found is None:
            raise NotFound
        # Who may not see what is quoted is not told that it is.
        target = await visibility.require_visible(conn, found.status_id, signer)
    addresses = asked.door.house.addresses
    document = activity.authorization(
        addresses.authorization(person.uri, kind, number),
        person.uri,
        interacting=found.quoting,
        target=target.uri,
        kind=kind,
    )
    return answer(asked.request, document, asked.headers())


async def _find(conn: Connection, account_id: int, kind: str, number: int) -> Row | None:
    given = await conn.first(_given, number=number, account=account_id, kind=kind)
    if given is not None or kind != "Quote":
        return given
    return await conn.first(_among_us, number=number, account=account_id)


async def _feature(asked: Asked, person: Row) -> Response:
    """GET {actor}/feature_authorizations/{number}: that they agree to be in a collection, while they do."""
    await require_welcome(asked, person)
    number = id_in(asked.request.params["number"])
    async with asked.door.house.db.read() as conn:
        item = await featured.find_item(conn, number)
    if item is None or item.account_id != person.id or item.state != "accepted":
        raise NotFound
    document = render.stamp(number, person.uri, item.collection_uri, asked.door.house.addresses)
    return answer(asked.request, with_context(document, FEATURE_CONTEXT), asked.headers())


OF_PEOPLE: list[tuple[str, PersonHandler]] = [
    ("/feature_authorizations/{number}", _feature),
    *(
        (f"/{kind.lower()}_authorizations/{{number}}", partial(_show, kind))
        for kind in ("Quote", "Reply", "Like", "Announce")
    ),
]
