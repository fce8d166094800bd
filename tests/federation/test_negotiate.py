"""Which of a document and a page an Accept header asks for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stoa.federation.negotiate import wants_document

PROFILE = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "document"),
    [
        ("application/activity+json", True),
        (PROFILE, True),  # Mitra, NodeBB
        ("application/ld+json", True),
        ("application/activity+json, application/ld+json", True),  # Mastodon
        (f"application/activity+json, {PROFILE}", True),
        ("application/json", True),
        ("application/activity+json, text/html;q=0.1", True),
        (FIREFOX, False),
        ("*/*", False),
        (None, False),
        ("text/html, application/activity+json;q=0.9", False),
        ("text/html;q=0.8, application/activity+json", True),
    ],
)
def test_servers_get_documents_and_people_pages(accept: str | None, document: bool) -> None:
    assert wants_document(accept) is document


@pytest.mark.parametrize(
    ("accept", "document"),
    [
        ("*/*;q=0.1, application/activity+json", True),
        ("application/activity+json, */*", True),
        ("*/*, application/activity+json", False),
        ("application/activity+json;q=0", False),
        ("APPLICATION/ACTIVITY+JSON", True),
        (
            'application/ld+json; profile="https://other.example https://www.w3.org/ns/activitystreams"',
            True,
        ),
        ('application/ld+json; profile="https://other.example/#"', False),
        (f"{PROFILE};q=0.2, text/html;q=0.3", False),
        (f"text/html;q=0.3, {PROFILE};q=0.9", True),
        ("application/json, text/plain, */*", True),
        ("image/avif,image/webp", False),
        ("", False),
        (",,;;,application/activity+json", True),
        ('application/ld+json; profile="a,text/html"', False),
        ("application/activity+json;q=nonsense", True),
    ],
)
def test_q_values_profiles_and_order_are_read(accept: str, document: bool) -> None:
    assert wants_document(accept) is document


@given(st.text(max_size=300))
def test_whatever_is_sent_is_read(accept: str) -> None:
    assert wants_document(accept) in (True, False)


def test_a_header_made_to_be_slow_is_read_at_once() -> None:
    assert not wants_document("a/b;" + ';"' * 100_000)
    assert not wants_document("," * 100_000)
