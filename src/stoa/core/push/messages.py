"""What an app is told of a notification: as much as fits on a locked screen.  Pure.

Nothing of what is not for everybody is said here; the app asks for it when it is opened.
"""

from __future__ import annotations

from typing import Any

import msgspec

from stoa.core.accounts.model import AccountView
from stoa.core.notifications.model import NotificationView
from stoa.core.push.encryption import MAX_BYTES
from stoa.core.statuses.model import StatusView
from stoa.ids import Addresses
from stoa.locales.speaking import gettext
from stoa.locales.speaking import gettext_noop as _
from stoa.text.counting import excerpt
from stoa.text.plain import plain_text

BODY_CHARACTERS = 140
NAME_CHARACTERS = 60

_TITLES = {
    "mention": _("{} mentioned you"),
    "status": _("{} posted"),
    "reblog": _("{} boosted your post"),
    "follow": _("{} follows you"),
    "follow_request": _("{} asks to follow you"),
    "favourite": _("{} likes your post"),
    "poll": _("A poll of {} has ended"),
    "update": _("{} edited a post"),
    "quote": _("{} quoted your post"),
    "quoted_update": _("{} edited a post that you quoted"),
    "admin.sign_up": _("{} signed up"),
    "admin.report": _("{} sent a report"),
    "severed_relationships": _("You lost followers, or people you follow"),
    "moderation_warning": _("The moderators have written to you"),
    "added_to_collection": _("{} put you into a collection"),
    "collection_update": _("{} changed a collection that you are in"),
}


# What nobody in particular has done.
_OF_THE_HOUSE = frozenset(("severed_relationships", "moderation_warning"))


def write(
    told: NotificationView,
    sender: AccountView,
    status: StatusView | None,
    *,
    token: str,
    locale: str,
    addresses: Addresses,
) -> bytes:
    """The JSON that Mastodon's apps expect, at most MAX_BYTES, in the language that is spoken (`locales`);
    *locale* is what its owner asked for.
    """
    name = excerpt(sender.display_name or sender.acct, NAME_CHARACTERS)
    message: dict[str, Any] = {
        "access_token": token,
        "preferred_locale": locale,
        "notification_id": told.id,
        "notification_type": told.type,
        "icon": _icon(sender, addresses),
        "title": gettext(_TITLES[told.type]).format(name),
        "body": "" if told.type in _OF_THE_HOUSE else _body(sender, status),
    }
    for spare in ("", "icon", "body"):
        if spare:
            message[spare] = ""
        written = msgspec.json.encode(message)
        if len(written) <= MAX_BYTES:
            break
    return written


def _body(sender: AccountView, status: StatusView | None) -> str:
    if status is None:
        return excerpt(plain_text(sender.note_html), BODY_CHARACTERS)
    if status.visibility not in ("public", "unlisted"):
        return ""
    return excerpt(status.spoiler_text or plain_text(status.content), BODY_CHARACTERS)


def _icon(account: AccountView, addresses: Addresses) -> str:
    if account.avatar_remote_url is not None:
        return addresses.proxied("avatar-small", account.id, account.avatar_remote_url)
    key = account.avatar_static_key or account.avatar_key
    return addresses.media(key) if key else f"{addresses.base}/static/missing-avatar.png"
