"""Accounts: whoever lives here or elsewhere, and how one stands to them (methods/accounts)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import orjson
from msgspec import Meta, Struct

from stoa.api import rendered
from stoa.api.entities import list as list_entity
from stoa.api.entities import relationship as relationship_entity
from stoa.api.routing import Call, route
from stoa.asgi.errors import HTTPError
from stoa.asgi.responses import Response, json, json_bytes
from stoa.core.accounts import views as account_views
from stoa.core.auth.throttle import throttles
from stoa.core.errors import NotFound
from stoa.core.relationships import block, follow, mute, notes, views
from stoa.core.search import accounts as account_search
from stoa.core.statuses.visibility import shut_to_visitors
from stoa.core.timelines import lists
from stoa.core.timelines import views as timelines
from stoa.db import Connection

MAX_ASKED = 100

Ids = Annotated[list[int], Meta(max_length=MAX_ASKED)]


async def show(call: Call) -> Response:
    """GET /api/v1/accounts/:id."""
    async with call.house.db.read() as conn:
        await _require_shown(conn, call.id(), call.viewer_id)
        return json_bytes(await rendered.account(conn, call.house, call.id(), call.viewer_id))


async def _require_shown(conn: Connection, account_id: int, viewer_id: int | None) -> None:
    """Raises NotFound; HTTPError 401 to visitors where only members may see the account."""
    await views.target(conn, account_id, viewer_id)
    if viewer_id is None and await shut_to_visitors(conn, [account_id]):
        raise HTTPError(401, "This profile is for members. Please sign in.")


class _Many(Struct):
    id: Ids = []


async def show_many(call: Call) -> Response:
    """GET /api/v1/accounts?id[]=: those that exist, in the order asked for."""
    asked = await call.args(_Many)
    wanted = list(dict.fromkeys(asked.id))
    async with call.house.db.read() as conn:
        known = set(await views.known(conn, wanted))
        if call.viewer_id is None:
            known -= await shut_to_visitors(conn, known)
        found = [one for one in wanted if one in known]
        return json_bytes(await rendered.accounts(conn, call.house, found, call.viewer_id))


class _Lookup(Struct):
    acct: str = ""


async def lookup(call: Call) -> Response:
    """GET /api/v1/accounts/lookup: who has this name, if we know them already."""
    asked = await call.args(_Lookup)
    async with call.house.db.read() as conn:
        found = await account_views.find_by_acct(conn, asked.acct, call.house.settings.domain)
        if found is None:
            raise NotFound
        await _require_shown(conn, found, call.viewer_id)
        return json_bytes(await rendered.account(conn, call.house, found, call.viewer_id))


class _Search(Struct):
    q: Annotated[str, Meta(max_length=1000)] = ""
    limit: int = 40
    offset: Annotated[int, Meta(ge=0, le=10_000)] = 0
    resolve: bool = False
    following: bool = False


async def search(call: Call) -> Response:
    """GET /api/v1/accounts/search: by handle or name, the exact handle first."""
    asked = await call.args(_Search)
    handle = asked.q.strip().removeprefix("@")
    name, _, domain = handle.partition("@")
    if asked.resolve and not asked.offset and name and "." in domain and " " not in handle:
        if call.house.settings.rate_limits == "on":
            throttles(call.house.db).lookups.use(str(call.me))
        await call.house.resolver.account(handle)
    async with call.house.db.read(long=True) as conn:
        found = await account_search.find(
            conn,
            asked.q,
            viewer_id=call.me,
            local_domain=call.house.settings.domain,
            limit=max(1, min(asked.limit, 80)),
            offset=asked.offset,
            following=asked.following,
        )
    async with call.house.db.read() as conn:
        return json_bytes(await rendered.accounts(conn, call.house, found, call.viewer_id))


class _Statuses(Struct):
    only_media: bool = False
    exclude_replies: bool = False
    exclude_reblogs: bool = False
    pinned: bool = False
    tagged: Annotated[str, Meta(max_length=256)] | None = None


async def statuses(call: Call) -> Response:
    """GET /api/v1/accounts/:id/statuses; nothing of somebody who is suspended."""
    asked, page = await call.args(_Statuses), call.page()
    shown = timelines.Shown(
        only_media=asked.only_media,
        exclude_replies=asked.exclude_replies,
        exclude_reblogs=asked.exclude_reblogs,
        pinned=asked.pinned,
    )
    async with call.house.db.read() as conn:
        await _require_shown(conn, call.id(), call.viewer_id)
        heads = await timelines.of_account(
            conn, call.id(), call.viewer_id, page, shown, tagged=asked.tagged
        )
        body = await rendered.statuses(conn, call.house, heads, call.viewer_id)
    return json_bytes(body, headers=call.link([head.id for head in heads], page))


async def followers(call: Call) -> Response:
    """GET /api/v1/accounts/:id/followers."""
    return await _people(call, views.followers)


async def following(call: Call) -> Response:
    """GET /api/v1/accounts/:id/following."""
    return await _people(call, views.following)


async def _people(call: Call, find: Callable[..., Awaitable[list[Any]]]) -> Response:
    page = call.page(default=40, most=80)
    async with call.house.db.read() as conn:
        rows = await find(conn, call.id(), call.viewer_id, page)
        body = await rendered.accounts(conn, call.house, [row.account_id for row in rows], call.viewer_id)
    return json_bytes(body, headers=call.link([row.id for row in rows], page))


async def containing_lists(call: Call) -> Response:
    """GET /api/v1/accounts/:id/lists: one's own lists in which the account is."""
    async with call.house.db.read() as conn:
        await views.target(conn, call.id(), call.me)
        found = await lists.containing(conn, call.me, call.id())
    return json([list_entity.render(one) for one in found])


async def identity_proofs(call: Call) -> Response:
    """GET /api/v1/accounts/:id/identity_proofs: nobody has any; Mastodon gave them up in 4.0."""
    async with call.house.db.read() as conn:
        await views.target(conn, call.id(), call.me)
    return json([])


async def _relation(conn: Connection, call: Call) -> Response:
    found = await views.relationship(conn, call.me, call.id())
    return json(relationship_entity.render(found))


class _Follow(Struct):
    reblogs: bool | None = None
    notify: bool | None = None
    languages: list[str] | None = None


async def follow_account(call: Call) -> Response:
    """POST /api/v1/accounts/:id/follow."""
    asked = await call.args(_Follow)
    async with call.house.db.write() as conn:
        await follow.follow(
            conn,
            call.me,
            call.id(),
            show_reblogs=asked.reblogs,
            notify=asked.notify,
            languages=asked.languages,
        )
        return await _relation(conn, call)


async def unfollow(call: Call) -> Response:
    """POST /api/v1/accounts/:id/unfollow; a request is withdrawn."""
    async with call.house.db.write() as conn:
        await follow.unfollow(conn, call.me, call.id())
        return await _relation(conn, call)


async def remove_from_followers(call: Call) -> Response:
    """POST /api/v1/accounts/:id/remove_from_followers."""
    async with call.house.db.write() as conn:
        await follow.remove_follower(conn, call.me, call.id())
        return await _relation(conn, call)


async def block_account(call: Call) -> Response:
    """POST /api/v1/accounts/:id/block."""
    async with call.house.db.write() as conn:
        await block.block(conn, call.me, call.id())
        return await _relation(conn, call)


async def unblock(call: Call) -> Response:
    """POST /api/v1/accounts/:id/unblock."""
    async with call.house.db.write() as conn:
        await block.unblock(conn, call.me, call.id())
        return await _relation(conn, call)


class _Mute(Struct):
    notifications: bool = True
    duration: int = 0


async def mute_account(call: Call) -> Response:
    """POST /api/v1/accounts/:id/mute."""
    asked = await call.args(_Mute)
    async with call.house.db.write() as conn:
        await mute.mute(
            conn,
            call.me,
            call.id(),
            hide_notifications=asked.notifications,
            duration=asked.duration,
        )
        return await _relation(conn, call)


async def unmute(call: Call) -> Response:
    """POST /api/v1/accounts/:id/unmute."""
    async with call.house.db.write() as conn:
        await mute.unmute(conn, call.me, call.id())
        return await _relation(conn, call)


class _Note(Struct):
    comment: str = ""


async def note(call: Call) -> Response:
    """POST /api/v1/accounts/:id/note."""
    asked = await call.args(_Note)
    async with call.house.db.write() as conn:
        await notes.write(conn, call.me, call.id(), asked.comment)
        return await _relation(conn, call)


class _Relationships(Struct):
    id: Ids = []
    with_suspended: bool = False


async def relationships(call: Call) -> Response:
    """GET /api/v1/accounts/relationships."""
    asked = await call.args(_Relationships)
    async with call.house.db.read() as conn:
        found = await views.relationships(conn, call.me, asked.id, with_suspended=asked.with_suspended)
    return json([relationship_entity.render(one) for one in found])


async def familiar_followers(call: Call) -> Response:
    """GET /api/v1/accounts/familiar_followers: for each, those one follows who follow it."""
    asked = await call.args(_Many)
    async with call.house.db.read() as conn:
        known = set(await views.known(conn, asked.id))
        found = await views.familiar_followers(
            conn, call.me, [one for one in dict.fromkeys(asked.id) if one in known]
        )
        people = await rendered.accounts_by_id(
            conn, call.house, {one for followers in found.values() for one in followers}
        )
    return json(
        [
            {
                "id": str(account_id),
                "accounts": [orjson.Fragment(people[one]) for one in familiar if one in people],
            }
            for account_id, familiar in found.items()
        ]
    )


_BASE = "/api/v1/accounts"
_ONE = f"{_BASE}/{{id}}"

ROUTES = [
    route("GET", _BASE, show_many, auth="optional", scopes="read:accounts"),
    route("GET", f"{_BASE}/lookup", lookup, auth="optional", scopes="read:accounts"),
    route("GET", f"{_BASE}/search", search, scopes="read:accounts"),
    route("GET", f"{_BASE}/relationships", relationships, scopes="read:follows"),
    route("GET", f"{_BASE}/familiar_followers", familiar_followers, scopes="read:follows"),
    route("GET", _ONE, show, auth="optional", scopes="read:accounts", kept=True),
    route("GET", f"{_ONE}/statuses", statuses, auth="optional", scopes="read:statuses", kept=True),
    route("GET", f"{_ONE}/followers", followers, auth="optional", scopes="read:accounts"),
    route("GET", f"{_ONE}/following", following, auth="optional", scopes="read:accounts"),
    route("GET", f"{_ONE}/lists", containing_lists, scopes="read:lists"),
    route("GET", f"{_ONE}/identity_proofs", identity_proofs, scopes="read:accounts"),
    route("POST", f"{_ONE}/follow", follow_account, scopes="write:follows"),
    route("POST", f"{_ONE}/unfollow", unfollow, scopes="write:follows"),
    route("POST", f"{_ONE}/remove_from_followers", remove_from_followers, scopes="write:follows"),
    route("POST", f"{_ONE}/block", block_account, scopes="write:blocks"),
    route("POST", f"{_ONE}/unblock", unblock, scopes="write:blocks"),
    route("POST", f"{_ONE}/mute", mute_account, scopes="write:mutes"),
    route("POST", f"{_ONE}/unmute", unmute, scopes="write:mutes"),
    route("POST", f"{_ONE}/note", note, scopes="write:accounts"),
]
