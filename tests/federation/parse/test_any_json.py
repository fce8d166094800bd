"""Whatever JSON comes in, a parser gives a value or raises NotUnderstood, and nothing else."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from stoa.federation.parse import featured, jsonld, nodeinfo, trust
from stoa.federation.parse.activity import parse_activity
from stoa.federation.parse.actor import parse_actor
from stoa.federation.parse.collection import parse_collection
from stoa.federation.parse.jsonld import NotUnderstood
from stoa.federation.parse.key import key_ids, parse_key
from stoa.federation.parse.note import parse_note
from stoa.federation.parse.quote import parse_authorization
from stoa.federation.parse.webfinger import parse_jrd

ID = "https://there.example/users/carl"
PARSERS: list[Callable[[Any], object]] = [
    parse_activity, parse_actor, parse_collection, parse_key, key_ids, parse_note, parse_authorization,
    parse_jrd, nodeinfo.nodeinfo_address, nodeinfo.software_of, nodeinfo.protocols_of,
    trust.owner_of, trust.require_owned, jsonld.require_plain, jsonld.require_context,
    featured.parse_collection, featured.parse_stamp, featured.policy_of,
    lambda document: featured.items_of(document, ID), lambda document: featured.item_of(document, ID),
    lambda document: trust.own_words(jsonld.ref(document), ID),
    lambda document: trust.address_to_ask(document, ID),
]  # fmt: skip

WORDS = [
    "@context", "@graph", "@id", "@list", "@set", "@type", "@value", "actor", "alsoKnownAs", "anyOf",
    "assertionMethod", "attachment", "attributedTo", "attributionDomains", "audience", "automaticApproval",
    "blurhash", "canFeature", "canQuote", "cc", "closed", "content", "contentMap", "context",
    "conversation",
    "endTime", "endpoints", "featureAuthorization", "featuredObject", "first", "interactingObject",
    "interactionTarget", "topic", "discoverable", "sensitive", "focalPoint",
    "followers", "height", "href", "icon", "id",
    "identifier", "image", "inReplyTo", "inbox", "instrument", "interactionPolicy", "items", "language",
    "likes", "links", "location", "mediaType", "movedTo", "name", "next", "object", "oneOf",
    "orderedItems", "owner", "preferredUsername", "preview", "publicKey", "publicKeyPem", "published",
    "quote", "rel", "replies", "result", "sharedInbox", "software", "startTime", "subject", "summary",
    "tag", "target", "template", "to", "totalItems", "type", "updated", "url", "votersCount",
    "webfinger", "width",
]  # fmt: skip
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8),
    st.sampled_from([
        ID, ID + "/1", "https://else.example/", "as:Public", "carl", "acct:carl@there.example",
        "2026-11-22T17:42:32Z", "9999-12-31T23:59:59-23:59", "text/markdown", "text/plain", "#a :b: @c",
        ":b:", "Note", "Question", "Article", "Video", "Event", "Person", "Group", "Mention", "Hashtag",
        "Emoji", "Link", "Document", "Image", "PropertyValue", "Create", "Update", "Delete", "Undo",
        "Follow", "Accept", "Announce", "Like", "EmojiReact", "Flag", "Move", "Add", "Block",
        "QuoteRequest", "QuoteAuthorization", "FeatureRequest", "FeatureAuthorization",
        "FeaturedCollection", "FeaturedItem", "Collection", "OrderedCollectionPage", "Multikey",
        "\x00", "\ud800", "&#0;&#xd800;&amp;", "https://[::1", "https://\u00df.example/", "xn--", "en",
    ]),
)  # fmt: skip
JSON = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(st.sampled_from(WORDS), st.text(max_size=3)), inner, max_size=8),
    ),
    max_leaves=12,
)
# Far enough past the first checks that the rest is reached.
SKELETONS = st.sampled_from(
    [
        {"id": ID, "type": "Note", "attributedTo": ID},
        {"id": ID, "type": "Question", "attributedTo": ID},
        {"id": ID, "type": "Article", "attributedTo": ID},
        {"id": ID, "type": "Video", "attributedTo": ID},
        {"id": ID, "type": "Event", "attributedTo": ID},
        {"id": ID, "type": "Person", "inbox": ID, "preferredUsername": "carl"},
        {"id": ID, "type": "Collection"},
        {"id": ID, "owner": ID, "type": "Key"},
        {"subject": "acct:carl@there.example"},
        *(
            {"id": ID, "type": kind, "actor": ID, "object": ID}
            for kind in ("Create", "Undo", "Accept", "Like", "EmojiReact", "Announce", "Flag", "Move")
        ),
        *({"id": ID, "type": kind, "actor": ID} for kind in ("Create", "Undo", "Announce", "Add")),
    ]
)
DOCUMENTS = st.one_of(
    st.dictionaries(st.sampled_from(WORDS), JSON, max_size=12),
    st.builds(
        lambda skeleton, more: {**more, **skeleton},
        SKELETONS,
        st.dictionaries(st.sampled_from(WORDS), JSON, max_size=12),
    ),
)


@settings(max_examples=300)
@given(document=DOCUMENTS)
def test_any_object_is_understood_or_refused(document: dict[str, Any]) -> None:
    for parse in PARSERS:
        with contextlib.suppress(NotUnderstood):
            parse(document)


@given(value=JSON)
def test_the_readers_of_shapes_take_anything(value: object) -> None:
    jsonld.many(value)
    jsonld.first(value)
    jsonld.types(value)
    jsonld.id_of(value)
    jsonld.ids_of(value)
    jsonld.audience(value)
    jsonld.ref(value)
    jsonld.refs(value)


@given(body=st.one_of(st.binary(max_size=200), JSON.map(lambda value: json.dumps(value).encode())))
def test_any_body_is_an_object_or_refused(body: bytes) -> None:
    try:
        document = jsonld.load(body)
    except NotUnderstood:
        return
    assert isinstance(document, dict)


@given(document=DOCUMENTS)
def test_what_is_understood_can_be_stored(document: dict[str, Any]) -> None:
    for parse in (parse_note, parse_actor):
        with contextlib.suppress(NotUnderstood):
            stored = msgspec.json.encode(parse(document))  # refuses halves of characters
            assert b"\\u0000" not in stored
