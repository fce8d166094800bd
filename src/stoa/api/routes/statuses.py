"""Statuses: written, read, changed, deleted (Mastodon's documentation, methods/statuses)."""

from __future__ import annotations

import msgspec
import orjson

from stoa import ids
from stoa.api import rendered
from stoa.api.entities import scheduled_status, status_edit
from stoa.api.routes import async_refreshes
from stoa.api.routes.status_forms import EditedStatus, NewStatus, moment
from stoa.api.routing import Call, record_id, route
from stoa.asgi.responses import Response, error, json, json_bytes
from stoa.core.accounts import views as account_views
from stoa.core.errors import NotFound
from stoa.core.media import store as media_store
from stoa.core.policy.draft import QuotePolicy
from stoa.core.statuses import (
    context,
    heads,
    history,
    idempotency,
    lists,
    mentioned,
    quotes,
    schedule,
    visibility,
)
from stoa.core.statuses import delete as deleting
from stoa.core.statuses import edit as editing
from stoa.core.statuses import views as status_views
from stoa.core.statuses.mentioned import UnexpectedMentions
from stoa.core.statuses.publish import publish
from stoa.db import Connection

MAX_SHOWN = 40


async def create(call: Call) -> Response:
    """POST /api/v1/statuses: a Status, or a ScheduledStatus."""
    asked = await call.args(NewStatus)
    house, me = call.house, call.me
    at = None if asked.scheduled_at is None else moment("scheduled_at", asked.scheduled_at)
    await mentioned.introduce(
        house.db, house.resolver, asked.status, asked.content_type or "text/plain", house.settings.domain
    )
    key = call.request.header("idempotency-key")
    try:
        async with house.db.write() as conn:
            made = ids.new_id()
            before = await idempotency.claim(conn, me, key, made) if key else None
            if before is not None:
                made = before
            else:
                draft = await asked.draft(conn, me, call.token.app_id if call.token else None)
                if at is None:
                    await publish(conn, draft, house.settings, house.addresses, status_id=made)
                else:
                    await schedule.schedule(
                        conn, draft, at, house.settings, house.addresses, scheduled_id=made
                    )
    except UnexpectedMentions as unexpected:
        return await _unexpected(call, unexpected)
    async with house.db.read() as conn:
        if at is not None or before is not None:
            return await _made_before_or_scheduled(call, conn, made)
        return json_bytes(await rendered.status(conn, house, made, me))


async def _made_before_or_scheduled(call: Call, conn: Connection, made: int) -> Response:
    try:
        one = await schedule.get(conn, call.me, made)
    except NotFound:  # the same key came with an ordinary status, or it has been published since
        return json_bytes(await rendered.status(conn, call.house, made, call.me))
    files = await media_store.owned(conn, call.me, one.draft.media_ids)
    return json(scheduled_status.render(one.id, one.scheduled_at, one.draft, files, call.house.addresses))


async def _unexpected(call: Call, unexpected: UnexpectedMentions) -> Response:
    async with call.house.db.read() as conn:
        accounts = await rendered.accounts(conn, call.house, unexpected.account_ids)
    return error(422, str(unexpected), unexpected_accounts=orjson.loads(accounts))


async def show(call: Call) -> Response:
    """GET /api/v1/statuses/:id."""
    async with call.house.db.read() as conn:
        return json_bytes(await rendered.status(conn, call.house, call.id(), call.viewer_id))


class _Many(msgspec.Struct, frozen=True):
    id: list[str] = []


async def show_many(call: Call) -> Response:
    """GET /api/v1/statuses?id[]=: those that the viewer sees, in the order asked for."""
    asked = await call.args(_Many)
    # Ids that cannot be are as unknown as others: they are left out.
    given = [int(one) for one in asked.id if one.isascii() and one.isdigit() and len(one) < 19]
    wanted = list(dict.fromkeys(given))[:MAX_SHOWN]
    async with call.house.db.read() as conn:
        found = await heads.by_ids(conn, wanted, call.viewer_id)
        inside = [found[one] for one in wanted if one in found]
        return json_bytes(await rendered.statuses(conn, call.house, inside, call.viewer_id))


async def edit(call: Call) -> Response:
    """PUT /api/v1/statuses/:id."""
    asked = await call.args(EditedStatus)
    house, me, status_id = call.house, call.me, call.id()
    await mentioned.introduce(
        house.db, house.resolver, asked.status, asked.content_type or "text/plain", house.settings.domain
    )
    async with house.db.write() as conn:
        before = await status_views.get(conn, status_id)
        await editing.edit(
            conn,
            status_id,
            asked.draft(me, before.content_type),
            house.settings,
            house.addresses,
            media_changes=tuple(one.change() for one in asked.media_attributes),
            quote_policy=asked.quote_approval_policy,
        )
    return await show(call)


class _Deleting(msgspec.Struct, frozen=True):
    delete_media: bool = False


async def delete(call: Call) -> Response:
    """DELETE /api/v1/statuses/:id: the Status as it was, with its `text`, to be written anew."""
    asked = await call.args(_Deleting)
    house, me, status_id = call.house, call.me, call.id()
    async with house.db.write() as conn:
        source = await status_views.get(conn, status_id)
        if source.account.id != me:
            raise NotFound
        # A boost of something the viewer lost sight of can still be taken back.
        seen = await heads.by_ids(conn, [status_id], me)
        entity = await rendered.status(conn, house, status_id, me) if seen else b"{}"
        await deleting.delete(conn, me, status_id, delete_media=asked.delete_media)
    if source.reblog_of_id is not None:
        return json_bytes(entity)
    last_words = {"text": source.text, "content_type": source.content_type, "title": source.title}
    return json(orjson.loads(entity) | last_words)


async def show_context(call: Call) -> Response:
    """GET /api/v1/statuses/:id/context; to members, with word of what is still on its way."""
    async with call.house.db.read() as conn:
        found = await context.around(conn, call.id(), call.viewer_id)
        above = await rendered.statuses(conn, call.house, found.ancestors, call.viewer_id)
        below = await rendered.statuses(conn, call.house, found.descendants, call.viewer_id)
    body = b'{"ancestors":%s,"descendants":%s}' % (above, below)
    if call.viewer_id is None:
        return json_bytes(body)
    coming = await call.house.resolver.conversation(call.id())
    return json_bytes(body, headers=async_refreshes.header(coming))


async def show_history(call: Call) -> Response:
    """GET /api/v1/statuses/:id/history."""
    house = call.house
    async with house.db.read() as conn:
        versions = await history.versions(conn, call.id(), call.viewer_id)
        status = await status_views.get(conn, call.id())
        account = orjson.loads(await rendered.account(conn, house, status.account.id))
        emojis = await account_views.emojis_in(
            conn, [(status.account.domain, f"{one.spoiler_text} {one.content}") for one in versions]
        )
    return json(
        [
            status_edit.render(one, account, used, house.addresses)
            for one, used in zip(versions, emojis, strict=True)
        ]
    )


async def show_source(call: Call) -> Response:
    """GET /api/v1/statuses/:id/source: StatusSource; `content_type` and `title` are ours."""
    async with call.house.db.read() as conn:
        row = await visibility.require_visible(conn, call.id(), call.viewer_id)
        status = await status_views.get(conn, row.id)
    return json(
        {
            "id": str(status.id),
            "text": status.text,
            "spoiler_text": status.spoiler_text,
            "content_type": status.content_type,
            "title": status.title,
        }
    )


async def show_quotes(call: Call) -> Response:
    """GET /api/v1/statuses/:id/quotes."""
    page = call.page()
    async with call.house.db.read() as conn:
        found = await lists.quotes_of(conn, call.id(), page, call.viewer_id)
        body = await rendered.statuses(conn, call.house, found, call.viewer_id)
    return json_bytes(body, headers=call.link([head.id for head in found], page))


async def revoke_quote(call: Call) -> Response:
    """POST /api/v1/statuses/:id/quotes/:quoting_status_id/revoke: the Status that quoted."""
    quoting_id = record_id(call.request.params["quoting_id"])
    async with call.house.db.write() as conn:
        await quotes.revoke(conn, call.me, call.id(), quoting_id)
    async with call.house.db.read() as conn:
        return json_bytes(await rendered.status(conn, call.house, quoting_id, call.me))


class _Policy(msgspec.Struct, frozen=True):
    quote_approval_policy: QuotePolicy | None = None


async def set_interaction_policy(call: Call) -> Response:
    """PUT /api/v1/statuses/:id/interaction_policy."""
    asked = await call.args(_Policy)
    async with call.house.db.write() as conn:
        await quotes.set_policy(conn, call.me, call.id(), asked.quote_approval_policy or "public")
    return await show(call)


ROUTES = [
    route("POST", "/api/v1/statuses", create, scopes="write:statuses"),
    route("GET", "/api/v1/statuses", show_many, auth="optional", scopes="read:statuses"),
    route("GET", "/api/v1/statuses/{id}", show, auth="optional", scopes="read:statuses", kept=True),
    route("PUT", "/api/v1/statuses/{id}", edit, scopes="write:statuses"),
    route("DELETE", "/api/v1/statuses/{id}", delete, scopes="write:statuses"),
    route(
        "GET",
        "/api/v1/statuses/{id}/context",
        show_context,
        auth="optional",
        scopes="read:statuses",
        kept=True,
    ),
    route("GET", "/api/v1/statuses/{id}/history", show_history, auth="optional", scopes="read:statuses"),
    route("GET", "/api/v1/statuses/{id}/source", show_source, scopes="read:statuses"),
    route("GET", "/api/v1/statuses/{id}/quotes", show_quotes, scopes="read:statuses"),
    route(
        "POST",
        "/api/v1/statuses/{id}/quotes/{quoting_id}/revoke",
        revoke_quote,
        scopes="write:statuses",
    ),
    route(
        "PUT",
        "/api/v1/statuses/{id}/interaction_policy",
        set_interaction_policy,
        scopes="write:statuses",
    ),
]
