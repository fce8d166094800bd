"""OAuth scopes as sentences for the person who is asked.  Pure."""

from __future__ import annotations

from stoa.locales.speaking import gettext, gettext_noop

_WHOLE = {
    "read": gettext_noop("read everything you can read here, your private posts and messages included"),
    "write": gettext_noop("post, edit and delete for you, and change your profile and settings"),
    "follow": gettext_noop("follow, mute and block people for you"),
    "push": gettext_noop("send you notifications"),
    "profile": gettext_noop("see who you are: your name and picture"),
    "admin:read": gettext_noop("read what only the staff may read"),
    "admin:write": gettext_noop("moderate as you may"),
}
_THINGS = {
    "accounts": gettext_noop("accounts and profiles"),
    "blocks": gettext_noop("whom you block"),
    "bookmarks": gettext_noop("your bookmarks"),
    "canonical_email_blocks": gettext_noop("blocked e-mail addresses"),
    "collections": gettext_noop("your collections"),
    "conversations": gettext_noop("your conversations"),
    "domain_allows": gettext_noop("allowed servers"),
    "domain_blocks": gettext_noop("blocked servers"),
    "email_domain_blocks": gettext_noop("blocked e-mail hosts"),
    "favourites": gettext_noop("your favourites"),
    "filters": gettext_noop("your filters"),
    "follows": gettext_noop("whom you follow and who follows you"),
    "ip_blocks": gettext_noop("blocked IP addresses"),
    "lists": gettext_noop("your lists"),
    "me": gettext_noop("your own account"),
    "media": gettext_noop("pictures and other files"),
    "mutes": gettext_noop("whom you mute"),
    "notifications": gettext_noop("your notifications"),
    "reports": gettext_noop("reports"),
    "search": gettext_noop("what search finds for you"),
    "statuses": gettext_noop("posts you can see, and your own"),
}


# For translators: of whole lists such as "your bookmarks", said to whom they belong.
_READ = gettext_noop("read %(things)s")
_CHANGE = gettext_noop("change %(things)s")
_READ_AS_STAFF = gettext_noop("as staff: read %(things)s")
_CHANGE_AS_STAFF = gettext_noop("as staff: change %(things)s")


def in_words(scopes: str) -> list[str]:
    """One line for each of the space-separated *scopes*."""
    return [_words(scope) for scope in scopes.split()]


def _words(scope: str) -> str:
    if scope in _WHOLE:
        return gettext(_WHOLE[scope])
    *verbs, thing = scope.split(":")
    said = _CHANGE if verbs[-1] == "write" else _READ
    if verbs[0] == "admin":
        said = _CHANGE_AS_STAFF if verbs[-1] == "write" else _READ_AS_STAFF
    return gettext(said) % {"things": gettext(_THINGS.get(thing, thing))}
