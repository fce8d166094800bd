"""Collections: people whom somebody recommends together, and who agreed to that (FEP-7aa9)."""

from __future__ import annotations

from sqlalchemy import Column as C
from sqlalchemy import Index, Integer, Table, UniqueConstraint

from stoa.db.tables.base import flag, metadata, moment, primary, reference, string

collections = Table(
    "collections",
    metadata,
    primary(),
    reference("account_id", "accounts.id"),
    string("uri"),
    string("url", nullable=True),
    string("name"),
    string("description", default=""),  # as typed, of those who live here
    string("description_html", default=""),
    string("language", nullable=True),
    flag("local"),
    flag("sensitive"),
    flag("discoverable"),
    reference("tag_id", "tags.id", on_delete="SET NULL", nullable=True, index=True),
    moment("created_at"),
    moment("updated_at"),
    moment("fetched_at", nullable=True),  # of one from elsewhere
    UniqueConstraint("uri"),
    Index("ix_collections_account", "account_id", "id"),
    Index("ix_collections_url", "url"),  # posts link to their pages
    comment="owner: core/collections",
)

collection_items = Table(
    "collection_items",
    metadata,
    primary(),
    reference("collection_id", "collections.id"),
    reference("account_id", "accounts.id", nullable=True),  # null: not met yet
    string("object_uri"),  # the id of their actor
    string("uri", nullable=True),  # what the collection's server calls it
    string("stamp", nullable=True),  # by which they agreed, where they live elsewhere
    string("state"),  # pending, accepted, rejected, revoked
    C("position", Integer, nullable=False, server_default="1"),
    moment("created_at"),
    UniqueConstraint("collection_id", "object_uri"),
    Index("ix_collection_items_account", "account_id", "id"),
    Index("ix_collection_items_stamp", "stamp"),
    Index("ix_collection_items_uri", "uri"),
    comment="owner: core/collections",
)
