"""What two accounts are to each other, as values."""

from __future__ import annotations

import msgspec


class Relationship(msgspec.Struct, frozen=True, kw_only=True):
    """How a viewer stands to the account *id*.  What has run out (a mute) is no longer in here.

    `showing_reblogs`, `notifying` and `languages` are those of the follow, or else of the request.
    """

    id: int
    following: bool
    showing_reblogs: bool
    notifying: bool
    languages: tuple[str, ...] | None  # None: all
    followed_by: bool
    blocking: bool
    blocked_by: bool
    muting: bool
    muting_notifications: bool
    muting_expires_at: int | None
    requested: bool
    requested_by: bool
    domain_blocking: bool
    endorsed: bool
    note: str
