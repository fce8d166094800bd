"""Accounts, the users who sign in to them, and what they sign in with."""

from __future__ import annotations

from sqlalchemy import Column as C
from sqlalchemy import Index, Integer, Table, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import TEXT

from stoa.db.tables.base import (
    count,
    document,
    flag,
    metadata,
    moment,
    primary,
    reference,
    string,
)

accounts = Table(
    "accounts",
    metadata,
    primary(),
    string("username"),
    string("username_key"),  # lower case: names are compared without regard to case
    string("domain", default=""),  # empty for those who live here
    string("uri"),
    string("url"),
    string("actor_type", default="Person"),
    string("display_name", default=""),
    string("avatar_key", nullable=True),
    string("avatar_static_key", nullable=True),
    string("avatar_remote_url", nullable=True),
    string("avatar_description", default=""),
    string("header_key", nullable=True),
    string("header_static_key", nullable=True),
    string("header_remote_url", nullable=True),
    string("header_description", default=""),
    flag("locked"),
    flag("discoverable"),
    flag("indexable"),
    flag("hide_collections"),
    flag("show_media", default=True),
    flag("show_media_replies", default=True),
    flag("show_featured", default=True),
    flag("memorial"),
    document("attribution_domains", default="[]"),
    moment("suspended_at", nullable=True),
    moment("limited_at", nullable=True),
    moment("sensitized_at", nullable=True),  # all their pictures stand behind a warning
    moment("deleted_at", nullable=True),  # of somebody here: the row keeps their name and id taken
    reference("moved_to_id", "accounts.id", on_delete="SET NULL", nullable=True),
    moment("moved_at", nullable=True),
    document("also_known_as", default="[]"),  # ids of actors that are the same person
    count("followers_count"),
    count("following_count"),
    count("statuses_count"),
    moment("last_status_at", nullable=True),
    C("version", Integer, nullable=False, server_default="1"),  # grows when what others see changes
    moment("created_at"),
    string("note", default=""),  # as typed
    string("note_html", default=""),
    document("fields", default="[]"),  # [{name, value, html, verified_at}]
    document("feature_policy", nullable=True),  # of those elsewhere: who may put them into a collection
    UniqueConstraint("username_key", "domain"),
    UniqueConstraint("uri"),
    Index("ix_accounts_url", "url"),  # some name people by their page
    # Only for questions that say `domain <> ''`, lest SQLite start from all who live here.
    Index(
        "ix_accounts_domain",
        "domain",
        sqlite_where=text("domain <> ''"),
        postgresql_where=text("domain <> ''"),
    ),
    Index("ix_accounts_followers_count", "followers_count"),
    comment="owner: core/accounts",
)

# What an account is found by (text/folding): the words of its names, in the order of their bytes.
account_words = Table(
    "account_words",
    metadata,
    C("word", Text().with_variant(TEXT(collation="C"), "postgresql"), primary_key=True),
    reference("account_id", "accounts.id", primary_key=True, index=True),
    comment="owner: core/accounts",
    sqlite_with_rowid=False,
)

users = Table(
    "users",
    metadata,
    reference("account_id", "accounts.id", primary_key=True),
    string("email"),
    string("email_key"),
    string("password_hash"),
    string("role", default="user"),  # owner, admin, moderator, user
    string("locale", default="en"),
    document("settings", default="{}"),  # core/auth/model.py: Preferences
    string("reason", default=""),  # what the person wrote when asking to join
    flag("approved"),
    moment("confirmed_at", nullable=True),
    moment("disabled_at", nullable=True),
    moment("last_active_at", nullable=True),
    count("failed_sign_ins"),
    moment("locked_until", nullable=True),
    string("sign_up_ip", default=""),
    moment("created_at"),
    reference("invited_by_id", "accounts.id", on_delete="SET NULL", nullable=True, index=True),
    reference("app_id", "apps.id", on_delete="SET NULL", nullable=True, index=True),  # joined with it
    UniqueConstraint("email_key"),
    comment="owner: core/auth",
)

sessions = Table(
    "sessions",
    metadata,
    C("token_hash", Text, primary_key=True),
    reference("account_id", "accounts.id", index=True),
    string("ip", default=""),
    string("user_agent", default=""),
    moment("created_at"),
    moment("last_used_at"),
    comment="owner: core/auth",
)

apps = Table(
    "apps",
    metadata,
    primary(),
    string("name"),
    string("website", nullable=True),
    document("redirect_uris"),
    string("scopes"),
    string("client_id"),
    string("secret_hash"),
    moment("created_at"),
    UniqueConstraint("client_id"),
    comment="owner: core/auth",
)

authorization_codes = Table(
    "authorization_codes",
    metadata,
    C("code_hash", Text, primary_key=True),
    reference("app_id", "apps.id"),
    reference("account_id", "accounts.id"),
    string("redirect_uri"),
    string("scopes"),
    string("challenge", nullable=True),  # PKCE S256
    moment("expires_at"),
    # What the code was traded for: a code that comes twice was stolen, and its token with it.
    reference("token_id", "access_tokens.id", nullable=True),
    comment="owner: core/auth",
)

access_tokens = Table(
    "access_tokens",
    metadata,
    primary(),
    string("token_hash"),
    reference("app_id", "apps.id", nullable=True, index=True),
    reference("account_id", "accounts.id", nullable=True, index=True),  # null: an app on its own
    string("scopes"),
    moment("created_at"),
    moment("last_used_at", nullable=True),
    UniqueConstraint("token_hash"),
    comment="owner: core/auth",
)

# On which days (since 1970, UTC) members came by; kept for some months, for figures.
active_days = Table(
    "active_days",
    metadata,
    C("day", Integer, primary_key=True, autoincrement=False),
    reference("account_id", "accounts.id", primary_key=True, index=True),
    comment="owner: core/auth",
    sqlite_with_rowid=False,
)

one_time_tokens = Table(
    "one_time_tokens",
    metadata,
    C("token_hash", Text, primary_key=True),
    reference("account_id", "accounts.id", index=True),
    string("purpose"),  # confirm_email, reset_password
    string("value", default=""),  # the address to confirm
    moment("expires_at"),
    comment="owner: core/auth",
)

invites = Table(
    "invites",
    metadata,
    C("code", Text, primary_key=True),
    reference("account_id", "accounts.id", nullable=True, on_delete="SET NULL"),
    C("max_uses", Integer, nullable=True),
    count("uses"),
    moment("expires_at", nullable=True),
    moment("created_at"),
    comment="owner: core/auth",
)

follows = Table(
    "follows",
    metadata,
    primary(),
    reference("follower_id", "accounts.id"),
    reference("target_id", "accounts.id"),
    flag("show_reblogs", default=True),
    flag("notify"),
    document("languages", nullable=True),  # null: all
    moment("created_at"),
    string("uri", nullable=True),  # of the Follow, where it travelled
    string("accept_uri", nullable=True),  # of the Accept that granted it
    UniqueConstraint("follower_id", "target_id"),
    Index("ix_follows_follower", "follower_id", "id"),
    Index("ix_follows_target", "target_id", "id"),
    comment="owner: core/relationships",
)

follow_requests = Table(
    "follow_requests",
    metadata,
    primary(),
    reference("follower_id", "accounts.id"),
    reference("target_id", "accounts.id"),
    flag("show_reblogs", default=True),
    flag("notify"),
    document("languages", nullable=True),
    moment("created_at"),
    string("uri", nullable=True),  # of the Follow, where it travelled
    UniqueConstraint("follower_id", "target_id"),
    Index("ix_follow_requests_target", "target_id", "id"),
    comment="owner: core/relationships",
)

blocks = Table(
    "blocks",
    metadata,
    primary(),
    reference("account_id", "accounts.id"),
    reference("target_id", "accounts.id"),
    moment("created_at"),
    string("uri", nullable=True),
    UniqueConstraint("account_id", "target_id"),
    Index("ix_blocks_target", "target_id", "account_id"),
    comment="owner: core/relationships",
)

mutes = Table(
    "mutes",
    metadata,
    primary(),
    reference("account_id", "accounts.id"),
    reference("target_id", "accounts.id"),
    flag("hide_notifications", default=True),
    moment("expires_at", nullable=True),
    moment("created_at"),
    UniqueConstraint("account_id", "target_id"),
    comment="owner: core/relationships",
)

account_notes = Table(
    "account_notes",
    metadata,
    reference("account_id", "accounts.id", primary_key=True),
    reference("target_id", "accounts.id", primary_key=True),
    string("comment"),
    comment="owner: core/relationships",
    sqlite_with_rowid=False,
)

lists = Table(
    "lists",
    metadata,
    primary(),
    reference("account_id", "accounts.id", index=True),
    string("title"),
    string("replies_policy", default="list"),
    flag("exclusive"),
    comment="owner: core/timelines",
)

list_accounts = Table(
    "list_accounts",
    metadata,
    reference("list_id", "lists.id", primary_key=True),
    reference("account_id", "accounts.id", primary_key=True),
    Index("ix_list_accounts_account", "account_id", "list_id"),
    comment="owner: core/timelines",
    sqlite_with_rowid=False,
)
