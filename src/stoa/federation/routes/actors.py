"""The actors: those who live here, and the server itself."""

from __future__ import annotations

from stoa.asgi.responses import Response, redirect
from stoa.db import Row
from stoa.federation import here, own
from stoa.federation.access import Asked, is_strict
from stoa.federation.documents import Document, answer
from stoa.federation.own_keys import INSTANCE
from stoa.federation.render import actor as render
from stoa.federation.render import collection as render_collection
from stoa.federation.routes import Handler, PersonHandler, collection

# What a server needs to check a signature, and nothing of the person beyond their name: two servers
# that both want signatures could not begin to speak otherwise.
_STUB = (
    "@context",
    "id",
    "type",
    "preferredUsername",
    "webfinger",
    "url",
    "inbox",
    "outbox",
    "followers",
    "following",
    "endpoints",
    "publicKey",
    "assertionMethod",
    "manuallyApprovesFollowers",
    "suspended",
)


async def show(asked: Asked, person: Row) -> Response:
    """GET {actor}: the actor.  Where everybody has to sign, those who do not, or whom the person
    blocks, get no more of it than its keys.
    """
    if not is_strict(asked.door.house.settings):
        return answer(asked.request, await _document(asked, person), asked.headers())
    signer = await asked.signer()
    async with asked.door.house.db.read() as conn:
        known = signer is not None and not await here.is_blocked(conn, person.id, signer)
    found = await (_document if known else _stub)(asked, person)
    return answer(asked.request, found, asked.headers())


async def _document(asked: Asked, person: Row) -> Document:
    key = ("actor", person.id, person.version)
    return asked.documents.get(key) or asked.documents.put(key, await _rendered(asked, person))


async def _stub(asked: Asked, person: Row) -> Document:
    key = ("stub", person.id, person.version)
    found = asked.documents.get(key)
    if found is None:
        whole = await _rendered(asked, person)
        found = asked.documents.put(key, {name: whole[name] for name in _STUB if name in whole})
    return found


async def _rendered(asked: Asked, person: Row) -> dict[str, object]:
    return await own.actor(asked.door.house, asked.door.own_keys, person.id)


def to_page(asked: Asked, person: Row) -> Response:
    """Where somebody with a browser is led from the id of an actor."""
    return redirect(f"/@{person.username}", headers={"vary": "Accept"})


async def show_instance(asked: Asked) -> Response:
    """GET /actor: the server itself, to everybody, or two strict servers would wait for each other."""
    found = asked.documents.get("instance")
    if found is None:
        house = asked.door.house
        pair = await asked.door.own_keys.of(INSTANCE)
        found = asked.documents.put(
            "instance",
            render.render_instance(
                house.addresses, house.settings.domain, house.settings.title, pair.public
            ),
        )
    return answer(asked.request, found, asked.headers())


async def show_nothing(asked: Asked) -> Response:
    """GET /actor/outbox, /followers, /following: empty, but there."""
    address = f"{asked.door.house.addresses.base}{asked.request.path.rstrip('/')}"
    return collection(asked, render_collection.whole(address, []))


ROUTES: list[tuple[str, Handler]] = [
    ("/actor", show_instance),
    ("/actor/outbox", show_nothing),
    ("/actor/followers", show_nothing),
    ("/actor/following", show_nothing),
]
OF_PEOPLE: list[tuple[str, PersonHandler]] = [("", show)]
