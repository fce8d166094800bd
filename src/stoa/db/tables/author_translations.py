"""What authors say in other languages too."""

from __future__ import annotations

from sqlalchemy import Column as C
from sqlalchemy import Table, Text

from stoa.db.tables.base import metadata, moment, reference, string

author_translations = Table(
    "author_translations",
    metadata,
    reference("status_id", "statuses.id", primary_key=True),
    C("language", Text, primary_key=True),
    moment("changed_at"),
    string("title", nullable=True),
    string("spoiler_text", default=""),
    string("text", default=""),  # as typed; empty for remote ones
    string("content", default=""),  # sanitised HTML; empty: it was taken back at `changed_at`
    comment="owner: core/statuses",
)
