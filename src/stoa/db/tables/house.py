"""What the house says of itself, and to its members."""

from __future__ import annotations

from sqlalchemy import Column as C
from sqlalchemy import Index, Integer, Table, Text, UniqueConstraint

from stoa.db.tables.base import count, flag, metadata, moment, primary, reference, string

# Privacy policy, terms of service, extended description; older versions stay to be read.
documents = Table(
    "documents",
    metadata,
    primary(),
    string("kind"),
    string("text"),  # Markdown, as given
    string("content"),  # HTML
    string("effective_on"),  # 2026-11-23
    moment("created_at"),
    UniqueConstraint("kind", "effective_on"),
    comment="owner: core/instances",
)

announcements = Table(
    "announcements",
    metadata,
    primary(),
    string("text"),  # Markdown, as given
    string("content"),  # HTML
    moment("starts_at", nullable=True),
    moment("ends_at", nullable=True),
    flag("all_day"),
    moment("published_at", nullable=True),
    moment("publish_at"),
    moment("updated_at"),
    Index("ix_announcements_publish", "publish_at"),
    comment="owner: core/announcements",
)

announcement_reads = Table(
    "announcement_reads",
    metadata,
    reference("announcement_id", "announcements.id", primary_key=True),
    reference("account_id", "accounts.id", primary_key=True, index=True),
    comment="owner: core/announcements",
    sqlite_with_rowid=False,
)

announcement_reactions = Table(
    "announcement_reactions",
    metadata,
    reference("announcement_id", "announcements.id", primary_key=True),
    C("name", Text, primary_key=True),  # a character, or the shortcode of an emoji of the house
    reference("account_id", "accounts.id", primary_key=True, index=True),
    moment("created_at"),
    comment="owner: core/announcements",
    sqlite_with_rowid=False,
)

# Whom somebody does not want to be told of as somebody to follow.
dismissed_suggestions = Table(
    "dismissed_suggestions",
    metadata,
    reference("account_id", "accounts.id", primary_key=True),
    reference("target_id", "accounts.id", primary_key=True, index=True),
    comment="owner: core/search",
    sqlite_with_rowid=False,
)

# Whom the house does not let in, or not without being asked.
email_domain_blocks = Table(
    "email_domain_blocks",
    metadata,
    primary(),
    string("domain"),
    moment("created_at"),
    UniqueConstraint("domain"),
    comment="owner: core/auth",
)

# Who tried all the same; kept for a week.
email_domain_attempts = Table(
    "email_domain_attempts",
    metadata,
    reference("block_id", "email_domain_blocks.id", primary_key=True),
    C("day", Integer, primary_key=True),  # since 1970
    C("ip", Text, primary_key=True),
    count("uses"),
    comment="owner: core/auth",
    sqlite_with_rowid=False,
)

canonical_email_blocks = Table(
    "canonical_email_blocks",
    metadata,
    primary(),
    string("hash"),  # SHA-256 of the address in its canonical form, in hexadecimal
    moment("created_at"),
    UniqueConstraint("hash"),
    comment="owner: core/auth",
)

ip_blocks = Table(
    "ip_blocks",
    metadata,
    primary(),
    string("network"),  # 192.0.2.0/24
    string("severity"),  # sign_up_requires_approval, sign_up_block, no_access
    string("comment", default=""),
    moment("expires_at", nullable=True),
    moment("created_at"),
    UniqueConstraint("network"),
    comment="owner: core/auth",
)
