"""The door for other servers: every document they can ask for, bound to the house.

    routes(door)      all routes of the door that are only its own, and those of ids
    negotiated(door)  path of a page → what a server gets there that asks for a document

An id serves two: a server gets the document, a browser is led to the page.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias
from urllib.parse import urlsplit

from stoa.asgi import responses
from stoa.asgi.errors import HTTPError
from stoa.asgi.kept import Kept
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.asgi.router import Route
from stoa.core.accounts import views as account_views
from stoa.core.errors import NotFound
from stoa.db import Row
from stoa.federation import here, negotiate, store
from stoa.federation.access import FOR_EVERYONE, Asked
from stoa.federation.documents import Documents, answer
from stoa.federation.door import Door
from stoa.federation.render.context import with_context
from stoa.federation.render.note import tombstone
from stoa.federation.routes import (
    Handler,
    PersonHandler,
    actors,
    collections,
    contexts,
    emojis,
    featured,
    nodeinfo,
    series,
    stamps,
    statuses,
    wellknown,
)

Bare: TypeAlias = Callable[[Request], Awaitable[Response]]
ToPage: TypeAlias = Callable[[Asked, Row], Response]

OPEN: list[tuple[str, Handler]] = [*wellknown.ROUTES, *nodeinfo.ROUTES]
DOCUMENTS: list[tuple[str, Handler]] = [*actors.ROUTES, *contexts.ROUTES, *emojis.ROUTES]
OF_PEOPLE: list[tuple[str, PersonHandler]] = [
    *actors.OF_PEOPLE,
    *collections.OF_PEOPLE,
    *statuses.OF_PEOPLE,
    *featured.OF_PEOPLE,
    *series.OF_PEOPLE,
    *stamps.OF_PEOPLE,
]
# How ids of actors are spelt: today, and by the first schema.
NUMBERED, NAMED = "/ap/users/{id}", "/users/{username}"
PAGES: dict[PersonHandler, ToPage] = {
    actors.show: actors.to_page,
    statuses.show: statuses.to_page,
    featured.show: featured.to_page,
    series.show: series.to_page,
}


def routes(door: Door) -> list[Route]:
    """Every route for GET, bound to *door*."""
    bound = _Bound(door)
    return [
        *(Route("GET", path, bound.plain(handler, guarded=False)) for path, handler in OPEN),
        *(Route("GET", path, bound.plain(handler)) for path, handler in DOCUMENTS),
        *(
            Route("GET", prefix + suffix, bound.of_person(handler))
            for prefix in (NUMBERED, NAMED)
            for suffix, handler in OF_PEOPLE
        ),
    ]


def negotiated(door: Door) -> Mapping[str, Bare]:
    """Path of a page → the handler for those who ask it for a document."""
    bound = _Bound(door)
    return {
        "/@{acct}": bound.plain(_profile, beside_page=True),
        "/@{acct}/{id}": bound.plain(_permalink, beside_page=True),
        "/collections/{id}": bound.plain(featured.permalink, beside_page=True),
        "/@{acct}/series/{id}": bound.plain(series.permalink, beside_page=True),
    }


def wants_document(request: Request) -> bool:
    """Whether *request* asks for a document where there is a page as well."""
    return negotiate.wants_document(request.header("accept"))


class _Bound:
    """Handlers bound to a door, with what they share."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._documents = Documents()
        self._kept = Kept()

    def plain(self, handler: Handler, *, guarded: bool = True, beside_page: bool = False) -> Bare:
        """*handler*, which says no in JSON; *guarded*: not for servers that are refused."""

        async def run(request: Request) -> Response:
            asked = Asked(request, self._door, self._documents, beside_page=beside_page)
            return await self._answered(asked, handler, guarded=guarded)

        return run

    def of_person(self, handler: PersonHandler) -> Bare:
        """*handler* for the account in the path."""
        to_page = PAGES.get(handler)

        async def document(asked: Asked) -> Response:
            person = await self._person(asked)
            if person is None:
                raise NotFound
            elsewhere = _spelt_otherwise(asked, person)
            if elsewhere is not None:
                return responses.redirect(elsewhere, 301, headers=asked.headers())
            return await handler(asked, person)

        async def run(request: Request) -> Response:
            asked = Asked(request, self._door, self._documents)
            if to_page is None or wants_document(request):
                return await self._answered(asked, document)
            person = await self._person(asked)
            try:
                if person is not None:
                    return to_page(asked, person)
            except NotFound:
                pass
            raise HTTPError(404, "Not found")

        return run

    async def _person(self, asked: Asked) -> Row | None:
        params = asked.request.params
        async with self._door.house.db.read() as conn:
            if "id" in params:
                return await here.by_id(conn, params["id"])
            return await here.by_name(conn, params["username"])

    async def _answered(self, asked: Asked, handler: Handler, *, guarded: bool = True) -> Response:
        """What *handler* says, its refusals as JSON; what is for everyone is given again while
        nothing has changed.
        """
        request = asked.request
        try:
            version = self._door.house.db.version()
            # Whose server is refused is in the database too: who was let in at this version, still is.
            key = (
                request.path,
                request.query_string,
                asked.signed,
                asked.claimed() if guarded else None,
                request.header("if-none-match"),
            )
            found = self._kept.get(version, key)
            if found is None:
                if guarded:
                    await asked.let_in()
                found = await handler(asked)
                if asked.for_everyone:
                    self._kept.put(version, key, found)
            return found
        except NotFound:
            return await self._gone(asked) or _refused(HTTPError(404, "Not found"))
        except HTTPError as refusal:
            return _refused(refusal)

    async def _gone(self, asked: Asked) -> Response | None:
        """410 with a Tombstone for what was here once and could be seen by everyone."""
        address = self._door.house.addresses.base + asked.request.path.rstrip("/")
        async with self._door.house.db.read() as conn:
            row = await store.find_tombstone(conn, address)
        if row is None:
            return None
        document = with_context(tombstone(row.uri, row.kind or "Note"))
        return answer(
            asked.request, document, {"cache-control": FOR_EVERYONE, "vary": "Accept"}, status=410
        )


def _spelt_otherwise(asked: Asked, person: Row) -> str | None:
    """The address to go to, where the path does not begin with the id of *person*'s actor."""
    path = asked.request.path
    # Paths are compared, not addresses: a server that moved from http to https would go in circles.
    own = urlsplit(person.uri).path
    if path == own or path.startswith(own + "/"):
        return None
    own_segments = 3 if path.startswith("/ap/") else 2
    rest = path[1:].split("/")[own_segments:]
    query = asked.request.query_string.decode("latin-1")
    return "/".join([person.uri, *filter(None, rest)]) + (f"?{query}" if query else "")


def _refused(refusal: HTTPError) -> Response:
    return responses.error(refusal.status, refusal.message, headers=refusal.headers)


async def _profile(asked: Asked) -> Response:
    """GET /@{acct} for a document: the actor; of somebody elsewhere, the way there."""
    house = asked.door.house
    async with house.db.read() as conn:
        account_id = await account_views.find_by_acct(
            conn, asked.request.params["acct"], house.settings.domain
        )
        account = None if account_id is None else await account_views.get(conn, account_id)
        person = None if account is None else await here.by_id(conn, str(account.id))
    if person is not None:
        return await actors.show(asked, person)
    if account is None or account.local or account.suspended_at is not None:
        raise NotFound
    return responses.redirect(account.uri, headers=asked.headers())


async def _permalink(asked: Asked) -> Response:
    """GET /@{acct}/{id} for a document: the post; of one from elsewhere, the way there."""
    row = await statuses.find(asked, asked.request.params["id"])
    if not row.local:
        return responses.redirect(row.uri, headers=asked.headers())
    return await statuses.show_row(asked, row)
