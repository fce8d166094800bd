"""Where others begin: WebFinger (RFC 7033) and host-meta (RFC 6415).  Open to everybody."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl, unquote

from stoa.asgi import responses
from stoa.asgi.errors import HTTPError
from stoa.asgi.responses import Response
from stoa.core.accounts import views as account_views
from stoa.core.errors import NotFound
from stoa.db import Connection, Row
from stoa.federation import here, store
from stoa.federation.access import Asked
from stoa.federation.documents import answer
from stoa.federation.render import webfinger as render
from stoa.federation.render.actor import instance_name
from stoa.federation.routes import Handler
from stoa.ids import Addresses

JRD = "application/jrd+json; charset=utf-8"
XRD = "application/xrd+xml; charset=utf-8"
HEADERS = {"cache-control": "public, max-age=300"}

MAX_RESOURCE = 2_048
_MAX_FIELDS = 20
_HANDLE = re.compile(r"@?([A-Za-z0-9_.-]{1,256})@([A-Za-z0-9_.:\[\]-]{1,300})")
_PROFILE = re.compile(r"/@([A-Za-z0-9_.-]{1,256})")
_BY_NAME = re.compile(r"/users/([A-Za-z0-9_.-]{1,256})")
_BY_NUMBER = re.compile(r"/ap/users/([0-9]{1,19})")


async def webfinger(asked: Asked) -> Response:
    """GET /.well-known/webfinger?resource=: who that is.  400 without a resource, 404 for nobody,
    410 for somebody who is gone.
    """
    resource, relations = _question(asked)
    door = asked.door
    addresses, domain = door.house.addresses, door.house.settings.domain
    if door.house.settings.federation == "off":
        raise NotFound
    if _is_instance(resource, addresses, domain):
        return _jrd(asked, render.instance_jrd(addresses, domain), relations)
    async with door.house.db.read() as conn:
        person = await _find(conn, resource, addresses, domain)
        if person is None:
            if await store.find_tombstone(conn, _buried_as(resource)) is not None:
                raise HTTPError(410, "Nobody has this name any more.")
            raise NotFound
        account = await account_views.get(conn, person.id)
    return _jrd(asked, render.jrd(account, addresses, domain), relations)


def _question(asked: Asked) -> tuple[str, list[str]]:
    """What is asked about, and which relations are of interest (none named: all)."""
    try:
        pairs = parse_qsl(
            asked.request.query_string.decode("utf-8"), max_num_fields=_MAX_FIELDS, errors="strict"
        )
    except ValueError:
        raise HTTPError(400, "The query cannot be read.") from None
    named = [value.strip() for name, value in pairs if name == "resource"]
    if not named or not named[0]:
        raise HTTPError(400, "resource is missing: whom do you ask for?")
    if len(named) > 1 or len(named[0]) > MAX_RESOURCE:
        raise HTTPError(400, "resource must be one handle or address.")
    resource = named[0]
    if "%" in resource and ("@" not in resource or ":" not in resource):
        resource = unquote(resource)  # encoded twice by some
    if "\0" in resource:
        raise HTTPError(400, "resource holds a NUL character.")
    return resource, [value for name, value in pairs if name == "rel"]


def _is_instance(resource: str, addresses: Addresses, domain: str) -> bool:
    if resource.rstrip("/") in (addresses.base, addresses.instance_actor):
        return True
    return resource.lower().removeprefix("acct:") == f"{instance_name(domain)}@{domain}"


async def _find(conn: Connection, resource: str, addresses: Addresses, domain: str) -> Row | None:
    if (handle := _handle(resource)) is not None:
        return await here.by_name(conn, handle[1]) if handle[2].lower() == domain else None
    scheme, separator, rest = resource.partition("://")
    host, _, path = rest.partition("/")
    if not separator or f"{scheme.lower()}://{host.lower()}" != addresses.base:
        return None
    path = f"/{path}".rstrip("/")
    if (match := _BY_NUMBER.fullmatch(path)) is not None:
        return await here.by_id(conn, match[1])
    match = _PROFILE.fullmatch(path) or _BY_NAME.fullmatch(path)
    return None if match is None else await here.by_name(conn, match[1])


def _handle(resource: str) -> re.Match[str] | None:
    scheme, separator, rest = resource.partition(":")
    if separator and scheme.lower() == "acct":
        resource = rest
    return _HANDLE.fullmatch(resource)


def _buried_as(resource: str) -> str:
    """The id under which whoever is gone was buried: of an actor, or `acct:name@domain`."""
    handle = _handle(resource)
    return resource.rstrip("/") if handle is None else store.handle(handle[1], handle[2])


def _jrd(asked: Asked, document: dict[str, Any], relations: list[str]) -> Response:
    if relations:
        document["links"] = [one for one in document["links"] if one["rel"] in relations]
    return answer(asked.request, document, HEADERS, content_type=JRD)


async def host_meta(asked: Asked) -> Response:
    """GET /.well-known/host-meta: where WebFinger is, as XRD."""
    return responses.text(render.host_meta(asked.door.house.addresses), headers=HEADERS, content_type=XRD)


async def host_meta_json(asked: Asked) -> Response:
    """GET /.well-known/host-meta.json: the same as JSON."""
    return answer(
        asked.request, render.host_meta_json(asked.door.house.addresses), HEADERS, content_type=JRD
    )


ROUTES: list[tuple[str, Handler]] = [
    ("/.well-known/webfinger", webfinger),
    ("/.well-known/host-meta", host_meta),
    ("/.well-known/host-meta.json", host_meta_json),
]
