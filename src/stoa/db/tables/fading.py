"""When members have their old posts deleted, and which of them stay."""

from __future__ import annotations

from sqlalchemy import Column as C
from sqlalchemy import Integer, Table

from stoa.db.tables.base import flag, metadata, reference

fading_rules = Table(
    "fading_rules",
    metadata,
    reference("account_id", "accounts.id", primary_key=True),
    C("after_days", Integer, nullable=False),
    flag("keep_direct", default=True),
    flag("keep_pinned", default=True),
    flag("keep_polls"),
    flag("keep_media"),
    flag("keep_favourited", default=True),  # by themselves
    flag("keep_bookmarked", default=True),
    C("min_favourites", Integer, nullable=True),  # with so many it stays
    C("min_reblogs", Integer, nullable=True),
    comment="owner: core/statuses",
)
