"""Account and what stands in it.  Pure."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Any

import msgspec

from stoa.core.accounts.featuring import of_a_stranger, policy_of
from stoa.core.accounts.model import AccountView, Emoji, Field, Role
from stoa.core.accounts.permissions import PERMISSIONS
from stoa.ids import Addresses, iso

ROLES: dict[Role, tuple[str, str]] = {
    # name → (id, label)
    "owner": ("3", "Owner"),
    "admin": ("2", "Admin"),
    "moderator": ("1", "Moderator"),
    "user": ("-99", ""),
}


def render(account: AccountView, addresses: Addresses) -> dict[str, Any]:
    """Account without its counters (`counters`) and without `moved`."""
    if account.suspended_at is not None:
        account = _bare(account)
    avatar, avatar_static = _picture(
        "avatar", account.id, account.avatar_key, account.avatar_static_key, account.avatar_remote_url,
        addresses,
    )  # fmt: skip
    header, header_static = _picture(
        "header", account.id, account.header_key, account.header_static_key, account.header_remote_url,
        addresses,
    )  # fmt: skip
    entity: dict[str, Any] = {
        "id": str(account.id),
        "username": account.username,
        "acct": account.acct,
        "display_name": account.display_name,
        "locked": account.locked,
        "bot": account.bot,
        "discoverable": account.discoverable,
        "indexable": account.indexable,
        "group": account.actor_type == "Group",
        "created_at": iso(account.created_at // 86_400_000 * 86_400_000),
        "note": account.note_html,
        "url": account.url,
        "uri": account.uri,
        "avatar": avatar,
        "avatar_static": avatar_static,
        "avatar_description": account.avatar_description,
        "header": header,
        "header_static": header_static,
        "header_description": account.header_description,
        "hide_collections": account.hide_collections,
        "show_media": account.show_media,
        "show_media_replies": account.show_media_replies,
        "show_featured": account.show_featured,
        "noindex": not account.indexable,
        "emojis": [emoji(one, addresses) for one in account.emojis],
        "roles": _roles(account),
        "fields": [field(one) for one in account.fields],
        "feature_approval": _approval(account),
    }
    if account.memorial:
        entity["memorial"] = True
    if account.suspended_at is not None:
        entity["suspended"] = True
    if account.limited_at is not None:
        entity["limited"] = True
    return entity


def _bare(account: AccountView) -> AccountView:
    """Somebody suspended, of whom nothing is shown but who it is."""
    return msgspec.structs.replace(
        account,
        actor_type="Group" if account.actor_type == "Group" else "Person",
        display_name="",
        note_html="",
        fields=(),
        emojis=(),
        role=None,
        locked=False,
        discoverable=False,
        indexable=False,
        memorial=False,
        feature_policy=None,
        **dict.fromkeys(("avatar_description", "header_description"), ""),
        **dict.fromkeys(_PICTURES),
    )


_PICTURES = (
    "avatar_key", "avatar_static_key", "avatar_remote_url",
    "header_key", "header_static_key", "header_remote_url",
)  # fmt: skip


def counters(
    statuses_count: int, followers_count: int, following_count: int, last_status_at: int | None
) -> dict[str, Any]:
    """The part of an Account that changes with every post and follow."""
    return {
        "statuses_count": statuses_count,
        "followers_count": followers_count,
        "following_count": following_count,
        "last_status_at": None if last_status_at is None else day(last_status_at // 86_400_000),
    }


@lru_cache(maxsize=4096)
def day(days: int) -> str:
    """`2026-11-22` for a number of days since 1970."""
    return iso(days * 86_400_000)[:10]


def field(one: Field) -> dict[str, Any]:
    """Field as shown."""
    verified = None if one.verified_at is None else iso(one.verified_at)
    return {"name": one.name, "value": one.html, "verified_at": verified}


def emoji(one: Emoji, addresses: Addresses) -> dict[str, Any]:
    """CustomEmoji."""
    url = addresses.media(one.key) if one.key else ""
    static = addresses.media(one.static_key) if one.static_key else url
    if one.remote_url is not None:
        url = addresses.proxied("emoji", one.id, one.remote_url)
        static = addresses.proxied("emoji-small", one.id, one.remote_url)
    return {
        "shortcode": one.shortcode,
        "url": url,
        "static_url": static,
        "visible_in_picker": one.visible,
        "category": one.category,
    }


def role(name: Role) -> dict[str, Any]:
    """Role, as people see their own."""
    role_id, label = ROLES[name]
    return {
        "id": role_id,
        "name": label,
        "color": "",
        "permissions": str(PERMISSIONS[name]),
        "highlighted": name != "user",
        "collection_limit": 10,
    }


def _approval(account: AccountView) -> dict[str, Any]:
    """FeatureApproval, for whoever is signed in; "unknown" where it matters who follows whom."""
    policy = policy_of(account)
    return {
        "automatic": [] if policy is None else list(policy.automatic),
        "manual": [] if policy is None else list(policy.manual),
        "current_user": of_a_stranger(policy),
    }


def _roles(account: AccountView) -> list[dict[str, Any]]:
    if account.role is None or account.role == "user":
        return []
    role_id, label = ROLES[account.role]
    return [{"id": role_id, "name": label, "color": ""}]


def _picture(
    family: str,
    account_id: int,
    key: str | None,
    static_key: str | None,
    remote: str | None,
    addresses: Addresses,
) -> tuple[str, str]:
    """Address and that of the still version; those of others have one with us, copy or not."""
    if remote is not None:
        return (
            addresses.proxied(family, account_id, remote),
            addresses.proxied(f"{family}-small", account_id, remote),
        )
    url = addresses.media(key) if key else f"{addresses.base}/static/missing-{family}.png"
    return url, addresses.media(static_key) if static_key else url


@lru_cache(maxsize=16)
def epoch(base_url: str, renderer: int) -> str:
    """Names the address and the renderer that bytes were made for; others are out of date."""
    return hashlib.sha256(f"{base_url} {renderer}".encode()).hexdigest()[:16]
