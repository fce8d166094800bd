"""Documents are kept for a while, and no more of them than fit."""

from __future__ import annotations

from stoa.federation.documents import SECONDS, Documents


def test_what_was_made_is_given_again_for_a_while() -> None:
    now = [0.0]
    documents = Documents(clock=lambda: now[0])
    made = documents.put("a", {"id": 1})
    assert documents.get("a") == made
    now[0] = SECONDS + 1
    assert documents.get("a") is None
    assert documents.put("a", {"id": 1}).etag == made.etag
    assert documents.put("a", {"id": 2}).etag != made.etag


def test_the_oldest_make_room() -> None:
    documents = Documents(budget=100)
    for number in range(100):
        documents.put(number, {"id": "x" * 20})
    kept = [number for number in range(100) if documents.get(number)]
    assert kept == [97, 98, 99]
    documents.put("big", {"id": "x" * 1000})
    assert [number for number in range(100) if documents.get(number)] == []


def test_putting_the_same_again_takes_no_more_room() -> None:
    documents = Documents(budget=100)
    documents.put("a", {"id": "x" * 20})
    for _ in range(50):
        documents.put("b", {"id": "x" * 20})
    assert documents.get("a") is not None
