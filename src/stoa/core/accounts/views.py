"""Accounts as shown, many at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import bindparam, select

from stoa.core.accounts.model import AccountView, Emoji, FeaturePolicy, Field
from stoa.core.errors import NotFound
from stoa.db import Connection, Query, Row, any_of
from stoa.db.tables import accounts, custom_emojis, users

_COLUMNS = [accounts.c[name] for name in AccountView.__struct_fields__ if name not in ("emojis", "role")]
_load = Query(
    select(*_COLUMNS, users.c.role)
    .select_from(accounts.outerjoin(users, users.c.account_id == accounts.c.id))
    .where(any_of(accounts.c.id, "ids"))
)
_find = Query(
    select(accounts.c.id).where(
        accounts.c.username_key == bindparam("username_key"), accounts.c.domain == bindparam("domain")
    )
)
_counters = Query(
    select(
        accounts.c.id,
        accounts.c.version,
        accounts.c.statuses_count,
        accounts.c.followers_count,
        accounts.c.following_count,
        accounts.c.last_status_at,
    ).where(any_of(accounts.c.id, "ids"))
)
_emojis = Query(
    select(
        custom_emojis.c.id,
        custom_emojis.c.shortcode,
        custom_emojis.c.domain,
        custom_emojis.c.key,
        custom_emojis.c.static_key,
        custom_emojis.c.remote_url,
        custom_emojis.c.category,
        custom_emojis.c.visible,
    ).where(any_of(custom_emojis.c.shortcode, "shortcodes"), custom_emojis.c.disabled.is_(False))
)

# The colon first, which is looked for faster than what may not stand before it.
SHORTCODE = re.compile(r":(?<![A-Za-z0-9_:]:)([A-Za-z0-9_]{2,64}):(?![A-Za-z0-9_:])")
_MAX_EMOJIS = 200


async def load(conn: Connection, account_ids: Iterable[int]) -> dict[int, AccountView]:
    """id → account, for those that exist; two queries, or one where no emoji is used."""
    rows = await conn.all(_load, ids=list(account_ids))
    texts = {row.id: _texts(row) for row in rows}
    emojis = await emojis_in(conn, [(row.domain, texts[row.id]) for row in rows])
    return {
        row.id: AccountView(
            **{
                **row._asdict(),
                "fields": tuple(msgspec.convert(field, Field) for field in row.fields),
                "attribution_domains": tuple(row.attribution_domains),
                "emojis": used,
                "feature_policy": msgspec.convert(row.feature_policy, FeaturePolicy | None),
            }
        )
        for row, used in zip(rows, emojis, strict=True)
    }


async def get(conn: Connection, account_id: int) -> AccountView:
    """The account.  Raises NotFound."""
    found = await load(conn, [account_id])
    if account_id not in found:
        raise NotFound
    return found[account_id]


async def counters(conn: Connection, account_ids: Iterable[int]) -> dict[int, Row]:
    """id → (version, statuses_count, followers_count, following_count, last_status_at)."""
    return {row.id: row for row in await conn.all(_counters, ids=list(account_ids))}


async def find_by_acct(conn: Connection, acct: str, local_domain: str) -> int | None:
    """The id of `alice`, `@alice`, `alice@our.domain` or `Carl@There.example`, if we know them."""
    username, _, domain = acct.strip().removeprefix("@").partition("@")
    domain = domain.lower()
    if domain == local_domain:
        domain = ""
    found: int | None = await conn.scalar(_find, username_key=username.lower(), domain=domain)
    return found


async def emojis_in(conn: Connection, texts: Sequence[tuple[str, str]]) -> list[tuple[Emoji, ...]]:
    """For each (domain, text), the custom emojis of that domain that the text uses."""
    wanted = [
        list(dict.fromkeys(SHORTCODE.findall(text)))[:_MAX_EMOJIS] if ":" in text else []
        for _, text in texts
    ]
    shortcodes = sorted({shortcode for one in wanted for shortcode in one})
    if not shortcodes:
        return [() for _ in texts]
    known: dict[tuple[str, str], Emoji] = {
        (row.domain, row.shortcode): Emoji(
            shortcode=row.shortcode,
            key=row.key,
            static_key=row.static_key,
            remote_url=row.remote_url,
            category=row.category,
            visible=row.visible,
            id=row.id,
        )
        for row in await conn.all(_emojis, shortcodes=shortcodes)
    }
    return [
        tuple(known[domain, code] for code in codes if (domain, code) in known)
        for (domain, _), codes in zip(texts, wanted, strict=True)
    ]


def _texts(row: Any) -> str:
    fields = " ".join(f"{field['name']} {field['value']}" for field in row.fields)
    return f"{row.display_name} {row.note_html} {fields}"
