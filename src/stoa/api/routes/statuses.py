"""Statuses: written, read, changed, deleted (Mastodon's documentation, methods/statuses)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import msgspec
import orjson
from msgspec import UNSET, Meta, UnsetType

from stoa import ids
from stoa.api import rendered
from stoa.api.entities import scheduled_status
from stoa.api.routing import Call, route
from stoa.asgi.responses import Response, error, json, json_bytes
from stoa.core.errors import Invalid, NotFound, Problem
from stoa.core.media import store as media_store
from stoa.core.policy.draft import ContentType, Draft, PollDraft, QuotePolicy, Visibility
from stoa.core.statuses import defaults, heads, idempotency, mentioned, schedule
from stoa.core.statuses.mentioned import UnexpectedMentions
from stoa.core.statuses.publish import publish
from stoa.db import Connection

# As much as a body may hold; how long a post may be is a rule of the house (policy/judge.py).
Long = Annotated[str, Meta(max_length=1024 * 1024)]
Language = Annotated[str, Meta(pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,4}$")]

MAX_SHOWN = 40


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


class NewStatus(msgspec.Struct, frozen=True):
    """The parameters of POST /api/v1/statuses.  `title` and `content_type` are ours."""

    status: Long = ""
    content_type: ContentType = "text/plain"
    title: Long | None = None
    spoiler_text: Long = ""
    sensitive: bool | None = None
    visibility: Visibility | None = None
    language: Language | None = None
    in_reply_to_id: int | None = None
    media_ids: list[int] = []
    poll: PollForm | None = None
    scheduled_at: str | None = None
    quoted_status_id: int | None = None
    quote_approval_policy: QuotePolicy | None = None
    allowed_mentions: list[int] | UnsetType = UNSET


async def create(call: Call) -> Response:
    """POST /api/v1/statuses: a Status, or a ScheduledStatus."""
    asked = await call.args(NewStatus)
    house, me = call.house, call.me
    at = None if asked.scheduled_at is None else moment("scheduled_at", asked.scheduled_at)
    await mentioned.introduce(
        house.db, house.resolver, asked.status, asked.content_type, house.settings.domain
    )
    key = call.request.header("idempotency-key")
    try:
        async with house.db.write() as conn:
            made = ids.new_id()
            before = await idempotency.claim(conn, me, key, made) if key else None
            if before is not None:
                made = before
            else:
                draft = await _draft(conn, asked, me, call.token.app_id if call.token else None)
                if at is None:
                    await publish(conn, draft, house.settings, house.addresses, status_id=made)
                else:
                    await schedule.schedule(
                        conn, draft, at, house.settings, house.addresses, scheduled_id=made
                    )
    except UnexpectedMentions as unexpected:
        return await _unexpected(call, unexpected)
    async with house.db.read() as conn:
        if at is None:
            return json_bytes(await rendered.status(conn, house, made, me))
        return await _made_before_or_scheduled(call, conn, made)


async def _draft(conn: Connection, asked: NewStatus, me: int, app_id: int | None) -> Draft:
    preferred = await defaults.preferred(conn, me, in_reply_to_id=asked.in_reply_to_id)
    return Draft(
        account_id=me,
        text=asked.status,
        content_type=asked.content_type,
        title=" ".join(asked.title.split()) if asked.title else None,
        spoiler_text=asked.spoiler_text,
        sensitive=preferred.sensitive if asked.sensitive is None else asked.sensitive,
        visibility=asked.visibility or preferred.visibility,
        language=asked.language or preferred.language,
        in_reply_to_id=asked.in_reply_to_id,
        quote_of_id=asked.quoted_status_id,
        quote_policy=asked.quote_approval_policy or preferred.quote_policy,
        media_ids=tuple(asked.media_ids),
        poll=asked.poll.draft() if asked.poll else None,
        app_id=app_id,
        allowed_mentions=None if asked.allowed_mentions is UNSET else tuple(asked.allowed_mentions),
    )


async def _made_before_or_scheduled(call: Call, conn: Connection, made: int) -> Response:
    try:
        one = await schedule.get(conn, call.me, made)
    except NotFound:  # the same key came with an ordinary status, or it has been published since
        return json_bytes(await rendered.status(conn, call.house, made, call.me))
    files = await media_store.owned(conn, call.me, one.draft.media_ids)
    entity = scheduled_status.render(one.id, one.scheduled_at, one.draft, files, call.house.addresses)
    return json(entity)


async def _unexpected(call: Call, unexpected: UnexpectedMentions) -> Response:
    async with call.house.db.read() as conn:
        accounts = await rendered.accounts(conn, call.house, unexpected.account_ids)
    return error(422, str(unexpected), unexpected_accounts=orjson.loads(accounts))


def moment(field: str, given: str) -> int:
    """The unix milliseconds of an ISO 8601 date and time.  Raises Invalid, naming *field*."""
    try:
        when = datetime.fromisoformat(given.strip())
        if when.tzinfo is None:
            when = when.replace(tzinfo=UTC)
        return int(when.timestamp() * 1000)
    except (ValueError, OverflowError):
        raise Invalid({field: [Problem("ERR_INVALID", "is not a date and time")]}) from None


async def show(call: Call) -> Response:
    """GET /api/v1/statuses/:id."""
    async with call.house.db.read() as conn:
        return json_bytes(await rendered.status(conn, call.house, call.id(), call.viewer_id))


class Many(msgspec.Struct, frozen=True):
    """`id[]=1&id[]=2`."""

    id: list[str] = []


async def show_many(call: Call) -> Response:
    """GET /api/v1/statuses?id[]=: those that the viewer sees, in the order asked for."""
    asked = await call.args(Many)
    wanted = list(dict.fromkeys(_ids(asked.id)))[:MAX_SHOWN]
    async with call.house.db.read() as conn:
        found = await heads.by_ids(conn, wanted, call.viewer_id)
        inside = [found[one] for one in wanted if one in found]
        return json_bytes(await rendered.statuses(conn, call.house, inside, call.viewer_id))


def _ids(given: list[str]) -> list[int]:
    # Ids that cannot be are as unknown as others: they are left out.
    return [int(one) for one in given if one.isascii() and one.isdigit() and len(one) < 19]


ROUTES = [
    route("POST", "/api/v1/statuses", create, scopes="write:statuses"),
    route("GET", "/api/v1/statuses", show_many, auth="optional", scopes="read:statuses"),
    route("GET", "/api/v1/statuses/{id}", show, auth="optional", scopes="read:statuses"),
]
