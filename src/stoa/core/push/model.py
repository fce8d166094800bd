"""Subscriptions, as values."""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

from stoa.core.notifications.model import Type

Policy = Literal["all", "followed", "follower", "none"]
KINDS: frozenset[str] = frozenset(get_args(Type))


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """Where the app of one token wants to be told, and of what: *alerts* has the kinds that it named."""

    id: int
    token_id: int
    account_id: int
    endpoint: str
    app_key: str  # base64
    secret: str  # base64
    standard: bool
    alerts: dict[str, bool]
    policy: Policy
