"""Digests of followers collections."""

from __future__ import annotations

from stoa.federation.deliver import sync
from stoa.ids import Addresses

# The example of FEP-8fcf, "The digest".
FOLLOWERS = ["https://testing.example.org/users/1", "https://testing.example.org/users/2"]
COMBINED = "c33f48cd341ef046a206b8a72ec97af65079f9a3a9b90eef79c5920dce45c61f"


def test_the_digest_of_the_proposal() -> None:
    assert sync.digest(FOLLOWERS) == COMBINED


def test_the_order_of_followers_does_not_matter_and_nobody_is_zeros() -> None:
    assert sync.digest(reversed(FOLLOWERS)) == COMBINED
    assert sync.digest([]) == "0" * 64


def test_the_header_names_the_collection_and_where_to_ask() -> None:
    value = sync.header("https://home.example/ap/users/1", FOLLOWERS, Addresses("https://home.example"))
    assert value == (
        'collectionId="https://home.example/ap/users/1/followers", '
        'url="https://home.example/ap/users/1/followers_synchronization", '
        f'digest="{COMBINED}"'
    )
