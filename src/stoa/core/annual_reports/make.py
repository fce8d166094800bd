"""A member asks for the report of a year; a job makes it.  The only writes to `annual_reports`."""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy import bindparam, select, update

from stoa import ids
from stoa.core.annual_reports import count
from stoa.core.annual_reports.model import LEAST_POSTS, SCHEMA_VERSION, Asked, Report, State, is_over
from stoa.core.errors import NotFound
from stoa.db import Connection, Query, Row, insert
from stoa.db.tables import annual_reports
from stoa.jobs import queue

MAKE = "annual_report.make"
"""{"account": id, "year": year}"""
SHARE_KEY_BYTES = 16  # nobody finds a report that its owner has not told them of

_r = annual_reports
_columns = (_r.c.id, _r.c.account_id, _r.c.year, _r.c.data, _r.c.schema_version, _r.c.share_key)
_begin = insert(
    annual_reports, "id", "account_id", "year", "schema_version", "share_key", "created_at", ignore=True
)
_of_year = Query(
    select(*_columns).where(_r.c.account_id == bindparam("owner"), _r.c.year == bindparam("of_year"))
)
_by_id = Query(
    select(*_columns).where(_r.c.id == bindparam("report"), _r.c.account_id == bindparam("owner"))
)
_made = Query(
    select(*_columns)
    .where(_r.c.account_id == bindparam("owner"), _r.c.data.is_not(None))
    .order_by(_r.c.year.desc())
)
_unread = Query(
    select(*_columns)
    .where(_r.c.account_id == bindparam("owner"), _r.c.data.is_not(None), _r.c.viewed_at.is_(None))
    .order_by(_r.c.year.desc())
)
_fill = Query(
    update(annual_reports)
    .where(annual_reports.c.account_id == bindparam("owner"), annual_reports.c.year == bindparam("of_year"))
    .values(data=bindparam("report", type_=annual_reports.c.data.type))
)
_read = Query(
    update(annual_reports)
    .where(annual_reports.c.account_id == bindparam("owner"), annual_reports.c.year == bindparam("of_year"))
    .values(viewed_at=bindparam("now"))
)


async def state(conn: Connection, account_id: int, year: int) -> Asked:
    """Whether the report of *year* is there, under way, to be had, or not.

    Under way is what a job waits for: after one that was given up, a report can be asked for again.
    """
    row = await conn.first(_of_year, owner=account_id, of_year=year)
    if row is not None and row.data is not None:
        return Asked("available", row.id)
    if row is not None and await queue.is_waiting(conn, _key(account_id, year)):
        return Asked("generating", row.id)
    if not is_over(year, ids.now_ms()) or await count.posts_in(conn, account_id, year) < LEAST_POSTS:
        return Asked("ineligible")
    return Asked("eligible")


async def begin(conn: Connection, account_id: int, year: int) -> Asked:
    """Have the report made, unless it is or there is none to make; its state now."""
    now = await state(conn, account_id, year)
    if now.state != "eligible":
        return now
    await conn.run(
        _begin,
        id=ids.new_id(),
        account_id=account_id,
        year=year,
        schema_version=SCHEMA_VERSION,
        share_key=secrets.token_hex(SHARE_KEY_BYTES),
        created_at=ids.now_ms(),
    )
    await queue.add(conn, MAKE, {"account": account_id, "year": year}, unique_key=_key(account_id, year))
    return await state(conn, account_id, year)


async def progress(conn: Connection, account_id: int, report_id: int) -> State | None:
    """The state of a report that a member asked for, by its id; None: they asked for none of that id."""
    row = await conn.first(_by_id, report=report_id, owner=account_id)
    return None if row is None else (await state(conn, account_id, row.year)).state


async def make(conn: Connection, payload: Any) -> None:
    """Job: the report of {account} for {year}."""
    account_id, year = payload["account"], payload["year"]
    data = await count.report(conn, account_id, year)
    await conn.run(_fill, owner=account_id, of_year=year, report=data)


async def made(conn: Connection, account_id: int) -> list[Report]:
    """All reports of a member, the newest first."""
    return [_report(row) for row in await conn.all(_made, owner=account_id)]


async def unread(conn: Connection, account_id: int) -> list[Report]:
    """The reports that a member has not marked as read, the newest first."""
    return [_report(row) for row in await conn.all(_unread, owner=account_id)]


async def get(conn: Connection, account_id: int, year: int) -> Report:
    """The report of *year*.  Raises NotFound where it was not made."""
    row = await conn.first(_of_year, owner=account_id, of_year=year)
    if row is None or row.data is None:
        raise NotFound
    return _report(row)


async def shared(conn: Connection, account_id: int, year: int, key: str) -> Report:
    """The report of *year*, for whoever was told its *key*.  Raises NotFound."""
    report = await get(conn, account_id, year)
    if not secrets.compare_digest(report.share_key.encode(), key.encode()):
        raise NotFound
    return report


async def mark_read(conn: Connection, account_id: int, year: int) -> None:
    """Its owner has seen it.  Raises NotFound."""
    await get(conn, account_id, year)
    await conn.run(_read, owner=account_id, of_year=year, now=ids.now_ms())


def _key(account_id: int, year: int) -> str:
    return f"{MAKE}:{account_id}:{year}"


def _report(row: Row) -> Report:
    return Report(row.account_id, row.year, row.data, row.schema_version, row.share_key)
