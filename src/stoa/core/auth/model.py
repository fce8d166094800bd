"""Who signs in, and how they like things.  Values only."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from stoa.core.accounts.model import Role

Visibility = Literal["public", "unlisted", "private", "direct"]
ExpandMedia = Literal["default", "show_all", "hide_all"]
QuotePolicy = Literal["public", "followers", "nobody"]
Theme = Literal["auto", "light", "dark"]
TextSize = Literal["small", "normal", "large", "larger"]

LONG = 1_200  # characters from which a post is shown in a list by its beginning

MAX_SCOPES_LENGTH = 1000


class Preferences(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a member prefers; kept in `users.settings`, defaults left out.

    *visibility* None stands for "as my account is": private where it is locked, else public.
    """

    visibility: Visibility | None = None
    sensitive: bool = False
    language: str | None = None
    quote_policy: QuotePolicy = "public"
    expand_media: ExpandMedia = "default"
    expand_spoilers: bool = False
    theme: Theme = "auto"
    high_contrast: bool = False
    shortcuts: bool = True
    plain: bool = False  # posts as paragraphs and links alone
    text_size: TextSize = "normal"
    fold: int = LONG  # from how many characters on; 0: never


def preferences_of(settings: Any) -> Preferences:
    """The preferences in the JSON of `users.settings`; what is not understood is the default."""
    try:
        return msgspec.convert(settings or {}, Preferences)
    except msgspec.ValidationError:
        return Preferences()


class User(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who signs in here."""

    account_id: int
    username: str
    email: str
    role: Role
    locale: str
    locked: bool
    preferences: Preferences
    approved: bool
    confirmed_at: int | None
    disabled_at: int | None
    suspended_at: int | None
    password_hash: str
    failed_sign_ins: int
    locked_until: int | None
    created_at: int

    @property
    def may_act(self) -> bool:
        """Whether they may do anything yet, or still."""
        return (
            self.confirmed_at is not None
            and self.approved
            and self.disabled_at is None
            and self.suspended_at is None
        )

    @property
    def default_visibility(self) -> Visibility:
        """Who sees a post of theirs when they do not say."""
        return self.preferences.visibility or ("private" if self.locked else "public")
