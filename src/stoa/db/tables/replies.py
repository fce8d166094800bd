"""What authors decide about the replies to their posts, and which passage a reply is about."""

from __future__ import annotations

from sqlalchemy import Table

from stoa.db.tables.base import metadata, moment, reference, string

reply_terms = Table(
    "reply_terms",
    metadata,
    reference("status_id", "statuses.id", primary_key=True),
    string("who"),  # everybody, followers, following, mentioned, nobody
    moment("closes_at", nullable=True),
    comment="owner: core/statuses",
    sqlite_with_rowid=False,
)

reply_marks = Table(
    "reply_marks",
    metadata,
    reference("status_id", "statuses.id", primary_key=True),  # the reply
    string("mark"),  # hidden, first
    comment="owner: core/statuses",
    sqlite_with_rowid=False,
)

# The passage of the answered post that a reply is about, as in a Web Annotation.  Where it stands in the
# text of today is looked for when it is shown.
reply_anchors = Table(
    "reply_anchors",
    metadata,
    reference("status_id", "statuses.id", primary_key=True),  # the reply
    string("exact"),
    string("prefix", default=""),  # what stood before it
    string("suffix", default=""),  # and after it
    comment="owner: core/statuses",
    sqlite_with_rowid=False,
)
