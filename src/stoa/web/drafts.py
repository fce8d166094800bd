"""What somebody typed into the writing form, and the draft and the preview it makes."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from stoa import ids
from stoa.core.accounts import views as account_views
from stoa.core.house import House
from stoa.core.media import store as media_store
from stoa.core.policy.draft import VISIBILITIES, ContentType, Draft, PollDraft, Visibility
from stoa.core.policy.judge import judge
from stoa.core.statuses.defaults import Defaults
from stoa.core.statuses.model import PollOption, PollView, StatusHead, StatusView
from stoa.core.statuses.publish import read, worded
from stoa.db import Connection
from stoa.text import language_names as languages
from stoa.web import prose
from stoa.web.forms import is_ticked, text_of
from stoa.web.showing import Shown

MAX_DESCRIPTION = 1_500
_MOST = 1024 * 1024
_POLL_HOURS = (1, 6, 24, 72, 168, 720)


class Typed(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of the form.  *pictures* are (id, description); *does* is the button pressed."""

    text: str = ""
    title: str = ""
    warning: str = ""
    content_type: ContentType = "text/markdown"
    visibility: Visibility = "public"
    language: str = ""
    sensitive: bool = False
    pictures: tuple[tuple[int, str], ...] = ()
    picture_words: str = ""
    poll: str = ""  # one choice a line
    poll_hours: int = 24
    poll_multiple: bool = False
    in_reply_to: str = ""
    editing: str = ""
    key: str = ""
    does: Literal["publish", "preview", "attach"] = "publish"

    def preferring(self, preferred: Defaults) -> Typed:
        """The same, filled up with what its author prefers."""
        return msgspec.structs.replace(
            self,
            visibility=preferred.visibility,
            language=preferred.language or "",
            sensitive=preferred.sensitive,
        )

    def draft(self, account_id: int) -> Draft:
        """The post to be."""
        options = tuple(line.strip() for line in self.poll.splitlines() if line.strip())
        return Draft(
            account_id=account_id,
            text=self.text,
            content_type=self.content_type,
            title=" ".join(self.title.split()) or None,
            spoiler_text=" ".join(self.warning.split()),
            sensitive=self.sensitive,
            visibility=self.visibility,
            language=self.language or None,
            in_reply_to_id=int(self.in_reply_to) if self.in_reply_to else None,
            media_ids=tuple(media_id for media_id, _ in self.pictures),
            poll=PollDraft(options=options, multiple=self.poll_multiple, expires_in=self.poll_hours * 3600)
            if options
            else None,
        )


def typed(form: dict[str, Any]) -> Typed:
    """The form as it was sent; what no browser of ours sends becomes its default."""
    kind = text_of(form, "content_type")
    visibility = text_of(form, "visibility")
    language = text_of(form, "language", most=40)
    hours = text_of(form, "poll_hours", most=5)
    does = text_of(form, "do")
    return Typed(
        # Browsers send line ends as CRLF.
        text=text_of(form, "text", most=_MOST).replace("\r\n", "\n"),
        title=text_of(form, "title", most=1_000),
        warning=text_of(form, "warning"),
        content_type="text/plain" if kind == "text/plain" else "text/markdown",
        visibility=next((one for one in VISIBILITIES if one == visibility), "public"),
        language=language if language in languages.NAMES else "",
        sensitive=is_ticked(form, "sensitive"),
        pictures=_pictures(form),
        picture_words=text_of(form, "picture_words", most=MAX_DESCRIPTION),
        poll=text_of(form, "poll", most=20_000).replace("\r\n", "\n"),
        poll_hours=int(hours) if hours.isdigit() and int(hours) in _POLL_HOURS else 24,
        poll_multiple=is_ticked(form, "poll_multiple"),
        in_reply_to=_an_id(text_of(form, "in_reply_to", most=20)),
        editing=_an_id(text_of(form, "editing", most=20)),
        key=text_of(form, "key", most=40),
        does="preview" if does == "preview" else "attach" if does == "attach" else "publish",
    )


def _an_id(text: str) -> str:
    return text if text.isascii() and text.isdigit() and len(text) < 20 and int(text) < 2**63 else ""


def _pictures(form: dict[str, Any]) -> tuple[tuple[int, str], ...]:
    given = form.get("pictures")
    if not isinstance(given, list):
        return ()
    found = []
    for one in given[:64]:
        if not isinstance(one, dict) or is_ticked(one, "remove"):
            continue
        media_id = _an_id(text_of(one, "id", most=20))
        if media_id:
            found.append((int(media_id), text_of(one, "words", most=MAX_DESCRIPTION)))
    return tuple(found)


def from_status(status: StatusView, poll: PollView | None, *, editing: bool) -> Typed:
    """The form that would have made *status*."""
    return Typed(
        text=status.text,
        title=status.title or "",
        warning=status.spoiler_text,
        content_type="text/plain" if status.content_type == "text/plain" else "text/markdown",
        visibility=status.visibility,
        language=status.language if status.language and status.language in languages.NAMES else "",
        sensitive=status.sensitive and not status.spoiler_text,
        pictures=tuple((one.id, one.description or "") for one in status.media if one.key),
        poll="\n".join(option.title for option in poll.options) if poll else "",
        poll_multiple=poll.multiple if poll else False,
        in_reply_to=str(status.in_reply_to_id or ""),
        editing=str(status.id) if editing else "",
    )


async def preview(conn: Connection, what: Typed, account_id: int, house: House) -> Shown:
    """The post as it will be shown; nothing is stored.  Raises what publishing it would raise."""
    draft = worded(what.draft(account_id))
    await judge(conn, draft, house.settings)
    words = await read(conn, draft, house.settings, house.addresses)
    account = await account_views.get(conn, account_id)
    files = await media_store.owned(conn, account_id, draft.media_ids)
    descriptions = dict(what.pictures)
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
        poll_id=None,
        version=0,
        created_at=now,
        edited_at=None,
    )
    return Shown(
        head=_head(account_id),
        status=status,
        prose=prose.fresh(status),
        poll=_poll(draft),
    )


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
