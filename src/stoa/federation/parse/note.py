"""Reading posts: Notes, Questions, Articles and the other things that are shown as a post.

HTML is as it was sent; whoever stores it sanitises it.  Nothing here proves that the document is
genuine (`trust` does), but a post that claims an author on another server than its own is never one.
"""

from __future__ import annotations

from typing import Any

import msgspec

from stoa.core.policy.draft import PollDraft, QuotePolicy, RemoteMedia, TranslationDraft, Visibility
from stoa.federation.parse import content, media, poll, quote, tags
from stoa.federation.parse.collection import RemoteCollection, collection_of
from stoa.federation.parse.jsonld import (
    PUBLIC,
    NotUnderstood,
    Object,
    UnknownKind,
    audience,
    first,
    id_of,
    ids_of,
    objects,
    prop,
    require_id,
    type_among,
    types,
)
from stoa.federation.parse.origins import same_origin
from stoa.federation.parse.passage import passage_of
from stoa.federation.parse.quote import InteractionPolicy, RemoteQuote
from stoa.federation.parse.tags import RemoteEmoji, RemoteMention
from stoa.federation.parse.translations import translations_of
from stoa.federation.parse.values import flag_of, line_of, number_of, page_of, spoken, text_of, time_of
from stoa.text import Passage

POST_TYPES = frozenset(
    {"Note", "Question", "Article", "Page", "Image", "Video", "Audio", "Event", "ChatMessage"}
)

MAX_TITLE = 500


class RemoteNote(msgspec.Struct, frozen=True, kw_only=True):
    """A post as its server describes it.  Times are unix milliseconds, not yet held against a clock."""

    id: str
    type: str
    author: str
    attributed_to: tuple[str, ...]  # all who are named, the author among them
    in_reply_to: str | None
    passage: Passage | None  # of that, which alone it is about
    title: str | None  # plain text
    content: str  # HTML as sent
    teaser: str | None  # HTML as sent
    spoiler: str  # plain text
    sensitive: bool
    language: str | None
    translations: tuple[TranslationDraft, ...]  # HTML as sent
    to: tuple[str, ...]
    cc: tuple[str, ...]
    audience: tuple[str, ...]  # groups it belongs to (FEP-1b12)
    unseen: tuple[str, ...]  # `bto` and `bcc`: they see it, and nobody else learns of them
    direct_message: bool | None
    mentions: tuple[RemoteMention, ...]
    hashtags: tuple[str, ...]  # without '#'
    emojis: tuple[RemoteEmoji, ...]
    attachments: tuple[RemoteMedia, ...]
    poll: PollDraft | None
    quote: RemoteQuote | None
    policy: InteractionPolicy | None
    approval: str | None  # the stamp of whom it answers (GoToSocial)
    url: str
    published: int | None
    updated: int | None  # None: never edited
    context: str | None
    conversation: str | None  # opaque, often `tag:…`
    series: str | None  # the collection that it says it is a part of
    replies: RemoteCollection | None
    likes: int | None  # as its server counts; for show only
    shares: int | None
    vote: str | None  # the option it chooses, if it is no post but a vote

    def visibility(self, followers: str | None) -> Visibility:
        """Who may see it; *followers* is that collection of the author's.  Never wider than said:
        what is addressed to nobody we know is direct (F1.5).
        """
        if self.type == "ChatMessage":
            return "direct"
        return visibility(self.to, self.cc, followers)

    def quote_policy(self, followers: str | None) -> QuotePolicy:
        """Whom to offer quoting it."""
        return quote.quote_policy(self.policy, followers)

    @property
    def addressed(self) -> tuple[str, ...]:
        """Everyone and every collection it is addressed to, PUBLIC included."""
        return tuple(dict.fromkeys((*self.to, *self.cc, *self.audience)))


def visibility(to: tuple[str, ...], cc: tuple[str, ...], followers: str | None) -> Visibility:
    """The visibility that an audience means, for posts and boosts alike."""
    if PUBLIC in to:
        return "public"
    if PUBLIC in cc:
        return "unlisted"
    if followers is not None and (followers in to or followers in cc):
        return "private"
    return "direct"


def is_post(document: object) -> bool:
    """Whether *document* says that it is shown as a post."""
    return type_among(document, POST_TYPES) is not None


def may_be_vote(document: Object) -> bool:
    """Whether it is worth asking parse_note for the option that *document* chooses."""
    return prop(document, "name") is not None and not prop(document, "content")


def parse_note(document: Object, *, around: Object | None = None) -> RemoteNote:
    """The post that *document* is; *around* is the activity it stood in, asked for the audience
    where the post names none.

    Raises NotUnderstood without an id, a type of post, or an author on the server of the id.
    """
    note_id = require_id(document, "a post")
    kind = type_among(document, POST_TYPES)
    if kind is None:
        raise UnknownKind(next(iter(types(document)), ""), "the type is none of a post")
    author, attributed_to = _authors(document)
    if not same_origin(note_id, author):
        raise NotUnderstood("a post on another server than its author")
    to, cc = audience(prop(document, "to")), audience(prop(document, "cc"))
    if not to and not cc and around is not None:
        to, cc = audience(prop(around, "to")), audience(prop(around, "cc"))
    sensitive = flag_of(prop(document, "sensitive")) is True
    spoiler = content.warning_of(document, sensitive=sensitive)
    title, body, vote, language = _words(document, kind)
    published = time_of(prop(document, "published"))
    url = page_of(prop(document, "url")) or note_id
    return RemoteNote(
        id=note_id,
        type=kind,
        author=author,
        attributed_to=attributed_to,
        in_reply_to=id_of(prop(document, "inReplyTo")),
        passage=passage_of(document),
        title=title,
        content=body,
        teaser=None if spoiler else content.teaser_of(document),
        spoiler=spoiler,
        sensitive=sensitive or media.marked_sensitive(document),
        language=language,
        translations=translations_of(document, language),
        to=to,
        cc=cc,
        audience=tuple(one for one in audience(prop(document, "audience"), 16) if one != PUBLIC),
        unseen=_unseen(document, around),
        direct_message=flag_of(prop(document, "directMessage")),
        mentions=tags.mentions_of(document),
        hashtags=tags.hashtags_of(document),
        emojis=tags.emojis_of(document),
        attachments=media.attachments_of(document),
        poll=poll.poll_of(document) if kind == "Question" else None,
        quote=quote.quote_of(document),
        policy=quote.policy_of(document),
        approval=id_of(prop(document, "replyAuthorization")) or id_of(prop(document, "approvedBy")),
        url=url,
        published=published,
        updated=_updated(document, published),
        context=id_of(prop(document, "context")),
        conversation=_conversation(document),
        series=id_of(prop(document, "isPartOf")),
        replies=collection_of(prop(document, "replies")) or collection_of(prop(document, "comments")),
        likes=_total(prop(document, "likes")),
        shares=_total(prop(document, "shares")),
        vote=vote,
    )


def _authors(document: Object) -> tuple[str, tuple[str, ...]]:
    """The author and all who are named: a person before the channel they posted in (PeerTube)."""
    named = prop(document, "attributedTo")
    everyone = ids_of(named, 16)
    if not everyone:
        # Pleroma before 2.2
        everyone = ids_of(prop(document, "actor"), 1)
    if not everyone:
        raise NotUnderstood("a post that names no author")
    for one in objects(named, 16):
        found = id_of(one)
        if found is not None and type_among(one, ("Person", "Service")) is not None:
            return found, everyone
    return everyone[0], everyone


def _unseen(document: Object, around: Object | None) -> tuple[str, ...]:
    """Actors and collections under `bto` and `bcc`, which a server strips before it sends; so they say
    nothing of who else may see a post.
    """
    found = (
        one
        for said in (document, around or {})
        for name in ("bto", "bcc")
        for one in audience(prop(said, name), 100)
    )
    return tuple(dict.fromkeys(one for one in found if one != PUBLIC))


def _words(document: Object, kind: str) -> tuple[str | None, str, str | None, str | None]:
    """Title, body, the option voted for, and the language."""
    body, language = content.body_of(document)
    title = line_of(spoken(document, "name", 4 * MAX_TITLE)[0], MAX_TITLE)
    links = media.attached_links(document)
    if body.strip():
        return title, content.with_links(body, links), None, language
    if content.titled(document):
        page = page_of(prop(document, "url"))
        return title, content.with_links("", links or ((page,) if page else ())), None, language
    name = text_of(prop(document, "name"), poll.MAX_OPTION)
    if name is None or not name.strip():
        return None, content.with_links("", links), None, language
    # A Note that answers with nothing but a name is a vote (F11.2); else its name is its text.
    if (
        kind == "Note"
        and id_of(prop(document, "inReplyTo")) is not None
        and not media.attachments_of(document)
    ):
        return None, "", name, language
    return None, content.with_links(content.as_html(name, "text/plain", document), links), None, language


def _updated(document: Object, published: int | None) -> int | None:
    updated = time_of(prop(document, "updated"))
    if updated is None or (published is not None and updated - published <= 1_000):
        return None
    return updated


def _conversation(document: Object) -> str | None:
    found: Any = first(prop(document, "conversation"))
    if found is None:
        found = document.get("ostatus:conversation")
    return (text_of(found, 2_048) or None) if isinstance(found, str) else None


def _total(value: object) -> int | None:
    found = first(value)
    return number_of(prop(found, "totalItems")) if isinstance(found, dict) else None
