"""Status.  Pure.

A Status is put together from a body, which is the same for everyone and made once, and from what
`api.rendered` adds on every page: account, counters, the viewer's own marks, card, poll, boost, quote.
"""

from __future__ import annotations

import html
import re
from typing import Any

from stoa.api.entities.account import emoji
from stoa.api.entities.media import render as media
from stoa.core.statuses.model import MentionView, QuotePolicy, StatusView
from stoa.ids import Addresses, iso
from stoa.text.titles import with_title

RENDERER = 5  # one more whenever `body` changes what it writes

MAX_TAGGED = 4
_COLLECTION = re.compile(
    r'<a [^<>]{0,500}?href="(https?://[^"<>\\[\]\s]{1,300}/collections/[^"<>\\[\]\s]{1,200})"'
)


def body(status: StatusView, addresses: Addresses) -> dict[str, Any]:
    """What of a Status neither depends on the viewer nor counts anything."""
    return {
        "id": str(status.id),
        "created_at": iso(status.created_at),
        "in_reply_to_id": _text(status.in_reply_to_id),
        "in_reply_to_account_id": _text(status.in_reply_to_account_id),
        "sensitive": status.is_sensitive,
        "spoiler_text": status.spoiler_text,
        "visibility": status.visibility,
        "language": status.language,
        "uri": status.uri,
        "url": status.url,
        "edited_at": None if status.edited_at is None else iso(status.edited_at),
        "content": with_title(status.title, status.content),
        "application": _application(status),
        "media_attachments": [media(one, addresses) for one in status.media],
        "mentions": [mention(one) for one in status.mentions],
        "tags": [{"name": name, "url": addresses.tag(name)} for name in status.tags],
        "emojis": [emoji(one, addresses) for one in status.emojis],
        # Addresses, of which `api.tagged` makes collections.
        "tagged_collections": collections_in(status.content),
    }


def collections_in(content: str) -> list[str]:
    """The addresses in *content* that may be pages of collections, each once, at most MAX_TAGGED."""
    found = dict.fromkeys(html.unescape(one) for one in _COLLECTION.findall(content))
    return list(found)[:MAX_TAGGED]


def mention(one: MentionView) -> dict[str, Any]:
    """Status::Mention."""
    return {"id": str(one.account_id), "username": one.username, "url": one.url, "acct": one.acct}


def quote_approval(
    policy: QuotePolicy, *, is_author: bool, follows_author: bool, is_visitor: bool
) -> dict[str, Any]:
    """QuoteApproval: who may quote, and whether the viewer may."""
    automatic: list[str] = [] if policy == "nobody" else [policy]
    allowed = is_author or policy == "public" or (policy == "followers" and follows_author)
    return {
        "automatic": automatic,
        "manual": [],
        "current_user": "automatic" if allowed and not is_visitor else "denied",
    }


def _application(status: StatusView) -> dict[str, Any] | None:
    if status.application is None:
        return None
    name, website = status.application
    return {"name": name, "website": website}


def _text(some_id: int | None) -> str | None:
    return None if some_id is None else str(some_id)
