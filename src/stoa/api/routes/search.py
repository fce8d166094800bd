"""Finding people, posts and hashtags (Mastodon's documentation, methods/search)."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
import orjson
from msgspec import Meta

from stoa.api import rendered
from stoa.api.entities import tag as tag_entity
from stoa.api.routing import Call, route
from stoa.asgi.errors import HTTPError
from stoa.asgi.responses import Response, json
from stoa.core.auth.throttle import throttles
from stoa.core.search import accounts, addresses, hashtags, query, statuses
from stoa.core.statuses import heads as status_heads
from stoa.core.timelines import tags as tag_views
from stoa.db import Connection

MAX_LIMIT = 40
MAX_OFFSET = 10_000


class Search(msgspec.Struct, frozen=True):
    """The parameters of GET /api/v2/search."""

    q: Annotated[str, Meta(min_length=1, max_length=query.MAX_CHARACTERS)]
    type: Literal["accounts", "hashtags", "statuses"] | None = None
    resolve: bool = False
    following: bool = False
    account_id: int | None = None
    exclude_unreviewed: bool = False  # hashtags of which nobody has decided whether they may be a trend
    max_id: int | None = None
    min_id: int | None = None
    limit: int = 20
    offset: int = 0

    def wants(self, kind: str) -> bool:
        """Whether results of *kind* are asked for."""
        return self.type is None or self.type == kind


class Found(msgspec.Struct):
    """Ids, in the order in which they are shown."""

    account_ids: list[int] = []
    tag_ids: list[int] = []
    status_ids: list[int] = []


async def search(call: Call) -> Response:
    """GET /api/v2/search: Search."""
    asked = await call.args(Search)
    if call.viewer_id is None and (asked.resolve or asked.offset):
        # Fetching from elsewhere and reading on to the end are for members.
        raise HTTPError(401, "This method requires an authenticated user")
    text = " ".join(asked.q.split()).removeprefix("acct:")
    at_address = await _resolved(call, text) if asked.resolve else None
    # What may take long is asked in a thread, but for nothing more: each way there and back takes time.
    found = Found()
    if not addresses.is_address(text):
        async with call.house.db.read(long=True) as conn:
            found = await _named(call, conn, asked, text)
    async with call.house.db.read() as conn:
        if addresses.is_address(text):
            found = await _at(call, conn, asked, text, at_address)
        body = await _shown(call, conn, found)
    return json(body)


async def _resolved(call: Call, text: str) -> tuple[str, int] | None:
    """What another server has under this address or handle, fetched if need be."""
    house = call.house
    if not addresses.is_elsewhere(text, house.addresses):
        return None
    if house.settings.rate_limits == "on":
        throttles(house.db).lookups.use(str(call.me))
    return await house.resolver.url(text)


async def _at(
    call: Call, conn: Connection, asked: Search, address: str, fetched: tuple[str, int] | None
) -> Found:
    """An address finds what is there, and nothing else."""
    place = fetched or await addresses.find(conn, address, call.house.addresses)
    if place is None or asked.offset:
        return Found()
    kind, its_id = place
    if kind == "account" and asked.wants("accounts"):
        return Found(account_ids=[its_id])
    if kind == "status" and asked.wants("statuses"):
        return Found(status_ids=[its_id])
    return Found()


async def _named(call: Call, conn: Connection, asked: Search, text: str) -> Found:
    limit = max(1, min(asked.limit, MAX_LIMIT))
    offset = max(0, min(asked.offset, MAX_OFFSET))
    domain = call.house.settings.domain
    found = Found()
    if asked.wants("accounts") and not text.startswith("#"):
        found.account_ids = await accounts.find(
            conn, text, viewer_id=call.viewer_id, local_domain=domain, limit=limit, offset=offset,
            following=asked.following and call.viewer_id is not None,
        )  # fmt: skip
    if asked.wants("hashtags") and not text.startswith("@"):
        found.tag_ids = await hashtags.find(
            conn, text, limit=limit, offset=offset, reviewed=asked.exclude_unreviewed
        )
    if asked.wants("statuses"):
        found.status_ids = await statuses.find(
            conn, query.parse(text), viewer_id=call.viewer_id, local_domain=domain,
            author_id=asked.account_id, limit=limit, offset=offset, max_id=asked.max_id,
            min_id=asked.min_id,
        )  # fmt: skip
    return found


async def _shown(call: Call, conn: Connection, found: Found) -> dict[str, object]:
    house = call.house
    tags = await tag_views.load(conn, found.tag_ids, call.viewer_id) if found.tag_ids else {}
    people = await rendered.accounts(conn, house, found.account_ids) if found.account_ids else b"[]"
    heads = await status_heads.by_ids(conn, found.status_ids, call.viewer_id) if found.status_ids else {}
    known = [heads[one] for one in found.status_ids if one in heads]
    posts = await rendered.statuses(conn, house, known, call.viewer_id)
    return {
        "accounts": orjson.Fragment(people),
        "statuses": orjson.Fragment(posts),
        "hashtags": [tag_entity.render(tags[one], house.addresses) for one in found.tag_ids if one in tags],
    }


def _asks_nobody(call: Call) -> bool:
    """Whether no other server is asked: then the same words find the same until something is written."""
    return b"resolve=" not in call.request.query_string


ROUTES = [route("GET", "/api/v2/search", search, auth="optional", scopes="read:search", kept=_asks_nobody)]
