"""What roles may do.  Pure.

The bits are Mastodon's (UserRole::FLAGS of 4.6), since apps look at them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from stoa.core.accounts.model import Role

Permission = Literal[
    "administrator", "view_audit_log", "view_dashboard", "manage_reports", "manage_federation",
    "manage_settings", "manage_blocks", "manage_taxonomies", "manage_appeals", "manage_users",
    "manage_rules", "manage_announcements", "manage_custom_emojis", "invite_users", "delete_user_data",
]  # fmt: skip

_BITS: Mapping[Permission, int] = {
    "administrator": 1 << 0,
    "view_audit_log": 1 << 2,
    "view_dashboard": 1 << 3,
    "manage_reports": 1 << 4,
    "manage_federation": 1 << 5,
    "manage_settings": 1 << 6,
    "manage_blocks": 1 << 7,
    "manage_taxonomies": 1 << 8,
    "manage_appeals": 1 << 9,
    "manage_users": 1 << 10,
    "manage_rules": 1 << 12,
    "manage_announcements": 1 << 13,
    "manage_custom_emojis": 1 << 14,
    "invite_users": 1 << 16,
    "delete_user_data": 1 << 19,
}

PERMISSIONS: Mapping[Role, int] = {
    "owner": 1,
    "admin": 0xFFFFE,
    "moderator": 0x8 | 0x10 | 0x4 | 0x100 | 0x400 | 0x10000,
    "user": 0x10000,
}
RANK: tuple[Role, ...] = ("user", "moderator", "admin", "owner")


def may(role: Role, *any_of: Permission) -> bool:
    """Whether somebody with *role* may do one of these; an owner may do everything."""
    granted = PERMISSIONS[role]
    return bool(granted & 1) or any(granted & _BITS[one] for one in any_of)


def overrides(role: Role, other: Role | None) -> bool:
    """Whether somebody with *role* may act on somebody with the role *other* (None: of another server)."""
    return RANK.index(role) > RANK.index(other or "user")
