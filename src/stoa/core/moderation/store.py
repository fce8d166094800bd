"""The only writes to `reports` and `account_warnings`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import bindparam, select, update

from stoa import ids
from stoa.core.moderation.model import Action, Category
from stoa.db import Connection, Query, Row, insert
from stoa.db.tables import account_warnings, reports
from stoa.db.tables.base import Id

_add = insert(
    reports, "id", "account_id", "target_id", "status_ids", "rule_ids", "collection_ids", "category",
    "comment", "forwarded", "uri", "created_at", ignore=True,
)  # fmt: skip


async def add(
    conn: Connection,
    account_id: int,
    target_id: int,
    *,
    status_ids: Sequence[int],
    rule_ids: Sequence[int],
    category: Category,
    comment: str,
    forwarded: bool,
    uri: str | None,
    collection_ids: Sequence[int] = (),
) -> int | None:
    """The id of the new report; None if the one that travelled as *uri* is here already."""
    report_id = ids.new_id()
    made = await conn.run(
        _add,
        id=report_id,
        account_id=account_id,
        target_id=target_id,
        status_ids=list(status_ids),
        rule_ids=list(rule_ids),
        collection_ids=list(collection_ids),
        category=category,
        comment=comment,
        forwarded=forwarded,
        uri=uri,
        created_at=ids.now_ms(),
    )
    return report_id if made else None


@cache
def _set_report(names: tuple[str, ...]) -> Query:
    values = {name: bindparam(f"new_{name}", type_=reports.c[name].type) for name in names}
    return Query(update(reports).where(reports.c.id == bindparam("report")).values(values))


async def change(conn: Connection, report_id: int, **columns: Any) -> None:
    """Set *columns* of a report."""
    columns["updated_at"] = ids.now_ms()
    names = tuple(sorted(columns))
    await conn.run(_set_report(names), report=report_id, **{f"new_{name}": columns[name] for name in names})


async def resolve(conn: Connection, report_id: int, by_id: int) -> None:
    """A report is dealt with."""
    await change(conn, report_id, action_taken_at=ids.now_ms(), action_taken_by_id=by_id)


_resolve_all = Query(
    update(reports)
    .where(reports.c.target_id == bindparam("target", type_=Id), reports.c.action_taken_at.is_(None))
    .values(
        action_taken_at=bindparam("now", type_=reports.c.action_taken_at.type),
        action_taken_by_id=bindparam("by", type_=Id),
        updated_at=bindparam("now", type_=reports.c.updated_at.type),
    )
)


async def resolve_all(conn: Connection, target_id: int, by_id: int) -> None:
    """All open reports on *target_id* are dealt with."""
    await conn.run(_resolve_all, target=target_id, by=by_id, now=ids.now_ms())


_add_warning = insert(
    account_warnings, "id", "account_id", "by_id", "report_id", "action", "text", "status_ids", "created_at"
)


async def add_warning(
    conn: Connection,
    account_id: int,
    action: Action,
    *,
    by_id: int | None,
    text: str,
    report_id: int | None,
    status_ids: Sequence[int] | None,
) -> int:
    """The id of the new warning."""
    warning_id = ids.new_id()
    await conn.run(
        _add_warning,
        id=warning_id,
        account_id=account_id,
        by_id=by_id,
        report_id=report_id,
        action=action,
        text=text,
        status_ids=None if status_ids is None else list(status_ids),
        created_at=ids.now_ms(),
    )
    return warning_id


@cache
def _set_warning(names: tuple[str, ...]) -> Query:
    values = {name: bindparam(f"new_{name}", type_=account_warnings.c[name].type) for name in names}
    return Query(
        update(account_warnings).where(account_warnings.c.id == bindparam("warning")).values(values)
    )


async def change_warning(conn: Connection, warning_id: int, **columns: Any) -> None:
    """Set *columns* of a warning."""
    names = tuple(sorted(columns))
    await conn.run(
        _set_warning(names), warning=warning_id, **{f"new_{name}": columns[name] for name in names}
    )


class SetAside(msgspec.Struct, frozen=True):
    """What is known of somebody while their account's row is made anew."""

    account_id: int
    reports: list[Row]
    reported: list[int]
    warnings: list[Row]


_ACCOUNT = bindparam("account", type_=Id)
_on = Query(select(*reports.c).where(reports.c.target_id == _ACCOUNT))
_by = Query(select(reports.c.id).where(reports.c.account_id == _ACCOUNT))
_warned = Query(select(*account_warnings.c).where(account_warnings.c.account_id == _ACCOUNT))
_put_report = insert(reports)
_put_warning = insert(account_warnings)
_said_by = Query(
    update(reports).where(reports.c.id == bindparam("report", type_=Id)).values(account_id=_ACCOUNT)
)


async def set_aside(conn: Connection, account_id: int) -> SetAside:
    """What moderators know of *account_id*, for `put_back` in the same transaction."""
    return SetAside(
        account_id,
        await conn.all(_on, account=account_id),
        await conn.scalars(_by, account=account_id),
        await conn.all(_warned, account=account_id),
    )


async def put_back(conn: Connection, kept: SetAside) -> None:
    """And here it is again."""
    await conn.run_many(_put_report, [row._asdict() for row in kept.reports])
    await conn.run_many(_put_warning, [row._asdict() for row in kept.warnings])
    for report_id in kept.reported:
        await conn.run(_said_by, report=report_id, account=kept.account_id)
