"""Publishing: from a draft to a status that others can read.

The same for what is typed here and for what another server sent.  Everything that can be refused is
refused before the first write.  What follows from a new status stands in `stoa.reactions`.
"""

from __future__ import annotations

import msgspec
from sqlalchemy import bindparam, select

from stoa import ids, text
from stoa.core import events
from stoa.core.accounts import store as accounts_store
from stoa.core.errors import NotFound
from stoa.core.media import store as media_store
from stoa.core.policy.draft import Draft
from stoa.core.policy.judge import judge
from stoa.core.statuses import anchors, author_translations, mentioned, polls, quotes, replies, store
from stoa.core.statuses.mentioned import UnexpectedMentions
from stoa.core.statuses.visibility import require_answerable, require_original
from stoa.db import Connection, Query, Row
from stoa.db.tables import accounts
from stoa.ids import Addresses
from stoa.settings import Settings

_author = Query(select(accounts.c.username, accounts.c.uri).where(accounts.c.id == bindparam("account_id")))


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """What is read out of a draft's text."""

    content: str  # sanitised HTML
    teaser: str = ""  # likewise
    language: str | None
    mention_ids: list[int]  # whom it names, whether or not they are reached
    tags: list[str]


async def publish(
    conn: Connection,
    draft: Draft,
    settings: Settings,
    addresses: Addresses,
    *,
    status_id: int | None = None,
) -> int:
    """Store *draft* if the house rules allow it; its id (*status_id* where one was reserved).

    Raises Invalid, Unprocessable or Forbidden where a rule says no, or whoever is answered; NotFound
    where the draft answers or quotes what its author may not see; UniqueViolation for a remote one that
    is here already.
    """
    draft = worded(draft)
    await judge(conn, draft, settings)
    if draft.media_ids:
        await media_store.require_unused(conn, draft.account_id, draft.media_ids)
    parent = await _parent(conn, draft)
    quoted = await quotes.find(conn, draft)
    if draft.local and draft.passage is not None:
        passage = None if parent is None else await anchors.stands(conn, draft, parent)
        draft = msgspec.structs.replace(draft, passage=passage)
    words = await read(conn, draft, settings, addresses)
    visibility = quotes.narrowed(draft.visibility, quoted) if draft.local else draft.visibility
    now = ids.now_ms()
    created_at = min(draft.created_at or now, now)
    if status_id is None:
        status_id = ids.new_id() if draft.local else ids.new_id(created_at)
    uri, url = draft.uri, draft.url
    if uri is None:
        author = await conn.first(_author, account_id=draft.account_id)
        if author is None:
            raise NotFound
        uri, url = addresses.note(author.uri, status_id), addresses.status(author.username, status_id)
    await store.add(
        conn,
        id=status_id,
        account_id=draft.account_id,
        uri=uri,
        url=url,
        local=draft.local,
        visibility=visibility,
        quote_policy=quotes.effective_policy(draft.quote_policy, visibility),
        sensitive=draft.sensitive or bool(draft.spoiler_text),
        language=words.language,
        in_reply_to_id=None if parent is None else parent.id,
        in_reply_to_account_id=None if parent is None else answered(parent, draft.account_id),
        conversation_id=status_id if parent is None else parent.conversation_id,
        quote_of_id=None if quoted is None else quoted.id,
        quote_state=None if quoted is None else quoted.state,
        app_id=draft.app_id,
        has_media=bool(draft.media_ids or draft.media),
        created_at=created_at,
        edited_at=draft.edited_at,
        title=draft.title or None,
        spoiler_text=draft.spoiler_text,
        content_type=draft.content_type,
        text=draft.text,
        content=words.content,
        teaser=words.teaser,
    )
    if draft.repliers != "everybody" or draft.closes_after:
        await replies.begin_with(conn, status_id, draft.repliers, draft.closes_after)
    if draft.passage is not None:
        await anchors.put(conn, status_id, draft.passage)
    if draft.translations:
        await author_translations.take_over(conn, status_id, draft.translations)
    reached = await mentioned.addressed(conn, draft.account_id, words.mention_ids)
    await store.add_mentions(conn, status_id, reached)
    if draft.silent_ids:
        silent = await mentioned.addressed(conn, draft.account_id, draft.silent_ids)
        await store.add_mentions(
            conn, status_id, [one for one in silent if one not in reached], silent=True
        )
    await store.set_tags(conn, status_id, words.tags)
    await _attach(conn, draft, status_id)
    if parent is not None and counts_as_reply(visibility):
        await store.count(conn, parent.id, "replies_count", 1)
    if quoted is not None and quoted.state == "accepted":
        await store.count(conn, quoted.id, "quotes_count", 1)
    if counts_for_author(visibility):
        await accounts_store.note_status(conn, draft.account_id, created_at)
    await events.record(
        conn, events.StatusPublished(status_id, orphan=draft.answers_unknown, belated=draft.belated)
    )
    return status_id


def worded(draft: Draft) -> Draft:
    """*draft* with its warning as its text where it has nothing else to say."""
    if draft.local and draft.spoiler_text.strip() and not (
        draft.text.strip() or draft.media_ids or draft.poll
    ):  # fmt: skip
        return msgspec.structs.replace(draft, text=draft.spoiler_text, spoiler_text="")
    return draft


async def read(conn: Connection, draft: Draft, settings: Settings, addresses: Addresses) -> Words:
    """The HTML, the language, the people and the hashtags of *draft*.  Raises UnexpectedMentions."""
    if not draft.local:
        safe = text.sanitise(draft.content)
        return Words(
            content=safe,
            teaser=text.sanitise(draft.teaser),
            language=draft.language,
            mention_ids=list(draft.mention_ids),
            tags=list(draft.tags),
        )
    handles = text.find_mentions(draft.text, draft.content_type)
    people = await mentioned.named(conn, handles, settings.domain)
    mention_ids = list(dict.fromkeys(one.id for one in people.values()))
    if draft.allowed_mentions is not None:
        expected = {*draft.allowed_mentions, draft.account_id}
        unexpected = [one for one in mention_ids if one not in expected]
        if unexpected:
            raise UnexpectedMentions(unexpected)
    rendered = text.render(
        draft.text,
        draft.content_type,
        mentions=mentioned.for_rendering(people),
        tag_url=addresses.tag,
        local_domain=settings.domain,
    )
    return Words(
        content=_quotation(draft, addresses, settings) + rendered.html,
        language=draft.language or text.detect_language(rendered.text),
        mention_ids=mention_ids,
        tags=text.find_hashtags(draft.text, draft.content_type),
    )


def _quotation(draft: Draft, addresses: Addresses, settings: Settings) -> str:
    """The passage that a reply is about, for those who are not shown it beside that."""
    if draft.passage is None:
        return ""
    # Nobody is mentioned by it: these are not the words of who replies.
    shown = text.render(
        draft.passage.exact,
        "text/plain",
        mentions={},
        tag_url=addresses.tag,
        local_domain=settings.domain,
    )
    return f"<blockquote>{shown.html}</blockquote>\n"


def counts_as_reply(visibility: str) -> bool:
    """Whether a reply of this visibility is counted: a number must not give a private one away."""
    return visibility in ("public", "unlisted")


def counts_for_author(visibility: str) -> bool:
    """Whether a status of this visibility is counted on its author's profile."""
    return visibility != "direct"


async def _parent(conn: Connection, draft: Draft) -> Row | None:
    if draft.in_reply_to_id is None:
        return None
    if not draft.local:
        return await require_answerable(conn, draft.in_reply_to_id, draft.account_id)
    parent = await require_original(conn, draft.in_reply_to_id, draft.account_id)
    await replies.require_welcome(conn, parent, draft.account_id)
    return parent


def answered(parent: Row, author_id: int) -> int | None:
    """The account whom a reply of the author to *parent* is for."""
    # Who goes on after their own reply still answers the person they began with (as in Mastodon).
    if parent.account_id == author_id and parent.in_reply_to_id is not None:
        first: int | None = parent.in_reply_to_account_id
        return first
    account_id: int = parent.account_id
    return account_id


async def _attach(conn: Connection, draft: Draft, status_id: int) -> None:
    await media_store.attach(conn, draft.account_id, status_id, draft.media_ids)
    await attach_remote(conn, draft, status_id)
    if draft.poll is not None:
        poll_id = await polls.add(conn, status_id, draft.poll)
        await store.set_poll(conn, status_id, poll_id)


async def attach_remote(conn: Connection, draft: Draft, status_id: int) -> None:
    """Attach what a draft from another server names; the files stay where they are."""
    for place, media in enumerate(draft.media):
        focus = None
        if media.focus_x is not None and media.focus_y is not None:
            focus = (media.focus_x, media.focus_y)
        await media_store.add(
            conn,
            account_id=draft.account_id,
            status_id=status_id,
            position=place,
            kind=media.kind,
            mime=media.mime,
            description=media.description,
            focus=focus,
            blurhash=media.blurhash,
            meta=media.meta,
            remote_url=media.url,
            preview_remote_url=media.preview_url,
        )
