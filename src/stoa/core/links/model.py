"""Cards, as values."""

from __future__ import annotations

from typing import Literal

import msgspec

Kind = Literal["link", "photo", "video", "rich"]


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """What a page says of itself.  Texts are plain and short; addresses are http(s) or empty."""

    title: str = ""
    kind: Kind = "link"
    description: str = ""
    language: str | None = None
    provider_name: str = ""
    provider_url: str = ""
    author_name: str = ""
    author_url: str = ""
    creator: str = ""  # a handle of the fediverse, as the page says
    html: str = ""
    embed_url: str = ""
    width: int = 0
    height: int = 0
    image_url: str | None = None
    image_description: str = ""
    published_at: int | None = None
    oembed_url: str = ""  # where it says more of itself


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """A page as stored."""

    id: int
    url: str
    title: str
    type: Kind
    description: str
    language: str | None
    provider_name: str
    provider_url: str
    author_name: str
    author_url: str
    creator_id: int | None
    creator_agrees: bool
    html: str
    embed_url: str
    width: int
    height: int
    image_url: str | None
    image_description: str
    published_at: int | None
    fetched_at: int
    blurhash: str | None  # known once somebody has looked at the picture
