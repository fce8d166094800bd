"""What would be shown among the trends, and letting it in (methods/admin/trends).

Approving and rejecting are not in Mastodon's documentation; its routes are, and these are the same.
"""

from __future__ import annotations

from orjson import dumps

from stoa.api import cards, rendered
from stoa.api.entities import tag as tag_entity
from stoa.api.routes.trends import Wish, turning
from stoa.api.routing import Call, Handler, route
from stoa.asgi.responses import Response, json, json_bytes
from stoa.core.errors import NotFound
from stoa.core.timelines import tags
from stoa.core.trends import store, views


async def list_tags(call: Call) -> Response:
    """GET /api/v1/admin/trends/tags: [Admin::Tag]."""
    call.staff("manage_taxonomies")
    wish = await call.args(Wish)
    limit = wish.capped(default=10, most=20)
    async with call.house.db.read() as conn:
        those = await views.for_review(conn, "tag", limit=limit, offset=wish.offset)
        found = await tags.load(conn, [one.subject_id for one in those], call.me)
    entities = [
        tag_entity.render_admin(
            found[one.subject_id],
            call.house.addresses,
            allowed=one.allowed,
            by_default=call.house.settings.trends == "all",
        )
        for one in those
        if one.subject_id in found
    ]
    return json(entities, headers=turning(call, wish, limit, len(those)))


async def list_statuses(call: Call) -> Response:
    """GET /api/v1/admin/trends/statuses: [Status]."""
    call.staff("manage_taxonomies")
    wish = await call.args(Wish)
    limit = wish.capped(default=20, most=40)
    async with call.house.db.read() as conn:
        those = await views.for_review(conn, "status", limit=limit, offset=wish.offset)
        order = [one.subject_id for one in those]
        found = await rendered.statuses_by_id(conn, call.house, order, call.me)
    body = b"[%s]" % b",".join(found[one] for one in order if one in found)
    return json_bytes(body, headers=turning(call, wish, limit, len(those)))


async def list_links(call: Call) -> Response:
    """GET /api/v1/admin/trends/links: [Trends::Link], each with its id and whether it waits."""
    me, _ = call.staff("manage_taxonomies")
    wish = await call.args(Wish)
    limit = wish.capped(default=10, most=20)
    async with call.house.db.read() as conn:
        those = await views.for_review(conn, "link", limit=limit, offset=wish.offset)
        found = await cards.trending(conn, call.house, [one.subject_id for one in those], me)
    body = b"[%s]" % b",".join(
        _for_moderators(found[one.subject_id], one.subject_id, requires_review=one.allowed is None)
        for one in those
        if one.subject_id in found
    )
    return json_bytes(body, headers=turning(call, wish, limit, len(those)))


def _for_moderators(link: bytes, card_id: int, *, requires_review: bool) -> bytes:
    return link[:-1] + b',"id":"%d","requires_review":%s}' % (card_id, dumps(requires_review))


def _link(allowed: bool) -> Handler:
    async def decide(call: Call) -> Response:
        """POST /api/v1/admin/trends/links/:id/approve and …/reject: Trends::Link."""
        me, _ = call.staff("manage_taxonomies")
        card_id = call.id()
        async with call.house.db.write() as conn:
            found = (await cards.trending(conn, call.house, [card_id], me)).get(card_id)
            if found is None:
                raise NotFound
            await store.decide(conn, "link", card_id, allowed=allowed, by=me)
        return json_bytes(_for_moderators(found, card_id, requires_review=False))

    return decide


def _tag(allowed: bool) -> Handler:
    async def decide(call: Call) -> Response:
        """POST /api/v1/admin/trends/tags/:id/approve and …/reject: Admin::Tag."""
        me, _ = call.staff("manage_taxonomies")
        tag_id = call.id()
        async with call.house.db.write() as conn:
            found = (await tags.load(conn, [tag_id], me)).get(tag_id)
            if found is None:
                raise NotFound
            await store.decide(conn, "tag", tag_id, allowed=allowed, by=me)
        return json(
            tag_entity.render_admin(found, call.house.addresses, allowed=allowed, by_default=allowed)
        )

    return decide


def _status(allowed: bool) -> Handler:
    async def decide(call: Call) -> Response:
        """POST /api/v1/admin/trends/statuses/:id/approve and …/reject: Status."""
        me, _ = call.staff("manage_taxonomies")
        status_id = call.id()
        async with call.house.db.write() as conn:
            body = await rendered.status(conn, call.house, status_id, me)
            await store.decide(conn, "status", status_id, allowed=allowed, by=me)
        return json_bytes(body)

    return decide


_BASE = "/api/v1/admin/trends"
_READ, _WRITE = "admin:read", "admin:write"

ROUTES = [
    route("GET", f"{_BASE}/tags", list_tags, scopes=_READ),
    route("GET", f"{_BASE}/links", list_links, scopes=_READ),
    route("POST", f"{_BASE}/links/{{id}}/approve", _link(True), scopes=_WRITE),
    route("POST", f"{_BASE}/links/{{id}}/reject", _link(False), scopes=_WRITE),
    route("GET", f"{_BASE}/statuses", list_statuses, scopes=_READ),
    route("POST", f"{_BASE}/tags/{{id}}/approve", _tag(True), scopes=_WRITE),
    route("POST", f"{_BASE}/tags/{{id}}/reject", _tag(False), scopes=_WRITE),
    route("POST", f"{_BASE}/statuses/{{id}}/approve", _status(True), scopes=_WRITE),
    route("POST", f"{_BASE}/statuses/{{id}}/reject", _status(False), scopes=_WRITE),
]
