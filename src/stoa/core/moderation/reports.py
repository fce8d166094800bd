"""What moderators do with reports: read them, take them on, deal with them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import bindparam, select

from stoa.core.errors import Invalid, Problem
from stoa.core.instances.rules import list_rules
from stoa.core.moderation import store, views
from stoa.core.moderation.model import CATEGORIES, ReportView
from stoa.db import Connection
from stoa.db.paging import Page, Paged, page_of
from stoa.db.tables import reports
from stoa.db.tables.base import Id


@cache
def _page(names: tuple[str, ...], *, resolved: bool) -> Paged:
    done = reports.c.action_taken_at.is_not(None) if resolved else reports.c.action_taken_at.is_(None)
    conditions: list[Any] = [reports.c[name] == bindparam(name, type_=Id) for name in names]
    return Paged(select(*views.COLUMNS).where(done, *conditions), reports.c.id)


async def page(
    conn: Connection,
    page: Page,
    *,
    resolved: bool = False,
    account_id: int | None = None,
    target_id: int | None = None,
) -> list[ReportView]:
    """Open reports (or those that are dealt with), newest first: all, of one account, on one."""
    asked = {"account_id": account_id, "target_id": target_id}
    wanted = {name: value for name, value in asked.items() if value is not None}
    query = _page(tuple(sorted(wanted)), resolved=resolved)
    return [views.view(row) for row in await page_of(conn, query, page, **wanted)]


async def change(
    conn: Connection,
    report_id: int,
    *,
    category: str | None = None,
    rule_ids: Sequence[int] | None = None,
) -> None:
    """Put a report elsewhere; rules make it a violation.  Raises NotFound, Invalid."""
    before = await views.get(conn, report_id)
    kind = category or ("violation" if rule_ids else before.category)
    wrong: dict[str, list[Problem]] = {}
    if kind not in CATEGORIES:
        wrong["category"] = [Problem("ERR_INCLUSION", "is not included in the list")]
    if rule_ids and not {rule.id for rule in await list_rules(conn)}.issuperset(rule_ids):
        wrong["rule_ids"] = [Problem("ERR_INCLUSION", "do not refer to rules of this server")]
    if wrong:
        raise Invalid(wrong)
    kept = before.rule_ids if rule_ids is None else sorted(set(rule_ids))
    await store.change(conn, report_id, category=kind, rule_ids=list(kept) if kind == "violation" else [])


async def assign(conn: Connection, report_id: int, account_id: int | None) -> None:
    """*account_id* looks into it; None: nobody does.  Raises NotFound."""
    await views.get(conn, report_id)
    await store.change(conn, report_id, assigned_id=account_id)


async def resolve(conn: Connection, report_id: int, by_id: int) -> None:
    """It is dealt with; who reported is not told.  Raises NotFound."""
    await views.get(conn, report_id)
    await store.resolve(conn, report_id, by_id)


async def reopen(conn: Connection, report_id: int) -> None:
    """It is not.  Raises NotFound."""
    await views.get(conn, report_id)
    await store.change(conn, report_id, action_taken_at=None, action_taken_by_id=None)
