"""Collections as values, and how large they may be."""

from __future__ import annotations

from typing import Literal

import msgspec

MAX_COLLECTIONS = 10
MAX_ITEMS = 25
MAX_NAME = 40
MAX_DESCRIPTION = 100
# Of other servers, as Mastodon 4.6 has it.
MAX_NAME_ELSEWHERE = 256
MAX_DESCRIPTION_ELSEWHERE = 2_048
MAX_ITEMS_ELSEWHERE = 150
MAX_COLLECTIONS_ELSEWHERE = 40

ItemState = Literal["pending", "accepted", "rejected", "revoked"]


class ItemView(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody in a collection.  *object_uri* is the id of their actor, *stamp* what they agreed with,
    where they live elsewhere; times are unix milliseconds.
    """

    id: int
    collection_id: int
    account_id: int | None
    object_uri: str
    actor_type: str | None
    here: bool  # whether they live here
    uri: str | None
    stamp: str | None
    state: ItemState
    position: int
    created_at: int


class CollectionView(msgspec.Struct, frozen=True, kw_only=True):
    """A collection with those of its items that the viewer is shown; *size* counts also those whom the
    viewer has blocked.
    """

    id: int
    account_id: int
    owner: str  # the id of its owner's actor
    uri: str
    url: str | None
    name: str
    description: str
    description_html: str
    language: str | None
    local: bool
    sensitive: bool
    discoverable: bool
    tag: str | None
    created_at: int
    updated_at: int
    fetched_at: int | None
    size: int
    items: tuple[ItemView, ...]


class DescribedItem(msgspec.Struct, frozen=True):
    """What another server says of an item."""

    uri: str
    object_uri: str
    stamp: str | None
    created_at: int | None = None


class Described(msgspec.Struct, frozen=True, kw_only=True):
    """What another server says of a collection; HTML is sanitised."""

    uri: str
    url: str | None
    name: str
    description_html: str
    language: str | None
    sensitive: bool
    discoverable: bool
    tag: str | None
    created_at: int | None
    updated_at: int | None
    items: tuple[DescribedItem, ...]
