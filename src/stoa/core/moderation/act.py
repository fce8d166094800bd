"""A moderator does something about an account: it happens, is written down as a warning, and is told.

The reports on the account are dealt with by that; where nothing is done but to say something, only the
one that it was said about.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from sqlalchemy import bindparam, select

from stoa.core import events
from stoa.core.accounts.model import Role
from stoa.core.accounts.permissions import Permission, may, overrides
from stoa.core.errors import Forbidden, Invalid, NotFound, Problem
from stoa.core.moderation import letters, standing, store, views
from stoa.core.moderation.model import Action
from stoa.db import Connection, Query
from stoa.db.tables import accounts, users
from stoa.db.tables.base import Id

MAX_TEXT = 2_000

_ACTIONS: Mapping[str, Callable[[Connection, int], Awaitable[object]] | None] = {
    "none": None,
    "disable": standing.disable,
    "sensitive": standing.sensitise,
    "silence": standing.limit,
    "suspend": standing.suspend,
}
_target = Query(
    select(accounts.c.id, accounts.c.domain, accounts.c.deleted_at, users.c.role)
    .select_from(accounts.outerjoin(users, users.c.account_id == accounts.c.id))
    .where(accounts.c.id == bindparam("account", type_=Id))
)


async def require_may(
    conn: Connection, role: Role, account_id: int, *any_of: Permission, over: bool = True
) -> None:
    """Raises NotFound where there is no such account; Forbidden where *role* has none of the permissions
    or, with *over*, is not above that of the account.
    """
    target = await conn.first(_target, account=account_id)
    if not may(role, *any_of):
        raise Forbidden("This action is not allowed")
    if target is None:
        raise NotFound
    if over and not overrides(role, target.role):
        raise Forbidden("This action is not allowed")


async def act(
    conn: Connection,
    by_id: int,
    role: Role,
    account_id: int,
    action: str,
    *,
    text: str = "",
    report_id: int | None = None,
    tell: bool = True,
) -> int:
    """Do *action* to *account_id*, and *tell* them if they live here; the id of the warning.

    Raises NotFound, Forbidden, Invalid.
    """
    await require_may(conn, role, account_id, "manage_users", "manage_reports")
    kind: Action | None = next((one for one in _KINDS if one == action), None)
    wrong: dict[str, list[Problem]] = {}
    if kind is None:
        wrong["type"] = [Problem("ERR_INCLUSION", "is not included in the list")]
    if len(text) > MAX_TEXT:
        wrong["text"] = [Problem("ERR_TOO_LONG", f"is too long (maximum is {MAX_TEXT} characters)")]
    if kind is None or wrong:
        raise Invalid(wrong)
    report = None if report_id is None else await views.get(conn, report_id)
    if report is not None and report.target_id != account_id:
        raise NotFound
    target = await conn.first(_target, account=account_id)
    if target is None or target.deleted_at is not None:
        raise Forbidden("That account was deleted.")
    do = _ACTIONS[kind]
    if do is not None:
        await do(conn, account_id)
    warning_id = await store.add_warning(
        conn,
        account_id,
        kind,
        by_id=by_id,
        text=text.strip(),
        report_id=report_id,
        status_ids=None if report is None else report.status_ids,
    )
    if kind != "none":
        await store.resolve_all(conn, account_id, by_id)
    elif report is not None and report.action_taken_at is None:
        await store.resolve(conn, report.id, by_id)
    if tell and not target.domain and target.role is not None:
        await letters.tell_of_warning(conn, warning_id)
        await events.record(conn, events.AccountWarned(account_id, warning_id))
    return warning_id


_KINDS: tuple[Action, ...] = ("none", "disable", "sensitive", "silence", "suspend")
