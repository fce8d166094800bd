"""What is known of a status, as values, and the pure rules on them."""

from __future__ import annotations

from typing import Literal

import msgspec

from stoa.core.accounts.model import AccountView, Emoji
from stoa.core.media.attachments import MediaView

Visibility = Literal["public", "unlisted", "private", "direct"]
ContentType = Literal["text/plain", "text/markdown", "text/html"]
QuotePolicy = Literal["public", "followers", "nobody"]
Repliers = Literal["everybody", "followers", "following", "mentioned", "nobody"]
QuoteState = Literal["accepted", "pending", "rejected", "revoked", "deleted"]


class ReplyTerms(msgspec.Struct, frozen=True):
    """Who may reply, and until when (unix milliseconds; None: as long as there are words)."""

    who: Repliers = "everybody"
    closes_at: int | None = None

    def closed(self, now: int) -> bool:
        """Whether the time for replies is over."""
        return self.closes_at is not None and self.closes_at <= now


class MentionView(msgspec.Struct, frozen=True):
    """Somebody mentioned."""

    account_id: int
    username: str
    domain: str
    url: str

    @property
    def acct(self) -> str:
        """`alice` here, `carl@there.example` elsewhere."""
        return f"{self.username}@{self.domain}" if self.domain else self.username


class PollOption(msgspec.Struct, frozen=True):
    """A choice and how often it was made."""

    title: str
    votes_count: int


class PollView(msgspec.Struct, frozen=True, kw_only=True):
    """A poll.  *own_votes* are positions the viewer chose."""

    id: int
    status_id: int
    expires_at: int | None
    multiple: bool
    hide_totals: bool
    votes_count: int
    voters_count: int
    options: tuple[PollOption, ...]
    own_votes: tuple[int, ...] = ()

    def expired(self, now: int) -> bool:
        """Whether voting is over at *now* (unix milliseconds)."""
        return self.expires_at is not None and self.expires_at <= now


class StatusView(msgspec.Struct, frozen=True, kw_only=True):
    """A status as everyone who may see it sees it.  For a boost, what is boosted is `reblog_of_id`."""

    id: int
    account: AccountView
    uri: str
    url: str | None
    local: bool
    content: str
    content_type: ContentType
    text: str
    title: str | None
    teaser: str  # HTML that stands for it in a list, if its author says so
    spoiler_text: str
    visibility: Visibility
    quote_policy: QuotePolicy
    sensitive: bool
    language: str | None
    in_reply_to_id: int | None
    in_reply_to_account_id: int | None
    conversation_id: int
    reblog_of_id: int | None
    quote_of_id: int | None
    quote_state: QuoteState | None
    application: tuple[str, str | None] | None  # name and website of the app that posted it
    media: tuple[MediaView, ...]
    mentions: tuple[MentionView, ...]
    tags: tuple[str, ...]
    emojis: tuple[Emoji, ...]
    poll_id: int | None
    version: int
    created_at: int
    edited_at: int | None

    @property
    def is_sensitive(self) -> bool:
        """Whether its pictures stand behind a warning: by the wish of its author or of the moderators."""
        return self.sensitive or (bool(self.media) and self.account.sensitized_at is not None)


class AuthorTranslation(msgspec.Struct, frozen=True, kw_only=True):
    """The words of a post in one more *language*; *content* is safe HTML."""

    language: str
    title: str | None
    spoiler_text: str
    text: str
    content: str


class StatusHead(msgspec.Struct, frozen=True):
    """What of a status changes often or depends on who is asking; the rest is StatusView.

    For a boost, everything but `id`, `account_id`, `version` and `reblog_of_id` speaks of what is
    boosted.
    """

    id: int
    account_id: int
    version: int
    reblog_of_id: int | None
    original_id: int  # reblog_of_id, or id
    original_account_id: int
    original_version: int
    quote_of_id: int | None
    poll_id: int | None
    replies_count: int
    reblogs_count: int
    favourites_count: int
    quotes_count: int
    favourited: bool
    reblogged: bool
    bookmarked: bool
    muted: bool
    pinned: bool
    follows_author: bool
    quote_policy: QuotePolicy
    quote_state: QuoteState | None
    card_id: int | None = None
