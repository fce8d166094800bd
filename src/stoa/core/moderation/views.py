"""Reports as shown, many at once."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from stoa.core.errors import NotFound
from stoa.core.moderation.model import ReportView
from stoa.db import Connection, Query, Row, any_of
from stoa.db.tables import reports

COLUMNS = [reports.c[name] for name in ReportView.__struct_fields__]
_load = Query(select(*COLUMNS).where(any_of(reports.c.id, "ids")))


async def load(conn: Connection, report_ids: Iterable[int]) -> dict[int, ReportView]:
    """id → report, for those that exist.  Who may read them is for the caller to ask."""
    return {row.id: view(row) for row in await conn.all(_load, ids=list(report_ids))}


def view(row: Row) -> ReportView:
    """The report in a row of COLUMNS."""
    lists = {name: tuple(getattr(row, name)) for name in ("status_ids", "rule_ids", "collection_ids")}
    return ReportView(**{**row._asdict(), **lists})


async def get(conn: Connection, report_id: int) -> ReportView:
    """One report.  Raises NotFound."""
    found = await load(conn, [report_id])
    if report_id not in found:
        raise NotFound
    return found[report_id]
