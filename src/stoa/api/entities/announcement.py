"""Announcement and Reaction.  Pure."""

from __future__ import annotations

from typing import Any

from stoa.api.entities.account import emoji
from stoa.core.announcements.views import Announcement, Reaction
from stoa.core.statuses.mentioned import Named
from stoa.ids import Addresses, iso


def render(view: Announcement, addresses: Addresses, *, personal: bool = True) -> dict[str, Any]:
    """Announcement; *personal*: with what is the viewer's own."""
    entity: dict[str, Any] = {
        "id": str(view.id),
        "content": view.content,
        "starts_at": None if view.starts_at is None else iso(view.starts_at),
        "ends_at": None if view.ends_at is None else iso(view.ends_at),
        "all_day": view.all_day,
        "published_at": iso(view.published_at or view.publish_at),
        "updated_at": iso(view.updated_at),
        "mentions": [_mention(one) for one in view.mentions],
        "statuses": [{"id": str(number), "url": url} for number, url in view.statuses],
        "tags": [{"name": name.lower(), "url": addresses.tag(name.lower())} for name in view.tags],
        "emojis": [emoji(one, addresses) for one in view.emojis],
        "reactions": [reaction(one, addresses, personal=personal) for one in view.reactions],
    }
    if personal:
        entity["read"] = view.read
    return entity


def _mention(one: Named) -> dict[str, Any]:
    acct = f"{one.username}@{one.domain}" if one.domain else one.username
    return {"id": str(one.id), "username": one.username, "url": one.url, "acct": acct}


def reaction(one: Reaction, addresses: Addresses, *, personal: bool = True) -> dict[str, Any]:
    """Reaction."""
    entity: dict[str, Any] = {"name": one.name, "count": one.count}
    if personal:
        entity["me"] = one.me
    if one.emoji is not None:
        picture = emoji(one.emoji, addresses)
        entity |= {"url": picture["url"], "static_url": picture["static_url"]}
    return entity
