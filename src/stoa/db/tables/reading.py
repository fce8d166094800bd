"""Timelines, notifications, conversations: what people read; and the house's own tables."""

from __future__ import annotations

from sqlalchemy import Column as C
from sqlalchemy import Index, Integer, Table, Text, UniqueConstraint

from stoa.db.tables.base import (
    Id,
    count,
    document,
    flag,
    metadata,
    moment,
    primary,
    reference,
    string,
)

# Home timelines (owner: an account) and list timelines (owner: a list).  Ids never collide, since
# both come from ids.new_id.
timeline_entries = Table(
    "timeline_entries",
    metadata,
    C("owner_id", Id, primary_key=True, autoincrement=False),
    reference("status_id", "statuses.id", primary_key=True),
    Index("ix_timeline_entries_status", "status_id"),
    comment="owner: core/timelines",
    sqlite_with_rowid=False,
)

markers = Table(
    "markers",
    metadata,
    reference("account_id", "accounts.id", primary_key=True),
    C("timeline", Text, primary_key=True),  # home, notifications
    C("last_read_id", Id, nullable=False),
    C("version", Integer, nullable=False, server_default="1"),
    moment("updated_at"),
    comment="owner: core/timelines",
    sqlite_with_rowid=False,
)

notifications = Table(
    "notifications",
    metadata,
    primary(),
    reference("account_id", "accounts.id"),
    reference("from_account_id", "accounts.id", index=True),
    string("type"),  # mention, reblog, favourite, follow, follow_request, poll, status, update, …
    reference("status_id", "statuses.id", nullable=True, index=True),
    string("group_key"),
    moment("created_at"),
    C("report_id", Id, nullable=True),  # of admin.report
    Index("ix_notifications_account", "account_id", "id"),
    comment="owner: core/notifications",
)

conversations = Table(
    "conversations",
    metadata,
    primary(),
    reference("account_id", "accounts.id"),
    C("conversation_id", Id, nullable=False),
    document("participant_ids"),  # sorted, without the owner
    reference("last_status_id", "statuses.id", on_delete="SET NULL", nullable=True, index=True),
    flag("unread"),
    UniqueConstraint("account_id", "conversation_id"),
    Index("ix_conversations_account", "account_id", "last_status_id"),
    comment="owner: core/timelines",
)

rules = Table(
    "rules",
    metadata,
    primary(),
    C("position", Integer, nullable=False),
    string("text"),
    string("hint", default=""),
    comment="owner: core/instances",
)

# What somebody, here or elsewhere, has told the moderators of.
reports = Table(
    "reports",
    metadata,
    primary(),
    # Who reported; for those elsewhere it is mostly their server that speaks.
    reference("account_id", "accounts.id", on_delete="SET NULL", nullable=True),
    reference("target_id", "accounts.id", index=True),
    document("status_ids", default="[]"),  # of the target
    document("rule_ids", default="[]"),
    string("category", default="other"),  # spam, legal, violation, other
    string("comment", default=""),
    flag("forwarded"),
    string("uri", nullable=True),  # of a Flag from elsewhere
    moment("action_taken_at", nullable=True),
    reference("action_taken_by_id", "accounts.id", on_delete="SET NULL", nullable=True),
    moment("created_at"),
    UniqueConstraint("uri", "target_id"),  # one Flag may name several people
    Index("ix_reports_account", "account_id", "created_at"),
    comment="owner: core/moderation",
)

jobs = Table(
    "jobs",
    metadata,
    primary(),
    string("kind"),
    document("payload"),
    string("unique_key", nullable=True),  # a second job of the same key is not added
    moment("run_at"),
    moment("locked_until", nullable=True),
    count("attempts"),
    string("last_error", default=""),
    moment("created_at"),
    UniqueConstraint("unique_key"),
    Index("ix_jobs_due", "run_at", "id"),
    comment="owner: jobs",
)

# Server state that is no setting: the secret that signs what we hand to browsers.
secrets = Table(
    "secrets",
    metadata,
    C("name", Text, primary_key=True),
    string("value"),
    comment="owner: core/auth",
)
