"""OAuth scopes as sentences for the person who is asked.  Pure."""

from __future__ import annotations

_WHOLE = {
    "read": "read everything you can read here, your private posts and messages included",
    "write": "post, edit and delete for you, and change your profile and settings",
    "follow": "follow, mute and block people for you",
    "push": "send you notifications",
    "profile": "see who you are: your name and picture",
    "admin:read": "read what only the staff may read",
    "admin:write": "moderate as you may",
}
_THINGS = {
    "accounts": "accounts and profiles",
    "blocks": "whom you block",
    "bookmarks": "your bookmarks",
    "canonical_email_blocks": "blocked e-mail addresses",
    "collections": "your collections",
    "conversations": "your conversations",
    "domain_allows": "allowed servers",
    "domain_blocks": "blocked servers",
    "email_domain_blocks": "blocked e-mail hosts",
    "favourites": "your favourites",
    "filters": "your filters",
    "follows": "whom you follow and who follows you",
    "ip_blocks": "blocked IP addresses",
    "lists": "your lists",
    "me": "your own account",
    "media": "pictures and other files",
    "mutes": "whom you mute",
    "notifications": "your notifications",
    "reports": "reports",
    "search": "what search finds for you",
    "statuses": "posts you can see, and your own",
}


def in_words(scopes: str) -> list[str]:
    """One line for each of the space-separated *scopes*."""
    return [_words(scope) for scope in scopes.split()]


def _words(scope: str) -> str:
    if scope in _WHOLE:
        return _WHOLE[scope]
    *verbs, thing = scope.split(":")
    verb = "change" if verbs[-1] == "write" else "read"
    staff = "as staff: " if verbs[0] == "admin" else ""
    return f"{staff}{verb} {_THINGS.get(thing, thing)}"
