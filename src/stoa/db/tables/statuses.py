"""Statuses, what is attached to them, and what people do with them."""

from __future__ import annotations

from sqlalchemy import Column as C
from sqlalchemy import Float, Index, Integer, LargeBinary, Table, Text, UniqueConstraint, text

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

statuses = Table(
    "statuses",
    metadata,
    primary(),
    reference("account_id", "accounts.id"),
    string("uri"),
    string("url", nullable=True),
    flag("local"),
    string("visibility"),  # public, unlisted, private, direct
    string("quote_policy", default="public"),  # public, followers, nobody
    flag("sensitive"),
    string("language", nullable=True),
    reference("in_reply_to_id", "statuses.id", on_delete="SET NULL", nullable=True, index=True),
    # Kept when the parent is gone, so that a reply stays a reply.
    reference("in_reply_to_account_id", "accounts.id", on_delete="SET NULL", nullable=True),
    C("conversation_id", Id, nullable=False),  # the id of the status that opened it
    reference("reblog_of_id", "statuses.id", nullable=True),
    reference("quote_of_id", "statuses.id", on_delete="SET NULL", nullable=True, index=True),
    string("quote_state", nullable=True),  # accepted, pending, rejected, revoked, deleted
    reference("app_id", "apps.id", on_delete="SET NULL", nullable=True),
    flag("has_media"),
    C("poll_id", Id, nullable=True),
    count("replies_count"),
    count("reblogs_count"),
    count("favourites_count"),
    count("quotes_count"),
    C("version", Integer, nullable=False, server_default="1"),  # grows when what is rendered changes
    moment("created_at"),
    moment("edited_at", nullable=True),
    # Long texts stand last: SQLite walks past a row's overflow pages to reach what comes after them.
    string("title", nullable=True),
    string("spoiler_text", default=""),
    string("content_type", default="text/plain"),
    string("text", default=""),  # as typed; empty for remote ones
    string("content", default=""),  # sanitised HTML
    string("teaser", default=""),  # what stands for it in a list, if its author says so; sanitised HTML
    UniqueConstraint("uri"),
    Index("ix_statuses_account", "account_id", "id"),
    Index("ix_statuses_conversation", "conversation_id", "id"),
    Index(
        "uq_statuses_reblog",
        "account_id",
        "reblog_of_id",
        unique=True,
        sqlite_where=text("reblog_of_id IS NOT NULL"),
        postgresql_where=text("reblog_of_id IS NOT NULL"),
    ),
    # Not of those that are no boosts: SQLite would take it for the way to find these.
    Index(
        "ix_statuses_reblog_of_id",
        "reblog_of_id",
        sqlite_where=text("reblog_of_id IS NOT NULL"),
        postgresql_where=text("reblog_of_id IS NOT NULL"),
    ),
    Index(
        "ix_statuses_public",
        "id",
        sqlite_where=text("visibility = 'public' AND reblog_of_id IS NULL"),
        postgresql_where=text("visibility = 'public' AND reblog_of_id IS NULL"),
    ),
    Index(
        "ix_statuses_local",
        "local",
        "id",
        sqlite_where=text("visibility = 'public' AND reblog_of_id IS NULL"),
        postgresql_where=text("visibility = 'public' AND reblog_of_id IS NULL"),
    ),
    comment="owner: core/statuses",
)

# How many its own server counts, of one that lives elsewhere; for show alone.  No row: it tells of none.
told_counts = Table(
    "told_counts",
    metadata,
    reference("status_id", "statuses.id", primary_key=True),
    count("favourites"),
    count("reblogs"),
    comment="owner: core/statuses",
    sqlite_with_rowid=False,
)

status_edits = Table(
    "status_edits",
    metadata,
    primary(),
    reference("status_id", "statuses.id", index=True),
    string("text", default=""),
    string("content_type", default="text/plain"),
    string("content", default=""),
    string("title", nullable=True),
    string("spoiler_text", default=""),
    flag("sensitive"),
    document("media", default="[]"),  # the MediaView of each attachment, as it was
    document("poll_options", nullable=True),
    moment("created_at"),
    comment="owner: core/statuses",
)

mentions = Table(
    "mentions",
    metadata,
    reference("status_id", "statuses.id", primary_key=True),
    reference("account_id", "accounts.id", primary_key=True),
    flag("silent"),  # addressed without being named: sees it, is not told
    Index("ix_mentions_account", "account_id", "status_id"),
    comment="owner: core/statuses",
    sqlite_with_rowid=False,
)

tags = Table(
    "tags",
    metadata,
    primary(),
    string("name"),  # as first written
    string("key"),  # text.normalise_hashtag
    flag("usable", default=True),  # by those who write here
    moment("created_at"),
    UniqueConstraint("key"),
    comment="owner: core/statuses",
)

status_tags = Table(
    "status_tags",
    metadata,
    reference("tag_id", "tags.id", primary_key=True),
    reference("status_id", "statuses.id", primary_key=True),
    Index("ix_status_tags_status", "status_id"),
    comment="owner: core/statuses",
    sqlite_with_rowid=False,
)

tag_follows = Table(
    "tag_follows",
    metadata,
    primary(),
    reference("account_id", "accounts.id"),
    reference("tag_id", "tags.id"),
    UniqueConstraint("account_id", "tag_id"),
    Index("ix_tag_follows_tag", "tag_id", "account_id"),
    comment="owner: core/timelines",
)

media_attachments = Table(
    "media_attachments",
    metadata,
    primary(),
    reference("account_id", "accounts.id", index=True),
    reference("status_id", "statuses.id", on_delete="SET NULL", nullable=True, index=True),
    C("position", Integer, nullable=False, server_default="0"),
    string("kind"),  # image, gifv, video, audio, unknown
    string("mime", default=""),
    string("description", nullable=True),
    C("focus_x", Float, nullable=True),
    C("focus_y", Float, nullable=True),
    string("blurhash", nullable=True),
    document("meta", default="{}"),  # {original: {width, height, size, aspect}, small: …}
    string("key", nullable=True),  # in the storage; null for remote files not kept
    string("preview_key", nullable=True),
    string("remote_url", nullable=True),
    string("preview_remote_url", nullable=True),  # of a film or sound: the picture that stands for it
    count("bytes"),
    moment("created_at"),
    string("state", default=""),  # waiting: to be made ready; failed: it could not be; else ready
    string("failure", nullable=True),  # why, in words for its owner
    comment="owner: core/media",
)

custom_emojis = Table(
    "custom_emojis",
    metadata,
    primary(),
    string("shortcode"),
    string("domain", default=""),
    string("key", nullable=True),
    string("static_key", nullable=True),
    string("remote_url", nullable=True),
    string("category", nullable=True),
    flag("visible", default=True),
    flag("disabled"),
    moment("created_at"),
    moment("updated_at", nullable=True),  # as its server says
    UniqueConstraint("shortcode", "domain"),
    comment="owner: core/media",
)

polls = Table(
    "polls",
    metadata,
    primary(),
    reference("status_id", "statuses.id", index=True),
    flag("multiple"),
    flag("hide_totals"),
    count("votes_count"),
    count("voters_count"),
    moment("expires_at", nullable=True),
    moment("closed_at", nullable=True),  # when the end was told to those who voted
    comment="owner: core/statuses",
)

poll_options = Table(
    "poll_options",
    metadata,
    reference("poll_id", "polls.id", primary_key=True),
    C("position", Integer, primary_key=True, autoincrement=False),
    string("title"),
    count("votes_count"),
    comment="owner: core/statuses",
    sqlite_with_rowid=False,
)

poll_votes = Table(
    "poll_votes",
    metadata,
    reference("poll_id", "polls.id", primary_key=True),
    reference("account_id", "accounts.id", primary_key=True),
    C("position", Integer, primary_key=True, autoincrement=False),
    Index("ix_poll_votes_account", "account_id", "poll_id"),
    comment="owner: core/statuses",
    sqlite_with_rowid=False,
)

favourites = Table(
    "favourites",
    metadata,
    primary(),
    reference("account_id", "accounts.id"),
    reference("status_id", "statuses.id"),
    string("uri", nullable=True),  # of the Like, where it came from elsewhere
    UniqueConstraint("account_id", "status_id"),
    Index("ix_favourites_account", "account_id", "id"),
    Index("ix_favourites_status", "status_id", "id"),
    comment="owner: core/statuses",
)

bookmarks = Table(
    "bookmarks",
    metadata,
    primary(),
    reference("account_id", "accounts.id"),
    reference("status_id", "statuses.id", index=True),
    UniqueConstraint("account_id", "status_id"),
    Index("ix_bookmarks_account", "account_id", "id"),
    comment="owner: core/statuses",
)

status_pins = Table(
    "status_pins",
    metadata,
    primary(),
    reference("account_id", "accounts.id"),
    reference("status_id", "statuses.id", index=True),
    UniqueConstraint("account_id", "status_id"),
    comment="owner: core/statuses",
)

conversation_mutes = Table(
    "conversation_mutes",
    metadata,
    reference("account_id", "accounts.id", primary_key=True),
    C("conversation_id", Id, primary_key=True, autoincrement=False),
    comment="owner: core/statuses",
    sqlite_with_rowid=False,
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    reference("account_id", "accounts.id", primary_key=True),
    C("key", Text, primary_key=True),
    C("status_id", Id, nullable=False),  # of a status or of a scheduled status
    moment("created_at"),
    comment="owner: core/statuses",
    sqlite_with_rowid=False,
)

scheduled_statuses = Table(
    "scheduled_statuses",
    metadata,
    primary(),
    reference("account_id", "accounts.id", index=True),
    moment("scheduled_at"),
    document("params"),
    document("media_ids", default="[]"),
    comment="owner: core/statuses",
)

# What a service made of a status, for a while; *digest* is of the texts that were sent.
translations = Table(
    "translations",
    metadata,
    reference("status_id", "statuses.id", primary_key=True),
    C("language", Text, primary_key=True),
    string("digest"),
    string("provider"),
    document("body"),  # core/statuses/translate.py: Translation
    moment("created_at"),
    Index("ix_translations_created_at", "created_at"),
    comment="owner: core/statuses",
)

# What apps are sent for a status or an account, without what depends on who is asking and without
# counters.  Valid while version and epoch (public address, renderer) are those of today.
status_json = Table(
    "status_json",
    metadata,
    reference("status_id", "statuses.id", primary_key=True),
    C("version", Integer, nullable=False),
    string("epoch"),
    C("body", LargeBinary, nullable=False),
    comment="owner: api",
)
