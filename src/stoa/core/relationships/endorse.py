"""People whom a member recommends on their profile: some of those they follow, as long as they do."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from stoa.core.errors import NotFound, Unprocessable
from stoa.core.relationships import store
from stoa.core.relationships.views import target
from stoa.db import Connection, Row
from stoa.db.paging import Page, Paged, page_of
from stoa.db.tables import accounts, endorsements
from stoa.db.tables.base import Id

_page = Paged(
    select(endorsements.c.id, endorsements.c.target_id.label("account_id"))
    .select_from(endorsements.join(accounts, accounts.c.id == endorsements.c.target_id))
    .where(
        endorsements.c.account_id == bindparam("of", type_=Id),
        accounts.c.suspended_at.is_(None),
    ),
    endorsements.c.id,
)


async def endorse(conn: Connection, account_id: int, target_id: int) -> None:
    """Recommend somebody one follows.  Raises NotFound, Unprocessable."""
    people = await store.pair(conn, account_id, target_id)
    if target_id not in people or not people[target_id].known:
        raise NotFound
    if await store.follow_options(conn, account_id, target_id) is None:
        raise Unprocessable(
            "Validation failed: You must be already following the person you want to endorse"
        )
    await store.add_endorsement(conn, account_id, target_id)


async def unendorse(conn: Connection, account_id: int, target_id: int) -> None:
    """And no longer.  Raises NotFound for nobody."""
    if target_id not in await store.pair(conn, account_id, target_id):
        raise NotFound
    await store.remove_endorsement(conn, account_id, target_id)


async def mine(conn: Connection, account_id: int, page: Page) -> list[Row]:
    """(id, account_id) of whom the account recommends, newest first."""
    return await page_of(conn, _page, page, of=account_id)


async def of(conn: Connection, account_id: int, viewer_id: int | None, page: Page) -> list[Row]:
    """The same as a viewer sees it: nobody, where the account is suspended or blocks them.

    Raises NotFound.
    """
    row = await target(conn, account_id, viewer_id)
    if row.suspended_at is not None or row.blocks_viewer:
        return []
    return await mine(conn, account_id, page)
