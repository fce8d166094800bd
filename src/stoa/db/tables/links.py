"""What pages elsewhere say of themselves, shown beside posts that link to them."""

from __future__ import annotations

from sqlalchemy import Column as C
from sqlalchemy import Index, Integer, Table, UniqueConstraint

from stoa.db.tables.base import flag, metadata, moment, primary, reference, string

# One that said nothing is kept too (no title), so that it is not asked again for a while.
preview_cards = Table(
    "preview_cards",
    metadata,
    primary(),
    string("url"),  # as posts link to it
    string("type"),  # link, photo, video, rich
    string("title"),
    string("description"),
    string("language", nullable=True),
    string("provider_name"),
    string("provider_url"),
    string("author_name"),
    string("author_url"),
    reference("creator_id", "accounts.id", nullable=True, on_delete="SET NULL", index=True),
    flag("creator_agrees"),  # they say that this site may name them
    string("html"),  # a player, of those we know
    string("embed_url"),
    C("width", Integer, nullable=False),
    C("height", Integer, nullable=False),
    string("image_url", nullable=True),
    string("image_description", default=""),
    moment("published_at", nullable=True),
    moment("fetched_at"),
    UniqueConstraint("url"),
    comment="owner: core/links",
)

# Their pictures, which lie elsewhere, and the copies that are here for now.
card_images = Table(
    "card_images",
    metadata,
    reference("card_id", "preview_cards.id", primary_key=True),
    string("url"),
    string("domain"),
    string("key", nullable=True),
    string("blurhash", nullable=True),
    comment="owner: core/media",
    sqlite_with_rowid=False,
)

status_cards = Table(
    "status_cards",
    metadata,
    reference("status_id", "statuses.id", primary_key=True),
    reference("card_id", "preview_cards.id"),
    Index("ix_status_cards_card", "card_id", "status_id"),
    comment="owner: core/links",
    sqlite_with_rowid=False,
)
