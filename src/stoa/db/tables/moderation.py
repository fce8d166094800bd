"""What moderators have done about somebody."""

from __future__ import annotations

from sqlalchemy import Index, Table

from stoa.db.tables.base import document, metadata, moment, primary, reference, string

account_warnings = Table(
    "account_warnings",
    metadata,
    primary(),
    reference("account_id", "accounts.id"),
    reference("by_id", "accounts.id", on_delete="SET NULL", nullable=True, index=True),
    reference("report_id", "reports.id", on_delete="SET NULL", nullable=True, index=True),
    string("action"),  # none, disable, sensitive, silence, suspend, …
    string("text", default=""),
    document("status_ids", nullable=True),
    moment("created_at"),
    moment("overruled_at", nullable=True),
    string("appeal", nullable=True),  # what the person said against it
    moment("appealed_at", nullable=True),
    moment("approved_at", nullable=True),
    moment("rejected_at", nullable=True),
    Index("ix_account_warnings_account", "account_id", "id"),
    Index("ix_account_warnings_appealed", "appealed_at"),
    comment="owner: core/moderation",
)
