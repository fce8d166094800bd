"""What the routes of statuses are sent, and how it becomes a draft."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from stoa.core.errors import Invalid, Problem
from stoa.core.policy.draft import ContentType, Draft, PollDraft, QuotePolicy, Visibility
from stoa.core.statuses import defaults
from stoa.core.statuses.edit import MediaChange
from stoa.db import Connection
from stoa.text import MAX_AROUND, MAX_EXACT, Passage

# As much as a body may hold; how long a post may be is a rule of the house (policy/judge.py).
Long = Annotated[str, Meta(max_length=1024 * 1024)]
Language = Annotated[str, Meta(pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,4}$")]

MAX_DESCRIPTION = 1_500
Description = Annotated[str, Meta(max_length=MAX_DESCRIPTION)]


class PollForm(msgspec.Struct, frozen=True):
    """`poll[…]`."""

    options: list[Long] = []
    expires_in: int | None = None
    multiple: bool = False
    hide_totals: bool = False

    def draft(self) -> PollDraft | None:
        """The poll; None where only empty fields were sent."""
        if not self.options:
            return None
        return PollDraft(
            options=tuple(option.strip() for option in self.options),
            expires_in=self.expires_in,
            multiple=self.multiple,
            hide_totals=self.hide_totals,
        )


class MediaForm(msgspec.Struct, frozen=True):
    """`media_attributes[][…]`."""

    id: int
    description: Description | UnsetType | None = UNSET
    focus: str | None = None

    def change(self) -> MediaChange:
        """What is to be changed."""
        return MediaChange(
            id=self.id,
            description=self.description,
            focus=UNSET if self.focus is None else focus_of(self.focus),
        )


class PassageForm(msgspec.Struct, frozen=True):
    """`passage[…]`, ours: what of the answered post a reply is about."""

    exact: Annotated[str, Meta(max_length=MAX_EXACT)]
    prefix: Annotated[str, Meta(max_length=MAX_AROUND)] = ""
    suffix: Annotated[str, Meta(max_length=MAX_AROUND)] = ""

    def draft(self) -> Passage | None:
        """The passage; None where only empty fields were sent."""
        return Passage(self.exact, self.prefix, self.suffix) if self.exact.strip() else None


class StatusForm(msgspec.Struct, frozen=True):
    """What a new status and an edited one have in common.  `title` and `content_type` are ours."""

    status: Long = ""
    content_type: ContentType | None = None
    title: Long | None = None
    spoiler_text: Long = ""
    sensitive: bool | None = None
    language: Language | None = None
    media_ids: list[int] = []
    poll: PollForm | None = None
    quote_approval_policy: QuotePolicy | None = None

    @property
    def one_line_title(self) -> str | None:
        """The title, without line breaks; None for an empty one."""
        return " ".join(self.title.split()) or None if self.title else None


class NewStatus(StatusForm, frozen=True):
    """The parameters of POST /api/v1/statuses."""

    visibility: Visibility | None = None
    in_reply_to_id: int | None = None
    passage: PassageForm | None = None
    scheduled_at: str | None = None
    quoted_status_id: int | None = None
    allowed_mentions: list[int] | UnsetType = UNSET

    async def draft(self, conn: Connection, account_id: int, app_id: int | None) -> Draft:
        """The status to be, filled up with what its author prefers."""
        preferred = await defaults.preferred(conn, account_id, in_reply_to_id=self.in_reply_to_id)
        return Draft(
            account_id=account_id,
            text=self.status,
            content_type=self.content_type or "text/plain",
            title=self.one_line_title,
            spoiler_text=self.spoiler_text,
            sensitive=preferred.sensitive if self.sensitive is None else self.sensitive,
            visibility=self.visibility or preferred.visibility,
            language=self.language or preferred.language,
            in_reply_to_id=self.in_reply_to_id,
            passage=self.passage.draft() if self.passage else None,
            quote_of_id=self.quoted_status_id,
            quote_policy=self.quote_approval_policy or preferred.quote_policy,
            media_ids=tuple(self.media_ids),
            poll=self.poll.draft() if self.poll else None,
            app_id=app_id,
            allowed_mentions=None if self.allowed_mentions is UNSET else tuple(self.allowed_mentions),
        )


class EditedStatus(StatusForm, frozen=True):
    """The parameters of PUT /api/v1/statuses/:id.  What is left out is taken away, as in Mastodon.

    Only language and content type stay as they are where they are left out.
    """

    media_attributes: list[MediaForm] = []

    def draft(self, account_id: int, content_type: ContentType) -> Draft:
        """The status as it shall be from now on."""
        return Draft(
            account_id=account_id,
            text=self.status,
            content_type=self.content_type or content_type,
            title=self.one_line_title,
            spoiler_text=self.spoiler_text,
            sensitive=bool(self.sensitive),
            language=self.language,
            media_ids=tuple(self.media_ids),
            poll=self.poll.draft() if self.poll else None,
        )


def moment(field: str, given: str) -> int:
    """The unix milliseconds of an ISO 8601 date and time.  Raises Invalid, naming *field*."""
    try:
        when = datetime.fromisoformat(given.strip())
        if when.tzinfo is None:
            when = when.replace(tzinfo=UTC)
        return int(when.timestamp() * 1000)
    except (ValueError, OverflowError):
        raise Invalid({field: [Problem("ERR_INVALID", "is not a date and time")]}) from None


def focus_of(given: str) -> tuple[float, float]:
    """The focal point in "x,y", each from -1 to 1.  Raises Invalid."""
    try:
        x, y = (float(part) for part in given.split(","))
    except ValueError:
        x = y = float("nan")
    if not (-1 <= x <= 1 and -1 <= y <= 1):
        raise Invalid(
            {"focus": [Problem("ERR_INVALID", "must be two numbers from -1 to 1, such as 0.5,-0.25")]}
        )
    return x, y
