"""What somebody wants to say, before the house has said yes.  Values only.

A draft is the same thing whether it was typed here or came from another server: what differs is
which fields are filled.  A local draft has *text*; a remote one has *uri* and *content*.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from stoa.text import Passage

Visibility = Literal["public", "unlisted", "private", "direct"]
ContentType = Literal["text/plain", "text/markdown", "text/html"]
QuotePolicy = Literal["public", "followers", "nobody"]
Repliers = Literal["everybody", "followers", "following", "mentioned", "nobody"]

# From the widest circle to the narrowest.
VISIBILITIES: tuple[Visibility, ...] = ("public", "unlisted", "private", "direct")


class PollDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A poll to be.  A local one says how long it lasts, a remote one when it ends."""

    options: tuple[str, ...]
    multiple: bool = False
    hide_totals: bool = False
    expires_in: int | None = None  # seconds
    expires_at: int | None = None  # unix milliseconds
    votes: tuple[int, ...] = ()  # of a remote poll, as its server counts them
    voters: int | None = None


class RemoteMedia(msgspec.Struct, frozen=True, kw_only=True):
    """An attachment that lies on another server.  *preview_url*: a picture that stands for a film or
    sound.
    """

    url: str
    preview_url: str | None = None
    kind: Literal["image", "gifv", "video", "audio", "unknown"] = "unknown"
    mime: str = ""
    description: str | None = None
    focus_x: float | None = None
    focus_y: float | None = None
    blurhash: str | None = None
    meta: dict[str, Any] = {}


class TranslationDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A status to be in one more language, by its author.  *text* as typed, empty for a remote one."""

    language: str
    title: str | None = None
    spoiler_text: str = ""
    text: str = ""
    content: str = ""  # HTML


class Draft(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A status to be."""

    account_id: int
    text: str = ""  # as typed
    content_type: ContentType = "text/plain"
    title: str | None = None
    spoiler_text: str = ""
    sensitive: bool = False
    visibility: Visibility = "public"
    language: str | None = None  # None: found out from the text
    in_reply_to_id: int | None = None
    quote_of_id: int | None = None
    quote_policy: QuotePolicy = "public"
    repliers: Repliers = "everybody"
    closes_after: int = 0  # days until nobody may reply any more; 0: never
    passage: Passage | None = None  # of what it answers
    media_ids: tuple[int, ...] = ()
    poll: PollDraft | None = None
    app_id: int | None = None
    allowed_mentions: tuple[int, ...] | None = None  # account ids; None: anybody

    # From here on for statuses of other servers only.
    uri: str | None = None
    url: str | None = None
    content: str = ""  # sanitised HTML
    teaser: str = ""  # HTML as sent
    created_at: int | None = None  # unix milliseconds
    edited_at: int | None = None
    mention_ids: tuple[int, ...] = ()
    silent_ids: tuple[int, ...] = ()  # addressed, but not named: they see it and are not told
    answers_unknown: bool = False  # it is a reply, and what it answers is not here
    belated: bool = False  # it was looked for long after it was written: nobody is told
    tags: tuple[str, ...] = ()
    media: tuple[RemoteMedia, ...] = ()
    translations: tuple[TranslationDraft, ...] = ()
    quote_state: Literal["accepted", "pending", "rejected", "revoked"] | None = None

    @property
    def local(self) -> bool:
        """Whether it was written here."""
        return self.uri is None
