"""What a post is where its author does not say: their own preferences, and a reply's manners."""

from __future__ import annotations

import msgspec
from sqlalchemy import bindparam, select

from stoa.core.auth.model import preferences_of
from stoa.core.policy.draft import VISIBILITIES, QuotePolicy, Visibility
from stoa.core.statuses.visibility import visible
from stoa.db import Connection, Query
from stoa.db.tables import accounts, users

_preferred = Query(
    select(users.c.settings, accounts.c.locked)
    .select_from(users.join(accounts, accounts.c.id == users.c.account_id))
    .where(users.c.account_id == bindparam("account"))
)


class Defaults(msgspec.Struct, frozen=True, kw_only=True):
    """How to fill what was left open."""

    visibility: Visibility = "public"
    sensitive: bool = False
    language: str | None = None
    quote_policy: QuotePolicy = "public"


async def preferred(conn: Connection, account_id: int, *, in_reply_to_id: int | None = None) -> Defaults:
    """The author's preferences; a reply is told to no wider circle than what it answers."""
    row = await conn.first(_preferred, account=account_id)
    if row is None:
        return Defaults()
    preferences = preferences_of(row.settings)
    visibility: Visibility = preferences.visibility or ("private" if row.locked else "public")
    if in_reply_to_id is not None:
        parent = (await visible(conn, [in_reply_to_id], account_id)).get(in_reply_to_id)
        if parent is not None:
            visibility = max(visibility, parent.visibility, key=VISIBILITIES.index)
    return Defaults(
        visibility=visibility,
        sensitive=preferences.sensitive,
        language=preferences.language,
        quote_policy=preferences.quote_policy,
    )
