"""What is known of an account, as values.  Local and remote accounts are the same kind of thing."""

from __future__ import annotations

from typing import Literal

import msgspec

Role = Literal["owner", "admin", "moderator", "user"]


Circle = Literal["public", "followers", "following", "unsupported_policy"]
Standing = Literal["automatic", "manual", "denied", "unknown", "missing"]


class FeaturePolicy(msgspec.Struct, frozen=True):
    """Who may put somebody into a collection at once, and who if they say yes (FEP-7aa9)."""

    automatic: tuple[Circle, ...] = ()
    manual: tuple[Circle, ...] = ()


class Field(msgspec.Struct, frozen=True):
    """A line of the table on a profile.  *value* is as typed, *html* is shown."""

    name: str
    value: str
    html: str
    verified_at: int | None = None


class Emoji(msgspec.Struct, frozen=True):
    """A custom emoji; keys are those of the file storage.  *id* is that of its record."""

    shortcode: str
    key: str | None
    static_key: str | None
    remote_url: str | None
    category: str | None
    visible: bool
    id: int = 0


class AccountView(msgspec.Struct, frozen=True, kw_only=True):
    """An account as shown.  Times are unix milliseconds; `domain` is empty for those who live here."""

    id: int
    username: str
    domain: str
    uri: str
    url: str
    actor_type: str
    display_name: str
    note: str
    note_html: str
    fields: tuple[Field, ...]
    emojis: tuple[Emoji, ...]
    avatar_key: str | None
    avatar_static_key: str | None
    avatar_remote_url: str | None
    avatar_description: str
    header_key: str | None
    header_static_key: str | None
    header_remote_url: str | None
    header_description: str
    locked: bool
    discoverable: bool
    indexable: bool
    hide_collections: bool
    show_media: bool
    show_media_replies: bool
    show_featured: bool
    memorial: bool
    suspended_at: int | None
    limited_at: int | None
    sensitized_at: int | None = None
    deleted_at: int | None = None
    feature_policy: FeaturePolicy | None = None
    moved_to_id: int | None
    role: Role | None  # None: a remote account
    attribution_domains: tuple[str, ...]
    followers_count: int
    following_count: int
    statuses_count: int
    last_status_at: int | None
    version: int
    created_at: int

    @property
    def acct(self) -> str:
        """`alice` here, `carl@there.example` elsewhere."""
        return f"{self.username}@{self.domain}" if self.domain else self.username

    @property
    def name(self) -> str:
        """What to call them: the display name, or else the user name."""
        return self.display_name or self.username

    @property
    def local(self) -> bool:
        """Whether they live here."""
        return not self.domain

    @property
    def bot(self) -> bool:
        """Whether a program posts."""
        return self.actor_type in ("Service", "Application")
