"""Timelines, notifications, conversations: what people read; and the house's own tables."""

from __future__ import annotations

from sqlalchemy import Column as C
from sqlalchemy import Index, Integer, Table, Text, UniqueConstraint
from sqlalchemy import text as sql

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

# A member's year in figures; without data while it is being made.
annual_reports = Table(
    "annual_reports",
    metadata,
    primary(),
    reference("account_id", "accounts.id"),
    C("year", Integer, nullable=False),
    document("data", nullable=True),
    C("schema_version", Integer, nullable=False),
    string("share_key"),
    moment("viewed_at", nullable=True),
    moment("created_at"),
    UniqueConstraint("account_id", "year"),
    comment="owner: core/annual_reports",
)

# Where the app of a token wants to be told of notifications while it sleeps, and of which.
push_subscriptions = Table(
    "push_subscriptions",
    metadata,
    primary(),
    reference("token_id", "access_tokens.id"),
    reference("account_id", "accounts.id", index=True),
    string("endpoint"),
    string("app_key"),
    string("secret"),
    flag("standard"),
    document("alerts"),
    string("policy"),
    string("sealed_token"),
    moment("created_at"),
    UniqueConstraint("token_id"),
    comment="owner: core/push",
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
    C("severance_id", Id, nullable=True),  # of severed_relationships
    C("warning_id", Id, nullable=True),  # of moderation_warning
    C("collection_id", Id, nullable=True),  # of added_to_collection, collection_update
    flag("filtered"),  # kept back by the owner's policy
    Index("ix_notifications_account", "account_id", "id"),
    Index("ix_notifications_group", "account_id", "group_key", "id"),
    Index(
        "ix_notifications_collection",
        "collection_id",
        sqlite_where=sql("collection_id IS NOT NULL"),
        postgresql_where=sql("collection_id IS NOT NULL"),
    ),
    Index(
        "ix_notifications_filtered",
        "account_id",
        "from_account_id",
        sqlite_where=sql("filtered"),
        postgresql_where=sql("filtered"),
    ),
    comment="owner: core/notifications",
)

# What somebody wants to be told by whom: accept, filter (keep back, as a request) or drop.
notification_policies = Table(
    "notification_policies",
    metadata,
    reference("account_id", "accounts.id", primary_key=True),
    string("for_not_following", default="accept"),
    string("for_not_followers", default="accept"),
    string("for_new_accounts", default="accept"),
    string("for_private_mentions", default="filter"),
    string("for_limited_accounts", default="filter"),
    comment="owner: core/notifications",
)

# Somebody whose mentions are kept back; how many there are is counted among the notifications.
notification_requests = Table(
    "notification_requests",
    metadata,
    primary(),
    reference("account_id", "accounts.id"),
    reference("from_account_id", "accounts.id", index=True),
    reference("last_status_id", "statuses.id", on_delete="SET NULL", nullable=True, index=True),
    moment("created_at"),
    moment("updated_at"),
    UniqueConstraint("account_id", "from_account_id"),
    Index("ix_notification_requests_account", "account_id", "id"),
    comment="owner: core/notifications",
)

# Whose requests were accepted: no policy keeps back what they do.
notification_permissions = Table(
    "notification_permissions",
    metadata,
    reference("account_id", "accounts.id", primary_key=True),
    reference("from_account_id", "accounts.id", primary_key=True, index=True),
    comment="owner: core/notifications",
    sqlite_with_rowid=False,
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
    document("translations", default="{}"),  # language → {"text": …, "hint": …}
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
    document("collection_ids", default="[]"),  # of the target
    string("category", default="other"),  # spam, legal, violation, other
    string("comment", default=""),
    flag("forwarded"),
    string("uri", nullable=True),  # of a Flag from elsewhere
    moment("action_taken_at", nullable=True),
    reference("action_taken_by_id", "accounts.id", on_delete="SET NULL", nullable=True),
    moment("created_at"),
    moment("updated_at", nullable=True),
    reference("assigned_id", "accounts.id", on_delete="SET NULL", nullable=True),  # who looks into it
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
