"""Reading actors: people, programs, groups and organisations on other servers.

HTML (summary, values of fields) is as it was sent; whoever stores it sanitises it.  Nothing here
proves that the document is genuine: that is `trust`, and whether the handle is the actor's own,
WebFinger decides (F3.2).
"""

from __future__ import annotations

import re
from typing import Any, Literal, cast, get_args

import msgspec

from stoa.core.accounts.model import FeaturePolicy
from stoa.federation.parse.featured import policy_of
from stoa.federation.parse.jsonld import (
    PUBLIC,
    NotUnderstood,
    Object,
    audience,
    first,
    id_of,
    ids_of,
    many,
    objects,
    prop,
    require_id,
    type_among,
    types,
)
from stoa.federation.parse.key import RemoteKey, keys_of
from stoa.federation.parse.origins import host_of, is_address, same_origin
from stoa.federation.parse.tags import RemoteEmoji, emojis_of, hashtags_of
from stoa.federation.parse.values import (
    flag_of,
    line_of,
    links_of,
    page_of,
    spoken,
    text_of,
    time_of,
)

ActorType = Literal["Person", "Service", "Application", "Group", "Organization"]
ACTOR_TYPES: tuple[ActorType, ...] = get_args(ActorType)

MAX_USERNAME = 2_048
MAX_NAME = 2_048
MAX_SUMMARY = 20_000
MAX_FIELDS = 50
MAX_FIELD = 2_047
MAX_ALIASES = 256

# What Mastodon takes; others could be mistaken for somebody else's name (F3.9).
_USERNAME = re.compile(r"[a-z0-9_]+(?:[a-z0-9_.-]*[a-z0-9_]+)?", re.I | re.ASCII)
_DOMAIN = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9-]{1,63}(?::\d{1,5})?", re.I | re.ASCII
)


class RemotePicture(msgspec.Struct, frozen=True):
    """Where an avatar or a header is, and what it shows."""

    url: str
    description: str = ""


class RemoteField(msgspec.Struct, frozen=True):
    """A line of the table on a profile: *name* is text, *value* HTML."""

    name: str
    value: str


class RemoteActor(msgspec.Struct, frozen=True, kw_only=True):
    """An actor as its server describes it.  Times are unix milliseconds."""

    id: str
    type: ActorType
    username: str
    host: str  # of the id, with its port where that is not the scheme's own
    handle: str | None  # FEP-2c59: `carl@there.example`, if the actor says it
    url: str
    inbox: str
    shared_inbox: str | None
    outbox: str | None
    followers: str | None
    following: str | None
    featured: str | None
    featured_tags: str | None
    featured_collections: str | None
    keys: tuple[RemoteKey, ...]
    name: str
    summary: str  # HTML as sent
    icon: RemotePicture | None
    header: RemotePicture | None
    fields: tuple[RemoteField, ...]
    emojis: tuple[RemoteEmoji, ...]
    hashtags: tuple[str, ...]
    also_known_as: tuple[str, ...]
    moved_to: str | None
    attributed_to: tuple[str, ...]  # of a Group: its moderators (Lemmy) or its owners (PeerTube)
    attribution_domains: tuple[str, ...]
    locked: bool
    discoverable: bool
    indexable: bool
    memorial: bool
    show_media: bool
    show_media_replies: bool
    show_featured: bool
    feature_policy: FeaturePolicy | None  # who may put them into a collection
    suspended: bool
    members_only: bool  # does not want to be shown to visitors who are not signed in
    unlisted_for_members: bool  # nor what is unlisted
    hidden_before: tuple[int, ...]  # nor what is older than one of these; below zero: before now
    mods_only: bool  # of a Group: only moderators may post
    published: int | None
    updated: int | None


def is_actor(document: object) -> bool:
    """Whether *document* says that it is an actor."""
    return type_among(document, ACTOR_TYPES) is not None


def parse_actor(document: Object) -> RemoteActor:
    """The actor that *document* describes.

    Raises NotUnderstood without an id, a type of actor, an inbox, or a name we can show (F7.1).
    """
    actor_id = require_id(document, "an actor")
    kind = type_among(document, ACTOR_TYPES)
    if kind is None:
        raise NotUnderstood("the type is none of an actor")
    inbox = id_of(prop(document, "inbox"))
    if inbox is None:
        raise NotUnderstood("an actor without an inbox")
    handle = _handle(prop(document, "webfinger"))
    username = text_of(prop(document, "preferredUsername"), MAX_USERNAME + 1)
    if not username and handle:
        username = handle.partition("@")[0]
    if not username or len(username) > MAX_USERNAME or not _USERNAME.fullmatch(username):
        raise NotUnderstood("an actor whose user name is missing or not made of a-z, 0-9, _, . and -")
    name = line_of(spoken(document, "name", MAX_NAME * 4)[0], MAX_NAME)
    summary, _ = spoken(document, "summary", MAX_SUMMARY)
    moved_to = id_of(prop(document, "movedTo"))
    return RemoteActor(
        id=actor_id,
        type=cast(ActorType, kind),
        username=username,
        host=host_of(actor_id) or "",
        handle=handle,
        url=page_of(prop(document, "url")) or actor_id,
        inbox=inbox,
        shared_inbox=_shared_inbox(document, inbox),
        outbox=_own(document, actor_id, "outbox"),
        followers=_own(document, actor_id, "followers"),
        following=_own(document, actor_id, "following"),
        featured=_own(document, actor_id, "featured"),
        featured_tags=_own(document, actor_id, "featuredTags"),
        featured_collections=_own(document, actor_id, "featuredCollections"),
        keys=keys_of(document),
        name=name or "",
        summary=summary or "",
        icon=_picture(prop(document, "icon")),
        header=_picture(prop(document, "image")),
        fields=_fields(document),
        emojis=emojis_of(document),
        hashtags=hashtags_of(document),
        also_known_as=ids_of(prop(document, "alsoKnownAs"), MAX_ALIASES),
        moved_to=None if moved_to == actor_id else moved_to,
        attributed_to=ids_of(prop(document, "attributedTo"), 16),
        attribution_domains=_domains(prop(document, "attributionDomains")),
        locked=flag_of(prop(document, "manuallyApprovesFollowers")) is True,
        discoverable=flag_of(prop(document, "discoverable")) is True,
        indexable=_indexable(document),
        memorial=flag_of(prop(document, "memorial")) is True,
        show_media=flag_of(prop(document, "showMedia")) is not False,
        show_media_replies=flag_of(prop(document, "showRepliesInMedia")) is not False,
        show_featured=flag_of(prop(document, "showFeatured")) is not False,
        feature_policy=policy_of(document),
        suspended=flag_of(prop(document, "suspended")) is True,
        members_only=any(flag_of(prop(document, name)) is True for name in _MEMBERS_ONLY),
        unlisted_for_members=flag_of(prop(document, "hidesCcPublicFromUnauthedWeb")) is True,
        hidden_before=_hidden_before(document),
        mods_only=flag_of(prop(document, "postingRestrictedToMods")) is True,
        published=time_of(prop(document, "published")),
        updated=time_of(prop(document, "updated")),
    )


# Misskey, GoToSocial
_MEMBERS_ONLY = ("_misskey_requireSigninToViewContents", "hidesToPublicFromUnauthedWeb")


# Misskey: what is older is for followers, or for nobody; in seconds, of Unix or (not above zero) ago.
_HIDDEN_BEFORE = ("_misskey_makeNotesFollowersOnlyBefore", "_misskey_makeNotesHiddenBefore")
_MOST_SECONDS = 100_000_000_000


def _hidden_before(document: Object) -> tuple[int, ...]:
    found = (first(prop(document, name)) for name in _HIDDEN_BEFORE)
    return tuple(
        int(one * 1000) or -1
        for one in found
        # Also false for NaN.
        if isinstance(one, int | float) and not isinstance(one, bool) and abs(one) < _MOST_SECONDS
    )


def _own(document: Object, actor_id: str, name: str) -> str | None:
    """A collection of the actor, which lives where the actor does: another's followers are not
    theirs to address.
    """
    found = id_of(prop(document, name))
    return found if found is not None and same_origin(found, actor_id) else None


def _shared_inbox(document: Object, inbox: str) -> str | None:
    endpoints = first(prop(document, "endpoints"))
    found = id_of(prop(endpoints, "sharedInbox")) if isinstance(endpoints, dict) else None
    if found is None:
        found = id_of(prop(document, "sharedInbox"))
    # Elsewhere it would hand one server's private posts to another.
    return found if found is not None and same_origin(found, inbox) else None


def _handle(value: object) -> str | None:
    text = text_of(value, MAX_USERNAME + 256)
    username, _, domain = (text or "").removeprefix("acct:").removeprefix("@").rpartition("@")
    if not _USERNAME.fullmatch(username) or not _DOMAIN.fullmatch(domain):
        return None
    return f"{username}@{domain.lower()}"


def _picture(value: object) -> RemotePicture | None:
    """The widest of the pictures that are there; the first where none says its width (PeerTube)."""
    found: RemotePicture | None = None
    widest = -1.0
    for address, _, obj in links_of(value, 16):
        width = prop(obj, "width")
        width = width if isinstance(width, (int, float)) and not isinstance(width, bool) else 0
        if width > widest:
            said = text_of(prop(obj, "summary"), 1_500) or text_of(prop(obj, "name"), 1_500) or ""
            found, widest = RemotePicture(address, said), width
    return found


def _fields(document: Object) -> tuple[RemoteField, ...]:
    found: list[RemoteField] = []
    for item in objects(prop(document, "attachment"), 4 * MAX_FIELDS):
        if "PropertyValue" in types(item) and len(found) < MAX_FIELDS:
            name = text_of(prop(item, "name"), MAX_FIELD) or ""
            value = text_of(_value(item), MAX_FIELD) or ""
            if name.strip() or value.strip():
                found.append(RemoteField(name.strip(), value))
    return tuple(found)


def _value(item: Object) -> Any:
    found = prop(item, "value")
    if found is None:
        found = item.get("schema:value", item.get("http://schema.org#value"))
    return found


def _domains(value: object) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for item in many(value, MAX_ALIASES):
        if isinstance(item, str) and len(item) <= 2_048:
            domain = (host_of(item) or "") if is_address(item) else item.strip().lower()
            if _DOMAIN.fullmatch(domain):
                found[domain] = None
    return tuple(found)


def _indexable(document: Object) -> bool:
    searchable = prop(document, "searchableBy")
    if searchable is not None and PUBLIC not in audience(searchable, 16):
        return False
    return flag_of(prop(document, "indexable")) is True
