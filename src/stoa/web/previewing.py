"""A post that is not published yet, as its page will show it; nothing is stored."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from stoa import ids, text
from stoa.core.accounts import views as account_views
from stoa.core.house import House
from stoa.core.media import store as media_store
from stoa.core.policy.draft import Draft
from stoa.core.policy.judge import judge
from stoa.core.statuses.model import PollOption, PollView, StatusHead, StatusView
from stoa.core.statuses.publish import read, worded
from stoa.db import Connection
from stoa.web import prose
from stoa.web.drafts import Typed
from stoa.web.showing import Shown


class Previewed(NamedTuple):
    """The post to be, and how long it is."""

    shown: Shown
    words: int
    characters: int


async def preview(conn: Connection, what: Typed, account_id: int, house: House) -> Previewed:
    """The post as it will be shown; nothing is stored.  Raises what publishing it would raise."""
    draft = worded(what.draft(account_id))
    await judge(conn, draft, house.settings)
    words = await read(conn, draft, house.settings, house.addresses)
    account = await account_views.get(conn, account_id)
    files = await media_store.owned(conn, account_id, draft.media_ids)
    descriptions = {one.id: one.words for one in what.pictures}
    now = ids.now_ms()
    emojis = (await account_views.emojis_in(conn, [("", f"{draft.spoiler_text} {words.content}")]))[0]
    status = StatusView(
        id=0,
        account=account,
        uri="",
        url=None,
        local=True,
        content=words.content,
        content_type=draft.content_type,
        text=draft.text,
        title=draft.title,
        teaser="",
        spoiler_text=draft.spoiler_text,
        visibility=draft.visibility,
        quote_policy=draft.quote_policy,
        sensitive=draft.sensitive or bool(draft.spoiler_text),
        language=words.language,
        in_reply_to_id=None,
        in_reply_to_account_id=None,
        conversation_id=0,
        reblog_of_id=None,
        quote_of_id=None,
        quote_state=None,
        application=None,
        media=tuple(
            msgspec.structs.replace(one, description=descriptions.get(one.id) or None) for one in files
        ),
        mentions=(),
        tags=tuple(words.tags),
        emojis=emojis,
        poll_id=None if draft.poll is None else 0,
        version=0,
        created_at=now,
        edited_at=None,
    )
    shown = Shown(head=_head(account_id), status=status, given=prose.fresh(status), poll=_poll(draft))
    return Previewed(shown, text.count_words(shown.prose.plain), text.count_characters(draft.text))


def _head(account_id: int) -> StatusHead:
    return StatusHead(
        id=0, account_id=account_id, version=0, reblog_of_id=None, original_id=0,
        original_account_id=account_id, original_version=0, quote_of_id=None, quote_policy="public",
        quote_state=None, poll_id=None,
        replies_count=0, reblogs_count=0, favourites_count=0, quotes_count=0, favourited=False,
        reblogged=False, bookmarked=False, muted=False, pinned=False, follows_author=False,
    )  # fmt: skip


def _poll(draft: Draft) -> PollView | None:
    if draft.poll is None:
        return None
    return PollView(
        id=0,
        status_id=0,
        expires_at=ids.now_ms() + (draft.poll.expires_in or 0) * 1000,
        multiple=draft.poll.multiple,
        hide_totals=False,
        votes_count=0,
        voters_count=0,
        options=tuple(PollOption(option, 0) for option in draft.poll.options),
    )
