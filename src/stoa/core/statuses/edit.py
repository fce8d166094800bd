"""Editing: another text, other files, another poll; what was there before stays in the history.

A change of words, warning, files or poll makes a new version that everybody who boosted hears of;
a change of language alone makes none.  What nobody's edit changes: author, visibility, what is
answered and quoted, and the address.
"""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import bindparam, select

from stoa import ids
from stoa.core import events
from stoa.core.errors import NotFound
from stoa.core.media import store as media_store
from stoa.core.media.attachments import MediaView
from stoa.core.policy.draft import Draft, PollDraft, QuotePolicy, RemoteMedia
from stoa.core.policy.judge import judge
from stoa.core.statuses import anchors, author_translations, history, mentioned, polls, quotes, store
from stoa.core.statuses.publish import attach_remote, read, worded
from stoa.db import Connection, Query, Row
from stoa.db.tables import statuses
from stoa.ids import Addresses
from stoa.settings import Settings

_own = Query(
    select(
        statuses.c.id,
        statuses.c.visibility,
        statuses.c.sensitive,
        statuses.c.language,
        statuses.c.in_reply_to_id,
        statuses.c.quote_of_id,
        statuses.c.quote_policy,
        statuses.c.poll_id,
        statuses.c.created_at,
        statuses.c.edited_at,
        statuses.c.title,
        statuses.c.spoiler_text,
        statuses.c.content_type,
        statuses.c.text,
        statuses.c.content,
        statuses.c.teaser,
    ).where(
        statuses.c.id == bindparam("status"),
        statuses.c.account_id == bindparam("account"),
        statuses.c.reblog_of_id.is_(None),
    )
)


class MediaChange(msgspec.Struct, frozen=True, kw_only=True):
    """What to change of a file that is attached; UNSET leaves it as it is."""

    id: int
    description: str | msgspec.UnsetType | None = msgspec.UNSET
    focus: tuple[float, float] | msgspec.UnsetType = msgspec.UNSET


async def edit(
    conn: Connection,
    status_id: int,
    draft: Draft,
    settings: Settings,
    addresses: Addresses,
    *,
    media_changes: tuple[MediaChange, ...] = (),
    quote_policy: QuotePolicy | None = None,
) -> None:
    """Make the status of `draft.account_id` say what *draft* says, all of it: files and poll too.

    A draft without a language keeps the one there was.  Raises NotFound for what is not the
    account's own (or a boost), and whatever the rules of the house raise.
    """
    await store.lock(conn, status_id)
    before = await conn.first(_own, status=status_id, account=draft.account_id)
    if before is None:
        raise NotFound
    draft = msgspec.structs.replace(
        worded(draft),
        visibility=before.visibility,
        language=draft.language or before.language,
        in_reply_to_id=before.in_reply_to_id,
        quote_of_id=before.quote_of_id,
    )
    if draft.local:
        # What a reply is about stays; another server says it anew each time.
        passage = (await anchors.of(conn, [status_id])).get(status_id)
        draft = msgspec.structs.replace(draft, passage=passage)
    else:
        await anchors.put(conn, status_id, draft.passage)
        if await author_translations.take_over(conn, status_id, draft.translations):
            await store.change(conn, status_id)
    await judge(conn, draft, settings)
    files = await media_store.of_status(conn, status_id)
    added = [one for one in draft.media_ids if one not in {file.id for file in files}]
    await media_store.require_unused(conn, draft.account_id, added)
    words = await read(conn, draft, settings, addresses)
    options = [] if before.poll_id is None else await polls.titles(conn, before.poll_id)

    sensitive = draft.sensitive or bool(draft.spoiler_text)
    changed_words = (
        before.text != draft.text
        or before.content_type != draft.content_type
        or before.content != words.content
        or (before.title or None) != (draft.title or None)
        or before.spoiler_text != draft.spoiler_text
        or before.sensitive != sensitive
    )
    changed_files = await _change_files(conn, draft, status_id, files, added, media_changes)
    poll_id = await _change_poll(conn, status_id, before.poll_id, draft.poll)
    is_new_version = changed_words or changed_files or poll_id != before.poll_id
    wanted_policy = quotes.effective_policy(quote_policy or before.quote_policy, before.visibility)
    unchanged = (words.language, words.teaser, wanted_policy) == (
        before.language,
        before.teaser,
        before.quote_policy,
    )
    if not is_new_version and unchanged:
        return
    if is_new_version:
        await history.keep(conn, before, files, options)
    await store.change(
        conn,
        status_id,
        text=draft.text,
        content_type=draft.content_type,
        content=words.content,
        teaser=words.teaser,
        title=draft.title or None,
        spoiler_text=draft.spoiler_text,
        sensitive=sensitive,
        language=words.language,
        quote_policy=wanted_policy,
        has_media=bool(draft.media_ids or draft.media),
        poll_id=poll_id,
        edited_at=(draft.edited_at or ids.now_ms()) if is_new_version else before.edited_at,
    )
    await _change_mentions(conn, draft, before, words.mention_ids)
    await store.set_tags(conn, status_id, words.tags, anew=True)
    await events.record(conn, events.StatusEdited(status_id))


async def _change_files(
    conn: Connection,
    draft: Draft,
    status_id: int,
    files: list[MediaView],
    added: list[int],
    changes: tuple[MediaChange, ...],
) -> bool:
    """Whether anything attached is different now."""
    if not draft.local:
        return await _change_remote_files(conn, draft, status_id, files)
    changed = [file.id for file in files] != list(draft.media_ids)
    if changed:
        dropped = [file.id for file in files if file.id not in draft.media_ids]
        # Their rows stay with the status, so that its history can still show them.
        await media_store.arrange(conn, status_id, dropped, media_store.REPLACED)
        await media_store.attach(conn, draft.account_id, status_id, added)
        await media_store.arrange(conn, status_id, draft.media_ids)
    shown = {file.id: file for file in await media_store.of_status(conn, status_id)}
    for change in changes:
        file = shown.get(change.id)
        if file is None:
            continue
        columns: dict[str, Any] = {}
        if change.description is not msgspec.UNSET and (change.description or None) != file.description:
            columns["description"] = change.description or None
        if change.focus is not msgspec.UNSET and change.focus != (file.focus_x, file.focus_y):
            columns |= {"focus_x": change.focus[0], "focus_y": change.focus[1]}
        if columns:
            changed = True
            await media_store.change(conn, draft.account_id, file.id, **columns)
    return changed


async def _change_remote_files(
    conn: Connection, draft: Draft, status_id: int, files: list[MediaView]
) -> bool:
    was = [_as_remote(file) for file in files]
    if was == list(draft.media):
        return False
    await media_store.arrange(conn, status_id, [file.id for file in files], media_store.REPLACED)
    await attach_remote(conn, draft, status_id)
    return True


def _as_remote(file: MediaView) -> RemoteMedia:
    return RemoteMedia(
        url=file.remote_url or "",
        preview_url=file.preview_remote_url,
        kind=file.kind,
        mime=file.mime,
        description=file.description,
        focus_x=file.focus_x,
        focus_y=file.focus_y,
        blurhash=file.blurhash,
        meta=file.meta,
    )


async def _change_poll(
    conn: Connection, status_id: int, poll_id: int | None, draft: PollDraft | None
) -> int | None:
    """The id of the poll the status has now.  Other options are another poll, without votes."""
    if draft is None:
        if poll_id is not None:
            await polls.remove(conn, poll_id)
        return None
    if poll_id is None:
        return await polls.add(conn, status_id, draft)
    before = await polls.get(conn, poll_id)
    if before.multiple == draft.multiple and await polls.titles(conn, poll_id) == list(draft.options):
        await polls.change(conn, poll_id, draft)
        return poll_id
    await polls.remove(conn, poll_id)
    return await polls.add(conn, status_id, draft)


async def _change_mentions(conn: Connection, draft: Draft, before: Row, mention_ids: list[int]) -> None:
    named = set(await mentioned.addressed(conn, draft.account_id, mention_ids))
    silent = set(await mentioned.addressed(conn, draft.account_id, draft.silent_ids)) - named
    were = await store.mentioned(conn, before.id)
    now_named = {one for one, silently in were.items() if silently} & named
    await store.remove_mentions(conn, before.id, now_named)
    await store.add_mentions(conn, before.id, (named - were.keys()) | now_named)
    await store.add_mentions(conn, before.id, silent - were.keys(), silent=True)
    # Nobody loses sight of a conversation they were let into; and whoever has the words in which they
    # were named gets those that took their place.
    if before.visibility in ("public", "unlisted"):
        dropped = were.keys() - named - silent
        await store.remove_mentions(conn, before.id, dropped)
        await store.add_mentions(conn, before.id, dropped, silent=True)
