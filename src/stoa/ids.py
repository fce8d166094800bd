"""Time-ordered ids and every public address we mint.

An id is `unix milliseconds << 16 | sequence`, as in Mastodon: clients build ids from dates and read
dates from ids (reference/clients.md, ground 6).  Ids of one process strictly grow.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import threading
import time
from datetime import UTC, datetime

_lock = threading.Lock()
# Several processes on one database start their sequences apart, so that they rarely meet; a
# collision is still refused by the primary key.
_sequence = secrets.randbelow(1 << 16) ^ (os.getpid() & 0xFFFF)
_last = 0


def new_id(at_ms: int | None = None) -> int:
    """A fresh id, greater than all this process made before; or one for the time *at_ms* (imports)."""
    global _sequence, _last
    with _lock:
        _sequence = (_sequence + 1) & 0xFFFF
        if at_ms is not None:
            return at_ms << 16 | _sequence
        made = now_ms() << 16 | _sequence
        # Within one millisecond the sequence may wrap, and clocks may step back.
        if made <= _last:
            made = _last + 1
        _last = made
        return made


def now_ms() -> int:
    """Unix time in milliseconds, the unit of every stored time."""
    return time.time_ns() // 1_000_000


def time_of(some_id: int) -> int:
    """The unix milliseconds in which the id was made."""
    return some_id >> 16


def iso(ms: int) -> str:
    """`2026-11-22T17:42:32.123Z`, as the Mastodon API writes times."""
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{ms % 1000:03d}Z"


def proxied(kind: str, number: int, url: str) -> str:
    """The path, with us, of a file of another server: the *kind* of file of record *number* that lies
    at *url*.  Nobody guesses it who does not know *url*, and it changes along with that.
    """
    return f"/proxy/{kind}/{number}/{hashlib.sha256(url.encode('utf-8', 'replace')).hexdigest()[:20]}"


class Addresses:
    """The public addresses of what lives here.  One place, so that none is spelt twice."""

    def __init__(self, base_url: str) -> None:
        """*base_url* has no trailing slash."""
        self.base = base_url

    def profile(self, username: str) -> str:
        """The page of a local account."""
        return f"{self.base}/@{username}"

    def actor(self, account_id: int) -> str:
        """The ActivityPub id of a new local account, which no change of name touches.

        Accounts of the first schema have `/users/NAME`: ask the account (`uri`), not this.
        """
        return f"{self.base}/ap/users/{account_id}"

    def status(self, username: str, status_id: int) -> str:
        """The permalink of a local status."""
        return f"{self.base}/@{username}/{status_id}"

    def annual_report(self, username: str, year: int, key: str) -> str:
        """The page of a year of a local account, for those who were told the *key*."""
        return f"{self.profile(username)}/wrapstodon/{year}/{key}"

    def note(self, actor: str, status_id: int) -> str:
        """The ActivityPub id of a local status; *actor* is the id of its author."""
        return f"{actor}/statuses/{status_id}"

    def tag(self, name: str) -> str:
        """The page of a hashtag; *name* without `#`."""
        return f"{self.base}/tags/{name}"

    def media(self, key: str) -> str:
        """A stored file."""
        return f"{self.base}/media/{key}"

    def proxied(self, kind: str, number: int, url: str) -> str:
        """A file of another server, as `proxied` has it."""
        return f"{self.base}{proxied(kind, number, url)}"

    # From here on what only other servers ask for; *actor* is the id of a local account.

    def inbox(self, actor: str) -> str:
        """Where others deliver to a local account."""
        return f"{actor}/inbox"

    def outbox(self, actor: str) -> str:
        """The collection of what a local account did in public."""
        return f"{actor}/outbox"

    def followers(self, actor: str) -> str:
        """The collection of those who follow a local account."""
        return f"{actor}/followers"

    def following(self, actor: str) -> str:
        """The collection of those a local account follows."""
        return f"{actor}/following"

    def featured(self, actor: str) -> str:
        """The collection of pinned posts."""
        return f"{actor}/collections/featured"

    def featured_tags(self, actor: str) -> str:
        """The collection of hashtags shown on a profile."""
        return f"{actor}/collections/tags"

    def featured_collections(self, actor: str) -> str:
        """The list of the collections that a local account has made (FEP-7aa9)."""
        return f"{actor}/featured_collections"

    def collection(self, actor: str, collection_id: int) -> str:
        """The ActivityPub id of one of them."""
        return f"{actor}/collections/{collection_id}"

    def collection_item(self, collection: str, item_id: int) -> str:
        """The id of somebody's place in the *collection*."""
        return f"{collection}/items/{item_id}"

    def collection_page(self, collection_id: int) -> str:
        """The page of a collection."""
        return f"{self.base}/collections/{collection_id}"

    def series(self, actor: str, series_id: int) -> str:
        """The ActivityPub id of a series of posts."""
        return f"{actor}/series/{series_id}"

    def series_page(self, username: str, series_id: int) -> str:
        """The page of a series."""
        return f"{self.base}/@{username}/series/{series_id}"

    def followers_synchronization(self, actor: str) -> str:
        """Those followers who live on the server that asks (FEP-8fcf)."""
        return f"{actor}/followers_synchronization"

    def key(self, actor: str, kind: str = "rsa") -> str:
        """The id of the key of *actor* (an actor's id): "rsa" or "ed25519"."""
        return f"{actor}#main-key" if kind == "rsa" else f"{actor}#{kind}-key"

    def moderators(self, actor: str) -> str:
        """The moderators of a group that lives here."""
        return f"{actor}/moderators"

    def deed(self, actor: str, kind: str, number: int) -> str:
        """The id of something *actor* did that is no document of its own: a like, a follow, an undo.

        A fragment, so that asking for it gives the actor: it may not be shown, but does not lie.
        """
        return f"{actor}#{kind}/{number}"

    def note_part(self, note: str, part: str) -> str:
        """`activity`, `replies`, `likes`, `shares` of *note* (a local status's ActivityPub id)."""
        return f"{note}/{part}"

    def quote_authorization(self, actor: str, number: int) -> str:
        """The stamp by which a local account lets a quote stand (FEP-044f)."""
        return self.authorization(actor, "Quote", number)

    def authorization(self, actor: str, kind: str, number: int) -> str:
        """The same for any *kind* of deed: Quote, Reply, Like, Announce."""
        return f"{actor}/{kind.lower()}_authorizations/{number}"

    def context(self, conversation_id: int) -> str:
        """The collection of a conversation that began here (FEP-7888)."""
        return f"{self.base}/contexts/{conversation_id}"

    def emoji(self, shortcode: str) -> str:
        """The document of one of our custom emoji."""
        return f"{self.base}/emojis/{shortcode}"

    @property
    def shared_inbox(self) -> str:
        """Where others deliver once for everyone here."""
        return f"{self.base}/inbox"

    @property
    def instance_actor(self) -> str:
        """The actor that is the server itself; it signs what nobody here asked for."""
        return f"{self.base}/actor"

    @property
    def authorize_interaction(self) -> str:
        """Where somebody who lives here confirms what they began on another server."""
        return f"{self.base}/authorize_interaction"

    @property
    def share(self) -> str:
        """Where somebody who lives here begins a post from elsewhere."""
        return f"{self.base}/share"

    def nodeinfo(self, version: str) -> str:
        """The NodeInfo document, "2.0" or "2.1"."""
        return f"{self.base}/nodeinfo/{version}"

    @property
    def webfinger_template(self) -> str:
        """WebFinger with `{uri}` for what is asked, as host-meta names it."""
        return f"{self.base}/.well-known/webfinger?resource={{uri}}"
