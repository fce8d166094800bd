"""CredentialAccount, Profile and Preferences: what people see of themselves.  Pure."""

from __future__ import annotations

from typing import Any

from stoa.api.entities.account import role
from stoa.core.accounts.model import AccountView, Field
from stoa.core.auth.credentials import Credentials
from stoa.ids import Addresses, iso


def private_part(own: Credentials) -> dict[str, Any]:
    """What CredentialAccount has and Account has not."""
    return {
        "source": {
            "privacy": own.default_visibility,
            "sensitive": own.preferences.sensitive,
            "language": own.preferences.language,
            "note": own.note,
            "fields": [_field(field) for field in own.fields],
            "follow_requests_count": own.follow_requests_count,
            "hide_collections": own.hide_collections,
            "discoverable": own.discoverable,
            "indexable": own.indexable,
            "attribution_domains": list(own.attribution_domains),
            "quote_policy": own.preferences.quote_policy,
        },
        "role": role(own.role),
    }


def preferences(own: Credentials) -> dict[str, Any]:
    """Preferences."""
    return {
        "posting:default:visibility": own.default_visibility,
        "posting:default:sensitive": own.preferences.sensitive,
        "posting:default:language": own.preferences.language,
        "posting:default:quote_policy": own.preferences.quote_policy,
        "reading:expand:media": own.preferences.expand_media,
        "reading:expand:spoilers": own.preferences.expand_spoilers,
        "reading:autoplay:gifs": False,
    }


def profile(account: AccountView, addresses: Addresses) -> dict[str, Any]:
    """Profile (Mastodon 4.6): as typed, for editing; null where there is no picture."""
    return {
        "id": str(account.id),
        "display_name": account.display_name,
        "note": account.note,
        "fields": [_field(field) for field in account.fields],
        "avatar": _url(account.avatar_key, addresses),
        "avatar_static": _url(account.avatar_static_key, addresses),
        "avatar_description": account.avatar_description,
        "header": _url(account.header_key, addresses),
        "header_static": _url(account.header_static_key, addresses),
        "header_description": account.header_description,
        "locked": account.locked,
        "bot": account.bot,
        "hide_collections": account.hide_collections,
        "discoverable": account.discoverable,
        "indexable": account.indexable,
        "show_media": account.show_media,
        "show_media_replies": account.show_media_replies,
        "show_featured": account.show_featured,
        "attribution_domains": list(account.attribution_domains),
    }


def _field(field: Field) -> dict[str, Any]:
    verified = None if field.verified_at is None else iso(field.verified_at)
    return {"name": field.name, "value": field.value, "verified_at": verified}


def _url(key: str | None, addresses: Addresses) -> str | None:
    return addresses.media(key) if key else None
