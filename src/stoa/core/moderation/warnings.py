"""What members were told when moderators did something about them, and what they say against it.

A warning can be appealed once, within APPEAL_MS.  An appeal that is granted takes back what was done.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import bindparam, select

from stoa import ids
from stoa.core.errors import Forbidden, Invalid, NotFound, Problem
from stoa.core.moderation import letters, standing, store
from stoa.core.moderation.model import WarningView
from stoa.db import Connection, Query, Row, any_of
from stoa.db.paging import Page, Paged, page_of
from stoa.db.tables import account_warnings
from stoa.db.tables.base import Id

APPEAL_MS = 20 * 24 * 3600 * 1000
MAX_APPEAL = 2_000

_COLUMNS = [account_warnings.c[name] for name in WarningView.__struct_fields__]
_load = Query(select(*_COLUMNS).where(any_of(account_warnings.c.id, "ids")))
_of = Paged(
    select(*_COLUMNS).where(account_warnings.c.account_id == bindparam("account", type_=Id)),
    account_warnings.c.id,
)
_open = Query(
    select(*_COLUMNS)
    .where(
        account_warnings.c.appealed_at.is_not(None),
        account_warnings.c.approved_at.is_(None),
        account_warnings.c.rejected_at.is_(None),
    )
    .order_by(account_warnings.c.appealed_at)
    .limit(200)
)


def _view(row: Row) -> WarningView:
    values = row._asdict()
    status_ids = values.pop("status_ids")
    return WarningView(**values, status_ids=None if status_ids is None else tuple(status_ids))


async def load(conn: Connection, warning_ids: Iterable[int]) -> dict[int, WarningView]:
    """id → warning, for those that exist.  Who may read them is for the caller to ask."""
    return {row.id: _view(row) for row in await conn.all(_load, ids=list(warning_ids))}


async def get(conn: Connection, warning_id: int, account_id: int | None = None) -> WarningView:
    """One warning.  Raises NotFound, also for that of another account than *account_id*."""
    found = (await load(conn, [warning_id])).get(warning_id)
    if found is None or account_id not in (None, found.account_id):
        raise NotFound
    return found


async def list_of(conn: Connection, account_id: int, page: Page) -> list[WarningView]:
    """What *account_id* was told, newest first."""
    return [_view(row) for row in await page_of(conn, _of, page, account=account_id)]


async def list_appealed(conn: Connection) -> list[WarningView]:
    """Those with an appeal that nobody has decided on, the oldest first; 200 at most."""
    return [_view(row) for row in await conn.all(_open)]


def may_be_appealed(warning: WarningView, now: int) -> bool:
    """Whether there is still time, and nothing was said against it yet."""
    return (
        warning.appealed_at is None
        and warning.overruled_at is None
        and now < warning.created_at + APPEAL_MS
    )


async def appeal(conn: Connection, account_id: int, warning_id: int, text: str) -> None:
    """*account_id* says *text* against a warning.  Raises NotFound, Forbidden, Invalid."""
    warning = await get(conn, warning_id, account_id)
    now = ids.now_ms()
    if not may_be_appealed(warning, now):
        raise Forbidden("Nothing more can be said against this.")
    said = text.strip()
    if not said:
        raise Invalid({"text": [Problem("ERR_BLANK", "can't be blank")]})
    if len(said) > MAX_APPEAL:
        problem = Problem("ERR_TOO_LONG", f"is too long (maximum is {MAX_APPEAL} characters)")
        raise Invalid({"text": [problem]})
    await store.change_warning(conn, warning_id, appeal=said, appealed_at=now)


async def grant(conn: Connection, warning_id: int) -> None:
    """The appeal was right: what was done is taken back.  Raises NotFound; Forbidden for one that was
    decided on.
    """
    warning = await _undecided(conn, warning_id)
    undo = {
        "disable": standing.enable,
        "sensitive": standing.unsensitise,
        "silence": standing.unlimit,
        "suspend": standing.unsuspend,
    }.get(warning.action)
    if undo is not None:
        await undo(conn, warning.account_id)
    now = ids.now_ms()
    await store.change_warning(conn, warning_id, approved_at=now, overruled_at=now)
    await letters.tell_of_appeal(conn, warning_id)


async def turn_down(conn: Connection, warning_id: int) -> None:
    """The appeal was wrong.  Raises NotFound; Forbidden for one that was decided on."""
    await _undecided(conn, warning_id)
    await store.change_warning(conn, warning_id, rejected_at=ids.now_ms())
    await letters.tell_of_appeal(conn, warning_id)


async def _undecided(conn: Connection, warning_id: int) -> WarningView:
    warning = await get(conn, warning_id)
    if warning.appealed_at is None:
        raise NotFound("Nothing was said against this.")
    if warning.appeal_state != "pending":
        raise Forbidden("This was decided on already.")
    return warning
