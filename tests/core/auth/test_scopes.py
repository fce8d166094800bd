"""What a scope includes."""

from __future__ import annotations

import pytest

from stoa.core.auth.scopes import ALL, covers, unknown, within


@pytest.mark.parametrize(
    ("granted", "wanted", "is_covered"),
    [
        ("read", "read:statuses", True),
        ("read:statuses", "read", False),
        ("read:statuses", "read:accounts", False),
        ("write", "read:statuses", False),
        ("read write", "write:media", True),
        ("follow", "write:follows", True),
        ("follow", "read:mutes", True),
        ("follow", "write:statuses", False),
        ("read:accounts", "profile", True),
        ("profile", "read:accounts", False),
        ("read", "admin:read", False),
        ("admin:read", "admin:read:accounts", True),
        ("admin:read:accounts", "admin:read", False),
        ("", "read", False),
        ("readwrite", "read", False),
    ],
)
def test_a_scope_covers_its_parts_only(granted: str, wanted: str, is_covered: bool) -> None:
    assert covers(granted, wanted) is is_covered


def test_unknown_scopes_are_named() -> None:
    assert unknown("read no:such write:x") == ["no:such", "write:x"]
    assert unknown(" ".join(ALL)) == []


def test_an_app_stays_within_what_it_registered() -> None:
    assert within("read:statuses write", "read write")
    assert not within("read push", "read write")
