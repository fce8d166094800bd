"""PreviewCard.  Pure."""

from __future__ import annotations

from typing import Any

from stoa.core.links.model import Card
from stoa.ids import Addresses, iso


def render(card: Card, addresses: Addresses, creator: Any, *, is_creator: bool) -> dict[str, Any]:
    """The card; *creator* is the Account of who wrote the page, if they agree to be named.

    *is_creator*: it is shown to whom the page names, who is told where their agreement is missing.
    """
    credited = card.creator_agrees and creator is not None
    named = credited or bool(card.author_name)
    author = {"name": card.author_name, "url": card.author_url, "account": creator if credited else None}
    return {
        "url": card.url,
        "title": card.title,
        "description": card.description,
        "language": card.language,
        "type": card.type,
        "authors": [author] if named else [],
        "author_name": card.author_name,
        "author_url": card.author_url,
        "provider_name": card.provider_name,
        "provider_url": card.provider_url,
        "html": card.html,
        "width": card.width,
        "height": card.height,
        "image": None if card.image_url is None else addresses.proxied("card", card.id, card.image_url),
        "image_description": card.image_description,
        "embed_url": card.embed_url,
        "blurhash": card.blurhash,
        "missing_attribution": True if is_creator and not card.creator_agrees else None,
        "published_at": None if card.published_at is None else iso(card.published_at),
    }
