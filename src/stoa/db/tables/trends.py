"""What many people use just now, and what the moderators said of it."""

from __future__ import annotations

from sqlalchemy import Column as C
from sqlalchemy import Float, Index, Table, Text

from stoa.db.tables.base import Id, flag, metadata, moment, reference, string

# As computed last; *subject_id* is that of a hashtag, a status or a link, by *kind*.
trends = Table(
    "trends",
    metadata,
    C("kind", Text, primary_key=True),  # tag, status, link
    C("subject_id", Id, primary_key=True, autoincrement=False),
    string("language", nullable=True),  # of the status, or of most who use it
    C("score", Float, nullable=False),
    moment("computed_at"),
    Index("ix_trends_score", "kind", "score"),
    comment="owner: core/trends",
    sqlite_with_rowid=False,
)

# Whether something may be shown among the trends; what has no row here waits for somebody to say so.
trend_reviews = Table(
    "trend_reviews",
    metadata,
    C("kind", Text, primary_key=True),  # tag, status, link, account
    C("subject_id", Id, primary_key=True, autoincrement=False),
    flag("allowed"),
    moment("reviewed_at"),
    reference("reviewed_by_id", "accounts.id", on_delete="SET NULL", nullable=True, index=True),
    comment="owner: core/trends",
    sqlite_with_rowid=False,
)
