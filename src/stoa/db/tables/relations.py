"""What members decide of servers, of people they recommend and of hashtags they stand for."""

from __future__ import annotations

from sqlalchemy import Index, Table, UniqueConstraint

from stoa.db.tables.base import count, flag, metadata, moment, primary, reference, string

# Servers that somebody does not want to hear of; not those that the house blocks (domain_blocks).
account_domain_blocks = Table(
    "account_domain_blocks",
    metadata,
    primary(),
    reference("account_id", "accounts.id"),
    string("domain"),
    moment("created_at"),
    UniqueConstraint("account_id", "domain"),
    Index("ix_account_domain_blocks_account", "account_id", "id"),
    comment="owner: core/relationships",
)

# What somebody lost when a server was blocked, or an account suspended.
severances = Table(
    "severances",
    metadata,
    primary(),
    reference("account_id", "accounts.id", index=True),
    string("type"),  # domain_block, user_domain_block, account_suspension
    string("target_name"),
    flag("purged"),
    count("followers_count"),
    count("following_count"),
    moment("created_at"),
    comment="owner: core/relationships",
)

# People whom somebody shows on their profile.
endorsements = Table(
    "endorsements",
    metadata,
    primary(),
    reference("account_id", "accounts.id"),
    reference("target_id", "accounts.id", index=True),
    moment("created_at"),
    UniqueConstraint("account_id", "target_id"),
    Index("ix_endorsements_account", "account_id", "id"),
    comment="owner: core/relationships",
)

# Hashtags that somebody shows on their profile, and how much they have used them where all can read.
featured_tags = Table(
    "featured_tags",
    metadata,
    primary(),
    reference("account_id", "accounts.id"),
    reference("tag_id", "tags.id", index=True),
    string("name"),  # as they write it
    count("statuses_count"),
    moment("last_status_at", nullable=True),
    moment("created_at"),
    UniqueConstraint("account_id", "tag_id"),
    comment="owner: core/statuses",
)
