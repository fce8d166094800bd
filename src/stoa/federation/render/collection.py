"""Collections: their covers, their pages, and those that are short enough to be sent whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

PAGE = 40


def cover(collection: str, total: int, *, first: str | None, last: str | None = None) -> dict[str, Any]:
    """An OrderedCollection whose items stand on pages; without *first* only their number is told."""
    found: dict[str, Any] = {"id": collection, "type": "OrderedCollection", "totalItems": total}
    if first is not None:
        found["first"] = first
    if last is not None:
        found["last"] = last
    return found


def page(
    address: str,
    part_of: str,
    items: Sequence[str | dict[str, Any]],
    *,
    next_page: str | None = None,
    previous_page: str | None = None,
    total: int | None = None,
) -> dict[str, Any]:
    """An OrderedCollectionPage of *part_of* with *items*, ids or objects without a context."""
    found: dict[str, Any] = {
        "id": address,
        "type": "OrderedCollectionPage",
        "partOf": part_of,
        "orderedItems": list(items),
    }
    if total is not None:
        found["totalItems"] = total
    if next_page is not None:
        found["next"] = next_page
    if previous_page is not None:
        found["prev"] = previous_page
    return found


def whole(
    collection: str, items: Sequence[str | dict[str, Any]], *, attributed_to: str | None = None
) -> dict[str, Any]:
    """An OrderedCollection with all its *items*: pinned posts, followers of one server, a context.

    *attributed_to* is who answers for it: of a context the author of the first post (FEP-7888).
    """
    found: dict[str, Any] = {
        "id": collection,
        "type": "OrderedCollection",
        "totalItems": len(items),
        "orderedItems": list(items),
    }
    if attributed_to is not None:
        found["attributedTo"] = attributed_to
    return found


def unordered(collection: str, items: Sequence[str | dict[str, Any]]) -> dict[str, Any]:
    """A Collection with all its *items*: hashtags on a profile."""
    return {"id": collection, "type": "Collection", "totalItems": len(items), "items": list(items)}


def replies(collection: str, first_items: Sequence[str], *, next_page: str | None) -> dict[str, Any]:
    """The replies of a post as they stand in it: the ids of the first page, and where it goes on."""
    first: dict[str, Any] = {
        "id": f"{collection}?page=true",
        "type": "CollectionPage",
        "partOf": collection,
        "items": list(first_items),
    }
    if next_page is not None:
        first["next"] = next_page
    return {"id": collection, "type": "Collection", "first": first}


def replies_page(
    address: str, part_of: str, items: Sequence[str], *, next_page: str | None
) -> dict[str, Any]:
    """A later page of the replies of a post."""
    found: dict[str, Any] = {
        "id": address, "type": "CollectionPage", "partOf": part_of, "items": list(items),
    }  # fmt: skip
    if next_page is not None:
        found["next"] = next_page
    return found


def counted(collection: str, total: int) -> dict[str, Any]:
    """Likes or shares: how many, not whose."""
    return {"id": collection, "type": "Collection", "totalItems": total}
