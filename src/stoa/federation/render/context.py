"""The @context of everything we send.  Every term we use is defined in it.

A term that a context leaves out is not covered by signatures that others make over our documents,
and could be changed on the way (CVE-2026-50128).  Shapes are those Mastodon 4.6 and Fedify send, so
that a peer which compares contexts finds what it knows.
"""

from __future__ import annotations

from typing import Any

AS = "https://www.w3.org/ns/activitystreams"
PUBLIC = AS + "#Public"
_SECURITY = "https://w3id.org/security/v1"
_DATA_INTEGRITY = "https://w3id.org/security/data-integrity/v1"
_MULTIKEY = "https://w3id.org/security/multikey/v1"
_DID = "https://www.w3.org/ns/did/v1"


def _id(term: str) -> dict[str, str]:
    return {"@id": term, "@type": "@id"}


_COMMON: dict[str, Any] = {
    "toot": "http://joinmastodon.org/ns#",
    "Emoji": "toot:Emoji",
    "Hashtag": "as:Hashtag",
}

_ACTOR_TERMS: dict[str, Any] = {
    **_COMMON,
    "schema": "http://schema.org#",
    "PropertyValue": "schema:PropertyValue",
    "value": "schema:value",
    "manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
    "movedTo": _id("as:movedTo"),
    "alsoKnownAs": _id("as:alsoKnownAs"),
    "featured": _id("toot:featured"),
    "featuredTags": _id("toot:featuredTags"),
    "discoverable": "toot:discoverable",
    "indexable": "toot:indexable",
    "memorial": "toot:memorial",
    "suspended": "toot:suspended",
    "attributionDomains": {"@id": "toot:attributionDomains", "@container": "@set"},
    "lemmy": "https://join-lemmy.org/ns#",
    "postingRestrictedToMods": "lemmy:postingRestrictedToMods",
    "wf": "https://purl.archive.org/socialweb/webfinger#",
    "webfinger": "wf:webfinger",
    "gts": "https://gotosocial.org/ns#",
    "interactionPolicy": _id("gts:interactionPolicy"),
    "automaticApproval": _id("gts:automaticApproval"),
    "manualApproval": _id("gts:manualApproval"),
    "canFeature": _id("https://w3id.org/fep/7aa9#canFeature"),
    "featuredCollections": _id("https://w3id.org/fep/7aa9#featuredCollections"),
    "showFeatured": "toot:showFeatured",
    "showMedia": "toot:showMedia",
    "showRepliesInMedia": "toot:showRepliesInMedia",
}

_FEATURE_TERMS: dict[str, Any] = {
    **_COMMON,
    "sensitive": "as:sensitive",
    "discoverable": "toot:discoverable",
    "FeaturedCollection": "https://w3id.org/fep/7aa9#FeaturedCollection",
    "FeaturedItem": "https://w3id.org/fep/7aa9#FeaturedItem",
    "FeatureRequest": "https://w3id.org/fep/7aa9#FeatureRequest",
    "FeatureAuthorization": "https://w3id.org/fep/7aa9#FeatureAuthorization",
    "featuredObject": _id("https://w3id.org/fep/7aa9#featuredObject"),
    "featuredObjectType": {"@id": "https://w3id.org/fep/7aa9#featuredObjectType", "@type": "@vocab"},
    "featureAuthorization": _id("https://w3id.org/fep/7aa9#featureAuthorization"),
    "topic": _id("https://w3id.org/fep/7aa9#topic"),
    "gts": "https://gotosocial.org/ns#",
    "interactingObject": _id("gts:interactingObject"),
    "interactionTarget": _id("gts:interactionTarget"),
}

_POST_TERMS: dict[str, Any] = {
    **_COMMON,
    "sensitive": "as:sensitive",
    "blurhash": "toot:blurhash",
    "focalPoint": {"@id": "toot:focalPoint", "@container": "@list"},
    "votersCount": "toot:votersCount",
    "schema": "http://schema.org#",
    "ostatus": "http://ostatus.org#",
    "conversation": "ostatus:conversation",
    "litepub": "http://litepub.social/ns#",
    "directMessage": "litepub:directMessage",
    "EmojiReact": "litepub:EmojiReact",
    "gts": "https://gotosocial.org/ns#",
    "interactionPolicy": _id("gts:interactionPolicy"),
    "canQuote": _id("gts:canQuote"),
    "canReply": _id("gts:canReply"),
    "canLike": _id("gts:canLike"),
    "canAnnounce": _id("gts:canAnnounce"),
    "automaticApproval": _id("gts:automaticApproval"),
    "manualApproval": _id("gts:manualApproval"),
    "interactingObject": _id("gts:interactingObject"),
    "interactionTarget": _id("gts:interactionTarget"),
    "replyAuthorization": _id("gts:replyAuthorization"),
    "approvedBy": _id("gts:approvedBy"),
    "ReplyRequest": "gts:ReplyRequest",
    "LikeRequest": "gts:LikeRequest",
    "AnnounceRequest": "gts:AnnounceRequest",
    "ReplyAuthorization": "gts:ReplyAuthorization",
    "LikeAuthorization": "gts:LikeAuthorization",
    "AnnounceAuthorization": "gts:AnnounceAuthorization",
    "oa": "http://www.w3.org/ns/oa#",
    "hasTarget": _id("oa:hasTarget"),
    "SpecificResource": "oa:SpecificResource",
    "hasSource": _id("oa:hasSource"),
    "hasSelector": _id("oa:hasSelector"),
    "TextQuoteSelector": "oa:TextQuoteSelector",
    "exact": "oa:exact",
    "prefix": "oa:prefix",
    "suffix": "oa:suffix",
    "isPartOf": _id("https://schema.org/isPartOf"),
    "quote": _id("https://w3id.org/fep/044f#quote"),
    "quoteAuthorization": _id("https://w3id.org/fep/044f#quoteAuthorization"),
    "QuoteRequest": "https://w3id.org/fep/044f#QuoteRequest",
    "QuoteAuthorization": "https://w3id.org/fep/044f#QuoteAuthorization",
    "lemmy": "https://join-lemmy.org/ns#",
    "Lock": "lemmy:Lock",
    "quoteUrl": "as:quoteUrl",
    "quoteUri": "http://fedibird.com/ns#quoteUri",
    "_misskey_quote": "https://misskey-hub.net/ns#_misskey_quote",
}

ACTOR_CONTEXT: list[Any] = [AS, _SECURITY, _DATA_INTEGRITY, _DID, _MULTIKEY, _ACTOR_TERMS]
"""For actors, alone or in an Update."""

FEATURE_CONTEXT: list[Any] = [AS, _DATA_INTEGRITY, _FEATURE_TERMS]
"""For collections of people, and what is said of them."""

CONTEXT: list[Any] = [AS, _DATA_INTEGRITY, _POST_TERMS]
"""For everything else."""

TERMS = frozenset(_ACTOR_TERMS) | frozenset(_POST_TERMS) | frozenset(_FEATURE_TERMS)
"""What we define beyond the vocabularies that the contexts name by address."""


def with_context(document: dict[str, Any], context: list[Any] = CONTEXT) -> dict[str, Any]:
    """*document* as it is sent, with its context first."""
    return {"@context": context, **{key: value for key, value in document.items() if key != "@context"}}
