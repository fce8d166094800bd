"""Files of other servers, at addresses with us: a reader never asks the other server for anything.

An address names a record and is known only to whoever may know where the file lies; it leads to the
copy in the storage, which is fetched first if need be.
"""

from __future__ import annotations

from weakref import WeakKeyDictionary

from stoa.asgi import responses
from stoa.asgi.requests import Request
from stoa.asgi.responses import Response
from stoa.core.auth.throttle import network
from stoa.core.errors import NotFound, TooMany
from stoa.core.house import House
from stoa.core.media.collect import Collecting, NotYet
from stoa.db import Database
from stoa.web import assets, showing
from stoa.web.pages import Page, number

# A copy may be forgotten one day, so that the way to it is not kept for ever.
_FOUND = "public, max-age=3600"
_MISSING = "public, max-age=300"

_collecting: WeakKeyDictionary[Database, Collecting] = WeakKeyDictionary()


def collecting(house: House) -> Collecting:
    """What this process is fetching for *house*."""
    found = _collecting.get(house.db)
    if found is None:
        found = _collecting[house.db] = Collecting(house.db, house.storage, house.collector, house.settings)
    return found


async def show(request: Request, house: House) -> Response:
    """GET /proxy/{kind}/{id}/{tag}: to the file."""
    kind = request.params["kind"]
    try:
        key = await collecting(house).key(
            kind, number(request.params["id"]), request.path, place=network(request.client_ip)
        )
    except NotFound:
        return _without(kind)
    except NotYet as answer:
        return _said(503, "The file is on its way.", {"retry-after": str(answer.seconds)})
    except TooMany as refusal:
        return _said(429, str(refusal), {"retry-after": "60"})
    return responses.redirect(f"{showing.MEDIA}/{key}", headers={"cache-control": _FOUND})


def _without(kind: str) -> Response:
    """Instead of a portrait the one of those who have none; nothing else is made up."""
    family = kind.partition("-")[0]
    if family in ("avatar", "header"):
        return responses.redirect(
            assets.address(f"missing-{family}.png"), headers={"cache-control": _MISSING}
        )
    return responses.text("There is no such file.\n", 404, {"cache-control": _MISSING})


def _said(status: int, words: str, headers: dict[str, str]) -> Response:
    return responses.text(f"{words}\n", status, {"cache-control": "no-store", **headers})


PAGES: list[Page] = [("GET", "/proxy/{kind}/{id}/{tag}", show)]
