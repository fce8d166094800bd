"""Collections, embedded or by their pages."""

from __future__ import annotations

import pytest

from stoa.federation.parse.collection import collection_of, parse_collection
from stoa.federation.parse.jsonld import MAX_ITEMS, NotUnderstood

ID = "https://there.example/c"


def test_items_stand_in_the_document_or_on_its_first_page() -> None:
    whole = parse_collection(
        {"id": ID, "type": "OrderedCollection", "orderedItems": [ID + "/1"], "totalItems": 9}
    )
    assert ([one.id for one in whole.items], whole.next, whole.total) == ([ID + "/1"], None, 9)
    page = {"type": "CollectionPage", "items": {"id": ID + "/2"}, "next": ID + "?page=2", "partOf": ID}
    inline = parse_collection({"id": ID, "type": "Collection", "first": page})
    assert ([one.id for one in inline.items], inline.next) == ([ID + "/2"], ID + "?page=2")
    by_address = parse_collection({"id": ID, "type": "Collection", "first": ID + "?page=1"})
    assert (by_address.items, by_address.next) == ((), ID + "?page=1")
    assert parse_collection(page).part_of == ID


def test_an_empty_first_page_with_an_address_is_asked_again() -> None:
    page = {"id": ID + "?page=1", "type": "CollectionPage"}
    assert parse_collection({"id": ID, "type": "Collection", "first": page}).next == ID + "?page=1"


def test_no_more_items_are_read_than_allowed() -> None:
    many = [f"{ID}/{number}" for number in range(5_000)]
    assert len(parse_collection({"type": "Collection", "items": many}).items) == MAX_ITEMS


def test_what_is_no_collection_is_refused_or_none() -> None:
    with pytest.raises(NotUnderstood):
        parse_collection({"id": ID, "type": "Note"})
    assert collection_of(None) is None
    assert collection_of("") is None
    found = collection_of(ID)
    assert found is not None
    assert (found.id, found.next) == (ID, ID)
