"""Series: posts of one author in an order, and who is told when there is another."""

from __future__ import annotations

from sqlalchemy import Column as C
from sqlalchemy import Index, Integer, Table, UniqueConstraint

from stoa.db.tables.base import flag, metadata, moment, primary, reference, string

series = Table(
    "series",
    metadata,
    primary(),
    reference("account_id", "accounts.id"),
    string("uri"),
    string("url", nullable=True),
    string("title"),
    string("description", default=""),  # plain text
    flag("local"),
    flag("grows", default=True),  # what its author answers to the last part is the next
    moment("created_at"),
    moment("updated_at"),
    UniqueConstraint("uri"),
    Index("ix_series_account", "account_id", "id"),
    comment="owner: core/series",
)

series_parts = Table(
    "series_parts",
    metadata,
    primary(),
    reference("series_id", "series.id"),
    string("object_uri"),  # the id of the post, which need not be here
    C("position", Integer, nullable=False),
    UniqueConstraint("series_id", "object_uri"),
    Index("ix_series_parts_object", "object_uri"),
    comment="owner: core/series",
)

series_follows = Table(
    "series_follows",
    metadata,
    reference("series_id", "series.id", primary_key=True),
    reference("account_id", "accounts.id", primary_key=True),
    moment("created_at"),
    Index("ix_series_follows_account", "account_id"),
    comment="owner: core/series",
)
