"""One or many, string or object, with or without a prefix."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from stoa.federation.parse import jsonld
from stoa.federation.parse.jsonld import AS, PUBLIC, NotUnderstood, Ref
from stoa.federation.parse.note import parse_note

ID = "https://there.example/1"


def _nested(levels: int) -> bytes:
    return b'{"a":' * levels + b"{}" + b"}" * levels


def test_a_body_of_one_megabyte_is_read_and_a_larger_one_is_not() -> None:
    filler = b'{"a":"' + b"x" * (jsonld.MAX_BYTES - 8) + b'"}'
    assert len(filler) == jsonld.MAX_BYTES
    assert jsonld.load(filler)["a"].startswith("x")
    with pytest.raises(NotUnderstood, match="more than"):
        jsonld.load(filler + b" ")


def test_sixty_four_levels_are_read_and_more_are_not() -> None:
    assert jsonld.load(_nested(jsonld.MAX_DEPTH - 1))
    with pytest.raises(NotUnderstood, match="deeper"):
        jsonld.load(_nested(jsonld.MAX_DEPTH))
    with pytest.raises(NotUnderstood):
        jsonld.load(_nested(100_000))


@pytest.mark.parametrize("body", [b"", b"[]", b'"x"', b"null", b"{", b'{"a":NaN}', b'{"a":1}x', b"\xff{}"])
def test_what_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(NotUnderstood):
        jsonld.load(body)


@pytest.mark.parametrize("key", ["@graph", "@included", "@reverse"])
def test_documents_that_need_a_processor_are_refused_at_any_depth(key: str) -> None:
    """CVE-2026-42462, CVE-2026-48028, GHSA-chgx-jx3p-rf73."""
    documents: list[dict[str, Any]] = [{key: []}, {"object": {"tag": [{key: {}}]}}]
    for document in documents:
        with pytest.raises(NotUnderstood, match=key):
            jsonld.load(orjson.dumps(document))
    assert jsonld.load(orjson.dumps({"@context": [{"replyOf": {key: "as:replies"}}]}))


def test_a_context_renames_nothing() -> None:
    """CVE-2022-24307, CVE-2024-32983."""
    found = parse_note(
        {
            "@context": [AS[:-1], {"attributedTo": "as:name", "name": "as:attributedTo", "to": None}],
            "id": ID, "type": "Note", "attributedTo": "https://there.example/carl",
            "name": "https://there.example/alice", "content": "x", "to": "as:Public",
        }
    )  # fmt: skip
    assert found.author == "https://there.example/carl"
    assert found.visibility(None) == "public"


@pytest.mark.parametrize("spelling", [PUBLIC, "as:Public", "Public", {"id": PUBLIC}, ["Public"]])
def test_the_public_collection_is_known_by_every_name(spelling: Any) -> None:
    assert jsonld.audience(spelling) == (PUBLIC,)


@pytest.mark.parametrize(
    "document",
    [
        {"type": "Note", "id": ID},
        {"@type": "Note", "@id": ID},
        {"as:type": "as:Note", "as:id": ID},
        {"type": ["Object", AS + "Note"], "id": [ID]},
    ],
)
def test_aliases_and_prefixes_say_the_same(document: dict[str, Any]) -> None:
    assert jsonld.type_among(document, {"Note"}) == "Note"
    assert jsonld.id_of(document) == ID


@pytest.mark.parametrize(
    "value",
    [
        ID,
        [ID],
        {"id": ID},
        [{"id": ID}],
        {"@id": ID},
        {"id": [ID]},
        {"type": "Link", "href": ID},
        [None, ID],
        {"@list": [ID]},
    ],
)
def test_an_id_is_found_in_every_shape(value: Any) -> None:
    assert jsonld.id_of(value) == ID
    assert jsonld.ids_of(value) == (ID,)


@pytest.mark.parametrize(
    "value", [None, "", [], {}, 1, True, "tag:x", "javascript:x", {"href": ID}, {"id": 1}]
)
def test_what_is_no_id_is_none(value: Any) -> None:
    assert jsonld.id_of(value) is None


def test_ids_stay_as_they_were_sent() -> None:
    odd = "https://THERE.example:443//a/%2c,/?b=1&amp;c#d/"
    assert jsonld.id_of(odd) == odd
    assert jsonld.ids_of([odd, odd.replace("%2c", ",")]) == (odd, odd.replace("%2c", ","))


def test_embedded_things_are_kept_beside_their_id() -> None:
    assert jsonld.ref({"id": ID, "x": 1}) == Ref(ID, {"id": ID, "x": 1})
    assert jsonld.ref({"type": "Follow"}) == Ref(None, {"type": "Follow"})
    assert jsonld.refs([ID, 3, {"id": ID}]) == (Ref(ID), Ref(ID, {"id": ID}))


def test_no_more_items_are_read_than_allowed() -> None:
    assert len(jsonld.many([None, *range(5_000)])) == jsonld.MAX_ITEMS
    assert jsonld.many([1, 2, 3], 2) == [1, 2]


@pytest.mark.parametrize("context", [AS[:-1], [AS[:-1], {}], "http://www.w3.org/ns/activitystreams", AS])
def test_a_document_says_that_it_is_activitystreams(context: Any) -> None:
    jsonld.require_context({"@context": context})


@pytest.mark.parametrize("context", [None, [], {}, "https://evil.example/context", [{"@vocab": AS}]])
def test_a_document_of_another_vocabulary_is_refused(context: Any) -> None:
    with pytest.raises(NotUnderstood):
        jsonld.require_context({"@context": context})
