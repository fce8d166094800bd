"""What members do not want to read: their filters, with words and single statuses."""

from __future__ import annotations

from sqlalchemy import Column as C
from sqlalchemy import Index, Table, UniqueConstraint

from stoa.db.tables.base import Id, document, flag, metadata, moment, primary, reference, string

filters = Table(
    "filters",
    metadata,
    primary(),
    reference("account_id", "accounts.id", index=True),
    string("title"),
    document("contexts"),  # of home, notifications, public, thread, account
    string("action", default="warn"),  # warn, hide, blur
    moment("expires_at", nullable=True),
    moment("created_at"),
    comment="owner: core/filters",
)

filter_keywords = Table(
    "filter_keywords",
    metadata,
    primary(),
    reference("filter_id", "filters.id", index=True),
    string("keyword"),
    flag("whole_word", default=True),
    comment="owner: core/filters",
)

filter_statuses = Table(
    "filter_statuses",
    metadata,
    primary(),
    reference("filter_id", "filters.id"),
    C("status_id", Id, nullable=False),  # may be gone: the filter's owner still sees the entry
    UniqueConstraint("filter_id", "status_id"),
    Index("ix_filter_statuses_status", "status_id"),
    comment="owner: core/filters",
)
