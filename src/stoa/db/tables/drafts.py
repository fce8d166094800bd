"""What members are writing and have not published."""

from __future__ import annotations

from sqlalchemy import Column as C
from sqlalchemy import Index, Integer, Table, UniqueConstraint, text

from stoa.db.tables.base import count, document, metadata, moment, primary, reference, string

drafts = Table(
    "drafts",
    metadata,
    primary(),
    reference("account_id", "accounts.id"),
    string("key"),  # of the form it is written in, made up by that
    C("version", Integer, nullable=False, server_default=text("1")),  # grows with every change
    document("media_ids", default="[]"),
    count("bytes"),
    moment("created_at"),
    moment("updated_at"),
    string("title", default=""),
    document("rest", default="{}"),  # the other fields of the form
    string("text", default=""),
    UniqueConstraint("account_id", "key"),
    Index("ix_drafts_account", "account_id", "updated_at"),
    comment="owner: core/drafts",
)

draft_revisions = Table(
    "draft_revisions",
    metadata,
    primary(),
    reference("draft_id", "drafts.id"),
    reference("account_id", "accounts.id"),
    count("bytes"),
    moment("created_at"),  # when it was written
    string("title", default=""),
    document("rest", default="{}"),
    string("text", default=""),
    Index("ix_draft_revisions_draft", "draft_id", "id"),
    Index("ix_draft_revisions_account", "account_id", "id"),
    comment="owner: core/drafts",
)
