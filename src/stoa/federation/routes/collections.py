"""The collections of somebody who lives here: what they said, whom they know, what they pinned."""

from __future__ import annotations

from typing import Any

from stoa.asgi.errors import HTTPError
from stoa.asgi.responses import Response
from stoa.core.errors import NotFound
from stoa.core.groups import views as groups
from stoa.core.relationships import views as relationship_views
from stoa.core.statuses import featured_tags as shown_tags
from stoa.db import Row
from stoa.db.paging import Page
from stoa.federation import lists, own
from stoa.federation.access import Asked
from stoa.federation.render import collection as render
from stoa.federation.render.actor import hashtag
from stoa.federation.routes import (
    PAGE_ITEMS,
    PersonHandler,
    collection,
    number_of,
    require_welcome,
    wants_page,
)

OUTBOX_ITEMS = 20


async def outbox(asked: Asked, person: Row) -> Response:
    """GET {actor}/outbox: what they said and boosted in public, whoever asks."""
    await require_welcome(asked, person)
    address = asked.door.house.addresses.outbox(person.uri)
    if not wants_page(asked):
        cover = render.cover(address, person.statuses_count, first=f"{address}?page=true")
        return collection(asked, cover)
    below = number_of(asked, "max_id", lists.ALL)
    items, last = await _activities(asked, person, below)
    at = f"{address}?page=true" + (f"&max_id={below}" if below != lists.ALL else "")
    next_page = None if last is None else f"{address}?page=true&max_id={last}"
    return collection(asked, render.page(at, address, items, next_page=next_page))


async def _activities(asked: Asked, person: Row, below: int) -> tuple[list[dict[str, Any]], int | None]:
    """The activities of a page of the outbox, and below which id the next one begins, if any."""
    house = asked.door.house
    async with house.db.read() as conn:
        rows = await lists.outbox(conn, person.id, below, OUTBOX_ITEMS)
    items = await own.activities(house, rows)
    return items, rows[-1].id if len(rows) == OUTBOX_ITEMS else None


async def followers(asked: Asked, person: Row) -> Response:
    """GET {actor}/followers: who follows them, or only how many."""
    address = asked.door.house.addresses.followers(person.uri)
    return await _people(asked, person, address, person.followers_count, followers=True)


async def following(asked: Asked, person: Row) -> Response:
    """GET {actor}/following: whom they follow, or only how many."""
    address = asked.door.house.addresses.following(person.uri)
    return await _people(asked, person, address, person.following_count, followers=False)


async def _people(asked: Asked, person: Row, address: str, total: int, *, followers: bool) -> Response:
    await require_welcome(asked, person)
    if person.hide_collections:
        return collection(asked, render.cover(address, total, first=None))
    if not wants_page(asked):
        return collection(asked, render.cover(address, total, first=f"{address}?page=true"))
    below = number_of(asked, "max_id", lists.ALL)
    listed = relationship_views.followers if followers else relationship_views.following
    async with asked.door.house.db.read() as conn:
        rows = await listed(conn, person.id, None, Page(limit=PAGE_ITEMS, max_id=below))
        items = await lists.actor_ids(conn, [row.account_id for row in rows])
    at = f"{address}?page=true" + (f"&max_id={below}" if below != lists.ALL else "")
    next_page = f"{address}?page=true&max_id={rows[-1].id}" if len(rows) == PAGE_ITEMS else None
    return collection(asked, render.page(at, address, items, next_page=next_page, total=total))


async def featured(asked: Asked, person: Row) -> Response:
    """GET {actor}/collections/featured: the ids of pinned posts, as whoever signed may see them."""
    await require_welcome(asked, person)
    signer = await asked.signer()
    async with asked.door.house.db.read() as conn:
        items = await lists.pins(conn, person.id, signer)
    address = asked.door.house.addresses.featured(person.uri)
    return collection(asked, render.whole(address, items))


async def featured_tags(asked: Asked, person: Row) -> Response:
    """GET {actor}/collections/tags: the hashtags on the profile."""
    await require_welcome(asked, person)
    addresses = asked.door.house.addresses
    async with asked.door.house.db.read() as conn:
        shown = await shown_tags.of(conn, person.id)
    items = [hashtag(one.name, addresses) for one in shown]
    return collection(asked, render.unordered(addresses.featured_tags(person.uri), items))


async def moderators(asked: Asked, person: Row) -> Response:
    """GET {actor}/moderators: of a group that lives here."""
    await require_welcome(asked, person)
    async with asked.door.house.db.read() as conn:
        if await groups.get(conn, person.id) is None:
            raise NotFound
        items = [row.uri for row in await groups.moderators(conn, person.id)]
    return collection(asked, render.whole(asked.door.house.addresses.moderators(person.uri), items))


async def followers_synchronization(asked: Asked, person: Row) -> Response:
    """GET {actor}/followers_synchronization: all followers who live on the server that signed, and
    nobody else (FEP-8fcf).  401 for whoever does not sign.
    """
    if person.suspended_at is not None:
        raise NotFound
    signer = await asked.signer()
    if signer is None:
        raise HTTPError(
            401,
            "Only the server whose followers these are may ask, and has to sign.",
            headers={"vary": "Accept, Signature"},
        )
    async with asked.door.house.db.read() as conn:
        host = await lists.host_of_account(conn, signer)
        items = [] if host is None else await lists.followers_at(conn, person.id, host)
    address = asked.door.house.addresses.followers_synchronization(person.uri)
    return collection(asked, render.whole(address, items))


OF_PEOPLE: list[tuple[str, PersonHandler]] = [
    ("/outbox", outbox),
    ("/followers", followers),
    ("/following", following),
    ("/collections/featured", featured),
    ("/collections/tags", featured_tags),
    ("/moderators", moderators),
    ("/followers_synchronization", followers_synchronization),
]
