"""Instance, old and new: what an app asks first.  Pure."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from importlib.metadata import version
from typing import Any

from stoa.api.entities import rule as rule_entity
from stoa.core.accounts import profile
from stoa.core.instances.figures import Figures
from stoa.core.instances.rules import Rule
from stoa.core.media.model import EXTENSIONS, FILM_TYPES
from stoa.core.policy import judge
from stoa.core.statuses import featured_tags
from stoa.settings import Settings

# The Mastodon whose API this is; apps compare the first three numbers.
MASTODON = "4.6.0"
# What changed in that API counts up (4.3 is 2, 4.5 is 7, 4.6 with collections is 10); apps ask for a
# feature by this number.
API_VERSION = 10
VERSION = f"{MASTODON} (compatible; Stoa {version('stoa')})"
CHARACTERS_PER_URL = 23


def configuration(settings: Settings) -> dict[str, Any]:
    """The limits, as both kinds of Instance have them."""
    return {
        "accounts": {
            "max_featured_tags": featured_tags.MAX_FEATURED,
            "max_pinned_statuses": settings.max_pinned,
            "max_display_name_length": profile.MAX_DISPLAY_NAME,
            "max_note_length": profile.MAX_NOTE,
            "max_avatar_description_length": profile.MAX_DESCRIPTION,
            "max_header_description_length": profile.MAX_DESCRIPTION,
            "max_profile_fields": settings.max_profile_fields,
            "profile_field_name_limit": profile.MAX_FIELD_NAME,
            "profile_field_value_limit": profile.MAX_FIELD_VALUE,
        },
        "statuses": {
            "max_characters": settings.max_characters,
            "max_media_attachments": settings.max_attachments,
            "characters_reserved_per_url": CHARACTERS_PER_URL,
            # Beyond Mastodon: how apps of its forks learn that they may send Markdown.
            "supported_mime_types": ["text/plain", "text/markdown", "text/html"],
        },
        "media_attachments": {
            "supported_mime_types": [*EXTENSIONS, "image/heic", "image/heif", "image/avif", *FILM_TYPES],
            "description_limit": profile.MAX_DESCRIPTION,
            "image_size_limit": settings.max_picture_bytes,
            "image_matrix_limit": settings.max_picture_pixels,
            "video_size_limit": settings.max_film_bytes,
            "video_frame_rate_limit": settings.max_film_frame_rate,
            "video_matrix_limit": settings.max_film_pixels,
        },
        "polls": {
            "max_options": settings.max_poll_options,
            "max_characters_per_option": settings.max_poll_option_characters,
            "min_expiration": judge.MIN_POLL_SECONDS,
            "max_expiration": judge.MAX_POLL_SECONDS,
        },
    }


def streaming_url(settings: Settings) -> str:
    """Where the stream is: `ws://` beside `http://`."""
    return "ws" + settings.base_url.removeprefix("http")


def render(
    settings: Settings,
    *,
    figures: Figures,
    rules: Sequence[Rule],
    contact: dict[str, Any] | None,
    has_terms: bool,
    server_key: str,
    campaign: str | None,
) -> dict[str, Any]:
    """Instance (v2); *contact* is an Account, *server_key* what apps need for Web Push, *campaign* the
    year that members look back on just now.
    """
    base = settings.base_url
    open_to_all = {"local": "public", "remote": "public"}
    return {
        "domain": settings.domain,
        "title": settings.title,
        "version": VERSION,
        "source_url": settings.source_url or f"{base}/about",
        "description": settings.description,
        "wrapstodon": campaign,
        "usage": {"users": {"active_month": figures.active}},
        "thumbnail": {"url": f"{base}/static/icon-180.png", "description": ""},
        "icon": [{"src": f"{base}/static/icon-180.png", "size": "180x180"}],
        "languages": list(settings.languages),
        "configuration": {
            "urls": {
                "streaming": streaming_url(settings),
                "status": None,
                "about": f"{base}/about",
                "privacy_policy": f"{base}/privacy-policy",
                "terms_of_service": f"{base}/terms-of-service" if has_terms else None,
            },
            "vapid": {"public_key": server_key},
            **configuration(settings),
            "translation": {"enabled": settings.translation != "off"},
            "timelines_access": {
                "live_feeds": open_to_all,
                "hashtag_feeds": open_to_all,
                "trending_link_feeds": open_to_all,
            },
            "limited_federation": False,
        },
        "registrations": {
            "enabled": settings.registrations in ("open", "approval"),
            "approval_required": settings.registrations == "approval",
            "reason_required": settings.registrations == "approval",
            "message": None,
            "min_age": None,
            "url": None,
        },
        "api_versions": {"mastodon": API_VERSION},
        "contact": {"email": settings.contact_email, "account": contact},
        "rules": [rule_entity.render(rule) for rule in rules],
    }


def render_v1(
    settings: Settings,
    *,
    figures: Figures,
    rules: Sequence[Rule],
    contact: dict[str, Any] | None,
    has_terms: bool,
) -> dict[str, Any]:
    """V1::Instance, for apps from before 2022."""
    return {
        "uri": settings.domain,
        "title": settings.title,
        "short_description": escape(settings.description),
        "description": escape(settings.description),
        "email": settings.contact_email,
        "version": VERSION,
        "urls": {"streaming_api": streaming_url(settings)},
        "stats": {
            "user_count": figures.members,
            "status_count": figures.posts,
            "domain_count": figures.domains,
        },
        "thumbnail": f"{settings.base_url}/static/icon-180.png",
        "languages": list(settings.languages),
        "registrations": settings.registrations in ("open", "approval"),
        "approval_required": settings.registrations == "approval",
        "invites_enabled": settings.registrations == "invite",
        "configuration": configuration(settings),
        "contact_account": contact,
        "rules": [rule_entity.render(rule) for rule in rules],
    }
