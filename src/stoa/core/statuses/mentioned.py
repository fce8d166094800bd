"""From handles in a text to the accounts they name.

Those on other servers whom nobody here has met yet are asked for by `introduce`, before any
transaction; `named` then only looks at the database.  Whom a post of another server names may be met
after it has come (`name_later`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import bindparam, or_, select

from stoa import text
from stoa.core.errors import Unprocessable
from stoa.core.ports import Resolver
from stoa.core.statuses import store
from stoa.db import Connection, Database, Query, any_of
from stoa.db.tables import accounts, blocks, statuses

# One post sends us to so many strangers' servers at most, and no longer than this.
MAX_INTRODUCTIONS = 10
PATIENCE_SECONDS = 8.0


class Named(NamedTuple):
    """Somebody a text names."""

    id: int
    username: str
    domain: str
    url: str


class UnexpectedMentions(Unprocessable):
    """The text names accounts (by id) whom its author did not mean to address."""

    def __init__(self, account_ids: list[int]) -> None:
        self.account_ids = account_ids
        super().__init__("The post mentions accounts that are not among the allowed ones.")


_known = Query(
    select(
        accounts.c.id, accounts.c.username, accounts.c.domain, accounts.c.url, accounts.c.username_key
    ).where(
        any_of(accounts.c.username_key, "names"),
        any_of(accounts.c.domain, "domains"),
        accounts.c.suspended_at.is_(None),
    )
)
_at_odds = Query(
    select(blocks.c.account_id, blocks.c.target_id).where(
        or_(
            (blocks.c.account_id == bindparam("author")) & any_of(blocks.c.target_id, "ids"),
            (blocks.c.target_id == bindparam("author")) & any_of(blocks.c.account_id, "ids"),
        )
    )
)

_remote = Query(
    select(statuses.c.account_id).where(
        statuses.c.id == bindparam("status"),
        statuses.c.local.is_(False),
        statuses.c.reblog_of_id.is_(None),
    )
)


async def named(conn: Connection, handles: Iterable[str], local_domain: str) -> dict[str, Named]:
    """handle → account, for those of *handles* that are known; one query."""
    wanted = {handle: _key(handle, local_domain) for handle in handles}
    if not wanted:
        return {}
    rows = await conn.all(
        _known,
        names=sorted({name for name, _ in wanted.values()}),
        domains=sorted({domain for _, domain in wanted.values()}),
    )
    found = {(row.username_key, row.domain): Named(*row[:4]) for row in rows}
    return {handle: found[key] for handle, key in wanted.items() if key in found}


def for_rendering(found: Mapping[str, Named]) -> dict[str, text.Mention]:
    """What `text.render` wants to know of them."""
    return {
        handle: text.Mention(
            acct=f"{one.username}@{one.domain}" if one.domain else one.username,
            username=one.username,
            url=one.url,
        )
        for handle, one in found.items()
    }


async def addressed(conn: Connection, author_id: int, account_ids: Iterable[int]) -> list[int]:
    """Those of *account_ids* that a post of the author reaches by name, each once.

    Nobody is addressed by somebody they block, or whom they are blocked by: the name stays in the
    text, and that is all.
    """
    wanted = [one for one in dict.fromkeys(account_ids) if one != author_id]
    if not wanted:
        return []
    rows = await conn.all(_at_odds, author=author_id, ids=wanted)
    apart = {one for row in rows for one in row}
    return [one for one in wanted if one not in apart]


async def name_later(conn: Connection, status_id: int, account_ids: Iterable[int]) -> None:
    """The status of another server names these too, whom nobody here knew when it came.  They live
    elsewhere, so that nobody is to be told.
    """
    row = await conn.first(_remote, status=status_id)
    if row is None:
        return
    were = await store.mentioned(conn, status_id)
    found = [one for one in await addressed(conn, row.account_id, account_ids) if one not in were]
    if found:
        await store.add_mentions(conn, status_id, found)
        await store.change(conn, status_id)


async def introduce(
    db: Database, resolver: Resolver, source: str, content_type: str, local_domain: str
) -> None:
    """Have accounts on other servers that *source* names and nobody here knows fetched and stored.

    Who cannot be found, or not in time, stays unknown: their name is shown as text.
    """
    handles = [one for one in text.find_mentions(source, content_type) if _key(one, local_domain)[1]]
    if not handles:
        return
    async with db.read() as conn:
        known = await named(conn, handles, local_domain)
    strangers = [handle for handle in handles if handle not in known][:MAX_INTRODUCTIONS]
    asked = [asyncio.create_task(resolver.account(handle)) for handle in strangers]
    if asked:
        _, late = await asyncio.wait(asked, timeout=PATIENCE_SECONDS)
        for task in late:
            task.cancel()
        await asyncio.gather(*asked, return_exceptions=True)


def _key(handle: str, local_domain: str) -> tuple[str, str]:
    username, _, domain = handle.partition("@")
    domain = domain.lower()
    return username.lower(), "" if domain == local_domain else domain
