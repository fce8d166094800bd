"""What the index of posts needs beside itself (`status_search`, which only the migrations make)."""

from __future__ import annotations

from sqlalchemy import Column as C
from sqlalchemy import Table, Text
from sqlalchemy.dialects.postgresql import TEXT

from stoa.db.tables.base import metadata

# Every word that stands in a post, so that those beginning with what somebody types are known without
# reading the index through.  In the order of its bytes, on both databases.
search_words = Table(
    "search_words",
    metadata,
    C("word", Text().with_variant(TEXT(collation="C"), "postgresql"), primary_key=True),
    comment="owner: core/search",
    sqlite_with_rowid=False,
)
