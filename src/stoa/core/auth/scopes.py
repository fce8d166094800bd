"""OAuth scopes, as Mastodon has them: `read` includes `read:statuses`, and so on.  Pure."""

from __future__ import annotations

from functools import cache

_READ = (
    "accounts", "blocks", "bookmarks", "collections", "favourites", "filters", "follows", "lists",
    "mutes", "notifications", "search", "statuses", "me",
)  # fmt: skip
_WRITE = (
    "accounts", "blocks", "bookmarks", "collections", "conversations", "favourites", "filters",
    "follows", "lists", "media", "mutes", "notifications", "reports", "statuses",
)  # fmt: skip
_ADMIN = (
    "accounts", "reports", "domain_allows", "domain_blocks", "ip_blocks", "email_domain_blocks",
    "canonical_email_blocks",
)  # fmt: skip
_FOLLOW = {f"{verb}:{what}" for verb in ("read", "write") for what in ("follows", "blocks", "mutes")}

ALL = frozenset(
    ["read", "write", "follow", "push", "profile", "admin:read", "admin:write"]
    + [f"read:{name}" for name in _READ]
    + [f"write:{name}" for name in _WRITE]
    + [f"admin:{verb}:{name}" for verb in ("read", "write") for name in _ADMIN]
)

DEFAULT = "read"


@cache
def covers(granted: str, wanted: str) -> bool:
    """Whether a token with the space-separated scopes *granted* may do what needs *wanted*."""
    have = granted.split()
    if wanted in have:
        return True
    if wanted == "profile":  # since Mastodon 4.3 a subset of read:accounts
        return "read" in have or "read:accounts" in have
    if wanted in _FOLLOW and "follow" in have:
        return True
    parts = wanted.split(":")
    return any(":".join(parts[:length]) in have for length in range(1, len(parts)))


def unknown(scopes: str) -> list[str]:
    """Those of the space-separated *scopes* that do not exist."""
    return [scope for scope in scopes.split() if scope not in ALL]


def within(scopes: str, allowed: str) -> bool:
    """Whether each of *scopes* is covered by *allowed*, as an app's registration must."""
    return all(covers(allowed, scope) for scope in scopes.split())
