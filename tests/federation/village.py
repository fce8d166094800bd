"""Values to render: people and posts as core/accounts and core/statuses show them.  No database."""

from __future__ import annotations

from typing import Any

from stoa.core.accounts.model import AccountView
from stoa.core.media.attachments import MediaView
from stoa.core.statuses.model import StatusView
from stoa.ids import Addresses

DOMAIN = "home.example"
HERE = Addresses(f"https://{DOMAIN}")
AT = 1_795_000_000_123
ALICE, BOB = HERE.actor(1), HERE.actor(3)


def account(username: str = "alice", **columns: Any) -> AccountView:
    """Somebody who lives here."""
    said: dict[str, Any] = {
        "id": 1, "username": username, "domain": "", "uri": ALICE,
        "url": HERE.profile(username), "actor_type": "Person", "display_name": username.title(),
        "note": "", "note_html": "", "fields": (), "emojis": (), "avatar_key": None,
        "avatar_static_key": None, "avatar_remote_url": None, "avatar_description": "",
        "header_key": None, "header_static_key": None, "header_remote_url": None,
        "header_description": "", "locked": False, "discoverable": True, "indexable": True,
        "hide_collections": False, "show_media": True, "show_media_replies": True,
        "show_featured": True, "memorial": False, "suspended_at": None, "limited_at": None,
        "moved_to_id": None, "role": "user", "attribution_domains": (), "followers_count": 0,
        "following_count": 0, "statuses_count": 0, "last_status_at": None, "version": 1,
        "created_at": AT,
    }  # fmt: skip
    return AccountView(**{**said, **columns})


def status(**columns: Any) -> StatusView:
    """A post of alice's."""
    said: dict[str, Any] = {
        "id": 7, "account": account(), "uri": HERE.note(ALICE, 7), "url": HERE.status("alice", 7),
        "local": True, "content": "<p>Hello.</p>", "content_type": "text/plain", "text": "Hello.",
        "title": None, "teaser": "", "spoiler_text": "", "visibility": "public", "quote_policy": "public",
        "sensitive": False, "language": "en", "in_reply_to_id": None, "in_reply_to_account_id": None,
        "conversation_id": 7, "reblog_of_id": None, "quote_of_id": None, "quote_state": None,
        "application": None, "media": (), "mentions": (), "tags": (), "emojis": (), "poll_id": None,
        "version": 1, "created_at": AT, "edited_at": None,
    }  # fmt: skip
    return StatusView(**{**said, **columns})


def media(**columns: Any) -> MediaView:
    """A picture."""
    said: dict[str, Any] = {
        "id": 3, "account_id": 1, "status_id": 7, "kind": "image", "mime": "image/png",
        "description": "A harbour.", "focus_x": 0.5, "focus_y": -0.25,
        "blurhash": "LEHV6nWB2yk8pyo0adR*.7kCMdnj",
        "meta": {"original": {"width": 640, "height": 480, "size": "640x480", "aspect": 1.333333}},
        "key": "aa/harbour.png", "preview_key": "aa/small.png", "remote_url": None,
    }  # fmt: skip
    return MediaView(**{**said, **columns})
