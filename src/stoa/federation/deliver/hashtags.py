"""Telling followers which hashtags somebody here shows on their profile.

Mastodon takes them as Add and Remove of a Hashtag to `featured`, where pinned posts go too (4.0).
"""

from __future__ import annotations

from typing import Any

from stoa import ids
from stoa.core import events
from stoa.core.accounts import views as account_views
from stoa.core.house import House
from stoa.db import Connection
from stoa.federation.deliver import audience, proving
from stoa.federation.deliver.kinds import HASHTAG
from stoa.federation.deliver.profiles import cares
from stoa.federation.deliver.send import send
from stoa.federation.render import activity
from stoa.federation.render.actor import hashtag
from stoa.jobs import queue


async def featured(house: House, conn: Connection, event: events.TagFeatured) -> None:
    """Add, later."""
    await _later(house, conn, event.account_id, event.name, featured=True)


async def unfeatured(house: House, conn: Connection, event: events.TagUnfeatured) -> None:
    """Remove, later."""
    await _later(house, conn, event.account_id, event.name, featured=False)


async def _later(house: House, conn: Connection, account_id: int, name: str, *, featured: bool) -> None:
    if await cares(house, conn, account_id):
        payload = {"account": account_id, "name": name, "featured": featured}
        await queue.add(conn, HASHTAG, payload)


async def tell(house: House, conn: Connection, payload: Any) -> None:
    """Job: Add or Remove of the hashtag {name}, {featured} or not, to the followers."""
    account = (await account_views.load(conn, [payload["account"]])).get(payload["account"])
    if account is None or not account.local or account.suspended_at is not None:
        return
    if await proving.postponed(conn, account.id, HASHTAG, payload):
        return
    name, say = ("adds", activity.add) if payload["featured"] else ("removes", activity.remove)
    addresses = house.addresses
    document = say(
        addresses.deed(account.uri, name, ids.new_id()),
        account.uri,
        hashtag(payload["name"], addresses),
        addresses.featured(account.uri),
        addresses.followers(account.uri),
    )
    await send(
        conn,
        house,
        document,
        account_id=account.id,
        inboxes=await audience.inboxes(conn, followers_of=account.id),
        kind=document["type"],
        about=f"{addresses.featured_tags(account.uri)}#{payload['name']}",
    )
