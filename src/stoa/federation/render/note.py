"""A local status as a Note, Question or Article.

Everything goes out whole, whatever its length (F13.2).  A title makes an Article of it, a poll a
Question.  Formulas are MathML with their TeX inside (FEP-dc88).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec

from stoa import text
from stoa.core.statuses.model import AuthorTranslation, PollView, QuotePolicy, Repliers, StatusView
from stoa.federation.render import collection, pictures
from stoa.federation.render.context import PUBLIC
from stoa.ids import Addresses, iso
from stoa.text.escaping import attribute, escaped

MAX_SUMMARY = 500
EDITED_MS = 2_000
"""An edit is at least so much later than its post: many say `updated` of posts that never were edited,
and so an edit within a second is taken for none (F8.7).
"""
_QUOTE_REL = "https://misskey-hub.net/ns#_misskey_quote"
_DOCUMENT_TYPE = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'


class Person(msgspec.Struct, frozen=True):
    """Somebody mentioned: the id of the actor and `alice@home.example`."""

    actor: str
    handle: str


class Quoted(msgspec.Struct, frozen=True):
    """What is quoted: its id, its page, and the stamp of its author once there is one."""

    id: str
    url: str
    authorization: str | None = None


class Around(msgspec.Struct, frozen=True, kw_only=True):
    """What a StatusView knows only by number, looked up by whoever renders it."""

    people: Mapping[int, Person] = {}  # account id → who that is, for all who are mentioned
    in_reply_to: str | None = None  # the id of what it answers
    passage: text.Passage | None = None  # of that, which alone it is about
    context: str | None = None  # that of what it answers, copied (FEP-f228)
    conversation: str | None = None
    quoted: Quoted | None = None
    poll: PollView | None = None
    poll_over: bool = False  # nobody can vote any more
    repliers: Repliers | None = None  # who may reply; None: nothing is said, so everybody
    leave: str | None = None  # the stamp by which it may stand where it answers (GoToSocial)
    series: str | None = None  # the collection that it is a part of
    group: str | None = None  # the actor of the group it is posted to (FEP-1b12)
    likes: int = 0
    shares: int = 0
    translations: Sequence[AuthorTranslation] = ()
    translated_at: int | None = None  # when one of these was last changed, or taken back
    replies: Sequence[str] | None = None  # the first of its public replies; None: not counted out
    formulas: Literal["mathml", "tex"] = "mathml"


class Audience(msgspec.Struct, frozen=True):
    """Whom something is addressed to."""

    to: tuple[str, ...]
    cc: tuple[str, ...]


def kind_of(status: StatusView) -> str:
    """Note, Question or Article."""
    if status.poll_id is not None:
        return "Question"
    return "Article" if status.title else "Note"


def audience(status: StatusView, addresses: Addresses, around: Around) -> Audience:
    """Whom *status* is addressed to, everyone it mentions among them (F1.6, F1.7)."""
    mentioned = tuple(
        dict.fromkeys(
            around.people[one.account_id].actor
            for one in status.mentions
            if one.account_id in around.people
        )
    )
    group = () if around.group is None or around.group in mentioned else (around.group,)
    followers = addresses.followers(status.account.uri)
    if status.visibility == "public":
        return Audience((PUBLIC, *group), (followers, *mentioned))
    if status.visibility == "unlisted":
        return Audience((followers, *group), (PUBLIC, *mentioned))
    if status.visibility == "private":
        return Audience((followers, *mentioned), ())
    return Audience(mentioned, ())


def render(status: StatusView, addresses: Addresses, around: Around) -> dict[str, Any]:
    """The object of the local *status*, without a context: it may stand in an activity."""
    kind = kind_of(status)
    actor = status.account.uri
    reached = audience(status, addresses, around)
    content = _content(status, around)
    document: dict[str, Any] = {
        "id": status.uri,
        "type": kind,
        "attributedTo": actor,
        "summary": status.spoiler_text or None,
        "inReplyTo": around.in_reply_to,
        "published": iso(status.created_at),
        "url": status.url or status.uri,
        "to": list(reached.to),
        "cc": list(reached.cc),
        "sensitive": status.is_sensitive,
        "content": content,
        "attachment": _attachments(status, addresses),
        "tag": _tags(status, addresses, around),
        "replies": _replies(status, addresses, around),
        "likes": collection.counted(addresses.note_part(status.uri, "likes"), around.likes),
        "shares": collection.counted(addresses.note_part(status.uri, "shares"), around.shares),
        "interactionPolicy": _policy(status, addresses, around),
    }
    if status.language:
        document["contentMap"] = {status.language: content}
    if around.translations:
        document |= _in_languages(status, around)
    changed_at = max(status.edited_at or 0, around.translated_at or 0)
    if changed_at:
        document["updated"] = iso(max(changed_at, status.created_at + EDITED_MS))
    if status.text:
        document["source"] = {"content": status.text, "mediaType": status.content_type}
    context = around.context
    if context is None and status.in_reply_to_id is None:
        context = addresses.context(status.conversation_id)
    if context is not None:
        document |= {"context": context, "conversation": around.conversation or context}
    elif around.conversation is not None:
        document["conversation"] = around.conversation
    if around.passage is not None and around.in_reply_to is not None:
        document["hasTarget"] = _target(around.in_reply_to, around.passage)
    if around.series is not None:
        document["isPartOf"] = around.series
    if around.group is not None:
        document["audience"] = around.group
    if status.visibility in ("private", "direct"):
        document["directMessage"] = status.visibility == "direct"
    if around.leave is not None:
        # Newer and older name of the same.
        document |= {"replyAuthorization": around.leave, "approvedBy": around.leave}
    if around.quoted is not None:
        document |= _quote(around.quoted)
    if status.title:
        document["name"] = status.title
    if kind == "Article":
        document |= _article(status, document["attachment"])
    if kind == "Question" and around.poll is not None:
        document |= _question(around.poll, over=around.poll_over)
    return document


def tombstone(uri: str, kind: str = "Note") -> dict[str, Any]:
    """What is left of a status."""
    return {"id": uri, "type": "Tombstone", "formerType": kind}


def _content(status: StatusView, around: Around) -> str:
    content = _formulas(status.content, around)
    if around.quoted is None:
        return content
    url = around.quoted.url
    # For readers who cannot show quotes; those who can hide it by its class (F10.2).
    fallback = (
        f'<p class="quote-inline">RE: <a href="{attribute(url)}" rel="nofollow noopener ugc">'
        f"{escaped(url)}</a></p>"
    )
    return fallback + content


def _formulas(content: str, around: Around) -> str:
    return text.formulas_as_tex(content) if around.formulas == "tex" else content


def _in_languages(status: StatusView, around: Around) -> dict[str, Any]:
    """The words by language, the original among them (ActivityStreams 2.0, section 4.7)."""
    found: dict[str, Any] = {}
    original = [] if status.language is None else [(status.language, status.title, status.spoiler_text)]
    others = [(one.language, one.title, one.spoiler_text) for one in around.translations]
    if status.language is not None:
        found[status.language] = _content(status, around)
    found |= {one.language: _formulas(one.content, around) for one in around.translations}
    maps: dict[str, Any] = {"contentMap": found}
    if status.title:
        maps["nameMap"] = {language: title for language, title, _ in (*original, *others) if title}
    if status.spoiler_text:
        maps["summaryMap"] = {language: warning for language, _, warning in (*original, *others) if warning}
    return maps


def _attachments(status: StatusView, addresses: Addresses) -> list[dict[str, Any]]:
    found = (pictures.attachment(media, addresses) for media in status.media)
    return [one for one in found if one is not None]


def _tags(status: StatusView, addresses: Addresses, around: Around) -> list[dict[str, Any]]:
    people = dict.fromkeys(
        around.people[one.account_id] for one in status.mentions if one.account_id in around.people
    )
    emojis = (pictures.emoji(one, addresses) for one in status.emojis)
    found: list[dict[str, Any]] = [
        *({"type": "Mention", "href": one.actor, "name": f"@{one.handle}"} for one in people),
        *({"type": "Hashtag", "href": addresses.tag(tag), "name": f"#{tag}"} for tag in status.tags),
        *(one for one in emojis if one is not None),
    ]
    if around.quoted is not None:
        found.append(
            {
                "type": "Link",
                "mediaType": _DOCUMENT_TYPE,
                "rel": _QUOTE_REL,
                "href": around.quoted.id,
                "name": f"RE: {around.quoted.url}",
            }
        )
    return found


def _replies(status: StatusView, addresses: Addresses, around: Around) -> dict[str, Any] | str:
    address = addresses.note_part(status.uri, "replies")
    if around.replies is None:
        return address
    return collection.replies(
        address, around.replies, next_page=f"{address}?page=true&only_other_accounts=true"
    )


def _policy(status: StatusView, addresses: Addresses, around: Around) -> dict[str, Any]:
    """What its author wants others to do with it (FEP-044f, GoToSocial's interaction policies)."""
    policy: dict[str, Any] = {"canQuote": _can_quote(status, addresses)}
    if around.repliers is not None:
        policy["canReply"] = {"automaticApproval": _allowed(status, addresses, around, around.repliers)}
    return policy


def _allowed(status: StatusView, addresses: Addresses, around: Around, who: Repliers) -> list[str]:
    actor = status.account.uri
    named = [person.actor for person in around.people.values()]
    return {
        "everybody": [PUBLIC],
        "followers": [addresses.followers(actor)],
        "following": [addresses.following(actor), *named],
        "mentioned": [actor, *named],
        # An empty list would mean that nothing is said.
        "nobody": [actor],
    }[who]


def _can_quote(status: StatusView, addresses: Addresses) -> dict[str, list[str]]:
    policy: QuotePolicy = status.quote_policy
    if status.visibility in ("private", "direct"):
        policy = "nobody"
    allowed = {
        "public": PUBLIC,
        "followers": addresses.followers(status.account.uri),
        # An empty list would mean that nothing is said (FEP-044f).
        "nobody": status.account.uri,
    }[policy]
    return {"automaticApproval": [allowed]}


def _target(answered: str, passage: text.Passage) -> dict[str, Any]:
    """The passage, as a Web Annotation says what it is about (Data Model 4.2.4)."""
    return {
        "type": "SpecificResource",
        "hasSource": answered,
        "hasSelector": {
            "type": "TextQuoteSelector",
            "exact": passage.exact,
            "prefix": passage.prefix,
            "suffix": passage.suffix,
        },
    }


def _quote(quoted: Quoted) -> dict[str, Any]:
    found: dict[str, Any] = {
        "quote": quoted.id,
        "quoteUri": quoted.id,
        "quoteUrl": quoted.id,
        "_misskey_quote": quoted.id,
    }
    if quoted.authorization is not None:
        found["quoteAuthorization"] = quoted.authorization
    return found


def _article(status: StatusView, attachments: list[dict[str, Any]]) -> dict[str, Any]:
    """What an Article has beyond a Note: servers that do not show it whole show this (FEP-b2b8).

    A warning takes the place of the excerpt, and then there is no preview to give it away.
    """
    teaser = status.spoiler_text or text.excerpt(text.plain_text(status.content), MAX_SUMMARY)
    # HTML here, unlike the warning of a Note.
    shown = f"<p>{escaped(teaser)}</p>" if teaser else None
    found: dict[str, Any] = {"summary": shown}
    if shown is not None and not status.spoiler_text:
        found["preview"] = {
            "type": "Note",
            "attributedTo": status.account.uri,
            "published": iso(status.created_at),
            "content": shown,
        }
    first = next((one for one in attachments if one["mediaType"].startswith("image/")), None)
    if first is not None and not status.is_sensitive:
        found["image"] = pictures.image(first["url"], first["name"] or "")
    return found


def _question(poll: PollView, *, over: bool) -> dict[str, Any]:
    hidden = poll.hide_totals and not over
    options = [
        {
            "type": "Note",
            "name": option.title,
            "replies": {
                "type": "Collection",
                # While totals are hidden nobody is told, other servers neither.
                "totalItems": 0 if hidden else option.votes_count,
            },
        }
        for option in poll.options
    ]
    found: dict[str, Any] = {
        "anyOf" if poll.multiple else "oneOf": options,
        "votersCount": poll.voters_count,
    }
    if poll.expires_at is not None:
        found["endTime"] = iso(poll.expires_at)
        if over:
            found["closed"] = iso(poll.expires_at)
    return found
