"""Quotes in every spelling, who may quote, and the stamps that say so (FEP-044f).

A policy is a hint for what to offer, never a proof: only a stamp of the quoted author is one.
"""

from __future__ import annotations

import msgspec

from stoa.core.policy.draft import QuotePolicy
from stoa.federation.parse.jsonld import (
    PUBLIC,
    NotUnderstood,
    Object,
    audience,
    first,
    id_of,
    many,
    prop,
    require_id,
    types,
)
from stoa.federation.parse.origins import same_origin
from stoa.federation.parse.values import media_type_of, tags_of, text_of

MAX_ALLOWED = 100

# FEP-044f, Misskey, Fedibird's two; the first that is there counts.
_SPELLINGS = ("quote", "_misskey_quote", "quoteUrl", "quoteUri")
_PREFIXED = ("misskey:_misskey_quote", "fedibird:quoteUri")
_QUOTE_REL = "_misskey_quote"
_DOCUMENTS = ("application/activity+json", "application/ld+json")


class RemoteQuote(msgspec.Struct, frozen=True):
    """What a post quotes, and the stamp it shows for it."""

    id: str
    authorization: str | None = None


class Rule(msgspec.Struct, frozen=True):
    """Who may at once, and who after the author has said yes: PUBLIC, collections, actors."""

    automatic: tuple[str, ...] = ()
    manual: tuple[str, ...] = ()


class InteractionPolicy(msgspec.Struct, frozen=True):
    """What an author wants others to do with a post; None where they say nothing of it."""

    can_quote: Rule | None = None
    can_reply: Rule | None = None
    can_like: Rule | None = None
    can_announce: Rule | None = None


class RemoteAuthorization(msgspec.Struct, frozen=True):
    """A stamp: *author* lets *interacting* (a quote, a reply, …) stand to their post *target*."""

    id: str
    type: str
    author: str
    interacting: str
    target: str


def quote_of(obj: Object) -> RemoteQuote | None:
    """What *obj* quotes.  Empty strings count as absent (Akkoma)."""
    found = None
    for name in (*_SPELLINGS, *_PREFIXED):
        found = found or id_of(prop(obj, name))
    found = found or _linked_quote(obj)
    return None if found is None else RemoteQuote(found, id_of(prop(obj, "quoteAuthorization")))


def _linked_quote(obj: Object) -> str | None:
    """A quote by FEP-e232: a Link that says so, or one to a document whose name begins "RE:"."""
    for tag in tags_of(obj, "Link", 16):
        rels = [one for one in many(prop(tag, "rel"), 8) if isinstance(one, str)]
        said = (text_of(prop(tag, "name"), 16) or "").startswith("RE:")
        if any(one.endswith(_QUOTE_REL) for one in rels) or (said and media_type_of(tag) in _DOCUMENTS):
            href = id_of(prop(tag, "href"))
            if href is not None:
                return href
    return None


def policy_of(obj: Object) -> InteractionPolicy | None:
    """The interaction policy of *obj*, in today's words and in those GoToSocial began with."""
    policy = first(prop(obj, "interactionPolicy"))
    if not isinstance(policy, dict):
        return None
    return InteractionPolicy(
        can_quote=_rule(prop(policy, "canQuote")),
        can_reply=_rule(prop(policy, "canReply")),
        can_like=_rule(prop(policy, "canLike")),
        can_announce=_rule(prop(policy, "canAnnounce")),
    )


def _rule(value: object) -> Rule | None:
    rule = first(value)
    if not isinstance(rule, dict):
        return None
    automatic = prop(rule, "automaticApproval")
    manual = prop(rule, "manualApproval")
    return Rule(
        audience(prop(rule, "always") if automatic is None else automatic, MAX_ALLOWED),
        audience(prop(rule, "approvalRequired") if manual is None else manual, MAX_ALLOWED),
    )


def quote_policy(policy: InteractionPolicy | None, followers: str | None) -> QuotePolicy:
    """Whom to offer quoting: those who may at once and those who may ask.

    Who says nothing has not agreed, so nobody.
    """
    rule = None if policy is None else policy.can_quote
    allowed = () if rule is None else (*rule.automatic, *rule.manual)
    if PUBLIC in allowed:
        return "public"
    return "followers" if followers is not None and followers in allowed else "nobody"


def parse_authorization(document: Object) -> RemoteAuthorization:
    """The stamp that *document* is.  Raises NotUnderstood for one that is incomplete, or whose
    author's server is not the one that keeps it.
    """
    kind = next((one for one in types(document) if one.endswith(("Authorization", "Approval"))), None)
    stamp_id = require_id(document, "an authorization")
    author = id_of(prop(document, "attributedTo"))
    interacting = id_of(prop(document, "interactingObject"))
    target = id_of(prop(document, "interactionTarget"))
    if kind is None or author is None or interacting is None or target is None:
        raise NotUnderstood("an authorization that does not say who lets what stand to which post")
    if not same_origin(stamp_id, author):
        raise NotUnderstood("an authorization that is kept elsewhere than its author")
    return RemoteAuthorization(stamp_id, kind, author, interacting, target)


def stamp_holds(stamp: RemoteAuthorization, *, quoting: str, quoted: str, quoted_author: str) -> bool:
    """Whether *stamp*, fetched from its own address, lets the post *quoting* quote *quoted* (F10.6).

    1. It is a stamp for quotes, for this very pair.  2. The quoted author gave it.  3. The stamp, the
    quoted post and its author live on one server.
    """
    return (
        stamp.type == "QuoteAuthorization"
        and stamp.interacting == quoting
        and stamp.target == quoted
        and stamp.author == quoted_author
        and same_origin(stamp.id, quoted_author)
        and same_origin(quoted, quoted_author)
    )
