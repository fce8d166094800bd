"""Collection, CollectionItem, ShallowTag.  Pure."""

from __future__ import annotations

from typing import Any

from stoa.core.collections.model import CollectionView, ItemView
from stoa.ids import Addresses, iso


def render(view: CollectionView, addresses: Addresses) -> dict[str, Any]:
    """Collection, with those of its items that the view holds."""
    return {
        "id": str(view.id),
        "account_id": str(view.account_id),
        "uri": view.uri,
        "url": view.url,
        "name": view.name,
        "description": view.description_html,
        "language": view.language,
        "local": view.local,
        "sensitive": view.sensitive,
        "discoverable": view.discoverable,
        "tag": None if view.tag is None else {"name": view.tag, "url": addresses.tag(view.tag)},
        "created_at": iso(view.created_at),
        "updated_at": iso(view.updated_at),
        "item_count": view.size,
        "items": [item(one) for one in view.items],
    }


def item(one: ItemView) -> dict[str, Any]:
    """CollectionItem."""
    return {
        "id": str(one.id),
        "account_id": None if one.account_id is None else str(one.account_id),
        "state": one.state,
        "created_at": iso(one.created_at),
    }
