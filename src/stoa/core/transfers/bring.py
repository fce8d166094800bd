"""Bringing a list along: its lines are carried out one after the other, by jobs, each in a transaction of
its own, by the verbs that a press of a button calls.

Who is not known here is asked for on their own server first.  With *overwrite*, what one has and the list
has not ends before.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any, NamedTuple

from stoa.core.accounts import views as account_views
from stoa.core.auth import users
from stoa.core.errors import Forbidden, NotFound, Unprocessable
from stoa.core.ports import Resolver
from stoa.core.relationships import block, domain_blocks, follow, mute
from stoa.core.search import addresses
from stoa.core.statuses import bookmark
from stoa.core.timelines import lists
from stoa.core.transfers import store, take
from stoa.core.transfers.model import MAX_FAILURES, MAX_LINES, MAX_RUNNING, Import, Kind, Line
from stoa.db import Connection, Database, Row
from stoa.ids import Addresses
from stoa.jobs import queue

STEP = "import_lines"
"""The kind of job that goes on with an import; its payload is {"import": id}."""

LINES_A_STEP = 20
ENDS_A_STEP = 100
_REFUSALS = (NotFound, Forbidden, Unprocessable)


class Way(NamedTuple):
    """How people and posts are found: our own domain and addresses, and who asks elsewhere."""

    domain: str
    addresses: Addresses
    resolver: Resolver


async def begin(
    conn: Connection, account_id: int, kind: Kind, lines: Sequence[Line], *, overwrite: bool
) -> int:
    """The id of the import.  Raises Unprocessable while too many others are on their way."""
    running = [one for one in await store.mine(conn, account_id) if one.finished_at is None]
    if len(running) >= MAX_RUNNING:
        raise Unprocessable("Other lists are still on their way. Wait for them to arrive.")
    import_id = await store.add(conn, account_id, kind, lines, overwrite=overwrite)
    await queue.add(conn, STEP, {"import": import_id})
    return import_id


async def go_on(way: Way, db: Database, payload: Any) -> None:
    """Job: carry out some more lines, and ask to be called again while there are more."""
    import_id = int(payload["import"])
    async with db.read() as conn:
        row = await store.find(conn, import_id)
        if row is None or row.finished_at is not None:
            return
        user = await users.get(conn, row.account_id)
        present = store.view(row)
        lines = await store.lines(conn, import_id, present.done, present.done + LINES_A_STEP)
    if not user.may_act:
        async with db.write() as conn:
            await store.finish(conn, import_id)
        return
    if present.overwrite and not present.done and await _end_some(way, db, present, row.account_id):
        return
    for position, line in enumerate(lines, present.done):
        target = await _target(way, db, present.kind, line)
        async with db.write() as conn:
            if not await store.advance(conn, import_id, position):
                return  # the same job, begun twice
            await _carry_out(conn, import_id, row.account_id, present.kind, line, target)
    async with db.write() as conn:
        if present.done + len(lines) >= present.total or not lines:
            await store.finish(conn, import_id)
        else:
            await queue.add(conn, STEP, {"import": import_id})


async def _target(way: Way, db: Database, kind: Kind, line: Line) -> int | None:
    """The account or status of *line*, asked for elsewhere if need be; None for a domain, or for what
    cannot be found."""
    if kind == "domain_blocks":
        return None
    if kind == "bookmarks":
        async with db.read() as conn:
            found: tuple[str, int] | None = await addresses.find(conn, line.what, way.addresses)
        if found is None and addresses.is_elsewhere(line.what, way.addresses):
            found = await way.resolver.url(line.what)
        return found[1] if found is not None and found[0] == "status" else None
    async with db.read() as conn:
        known = await account_views.find_by_acct(conn, line.what, way.domain)
    if known is None and addresses.is_elsewhere(line.what, way.addresses):
        return await way.resolver.account(line.what)
    return known


async def _carry_out(
    conn: Connection, import_id: int, me: int, kind: Kind, line: Line, target: int | None
) -> None:
    try:
        if kind == "domain_blocks":
            await domain_blocks.block(conn, me, line.what)
        elif target is None:
            raise NotFound
        else:
            await _with(conn, me, kind, line, target)
    except _REFUSALS:
        row = await store.find(conn, import_id)
        before = [] if row is None else list(row.failures)
        said = f"{line.list}, {line.what}" if line.list else line.what
        await store.fail(conn, import_id, [*before, said][:MAX_FAILURES])


async def _with(conn: Connection, me: int, kind: Kind, line: Line, target: int) -> None:
    if kind == "bookmarks":
        await bookmark.bookmark(conn, me, target)
    elif kind == "following":
        tongues = list(line.languages)
        await follow.follow(
            conn, me, target, show_reblogs=line.reblogs, notify=line.notify, languages=tongues
        )
    elif kind == "mutes":
        await mute.mute(conn, me, target, hide_notifications=line.notifications)
    elif kind == "blocks":
        await block.block(conn, me, target)
    else:
        await _put_into_list(conn, me, line, target)


async def _put_into_list(conn: Connection, me: int, line: Line, target: int) -> None:
    mine = {one.title: one.id for one in await lists.mine(conn, me)}
    list_id = mine.get(line.list.strip())
    if list_id is None:
        list_id = (await lists.create(conn, me, line.list)).id
    if list_id not in {one.id for one in await lists.containing(conn, me, target)}:
        await lists.add_members(conn, list_id, me, [target])


async def _end_some(way: Way, db: Database, present: Import, me: int) -> bool:
    """End some of what the list has not; whether there was anything, and the job is to come again."""
    async with db.read() as conn:
        wanted = {
            (line.list.strip(), line.what) for line in await store.lines(conn, present.id, 0, MAX_LINES)
        }
        surplus = [
            row
            for row in await take.rows(conn, present.kind, me)
            if _key(take.line_of(present.kind, row, way.domain)) not in wanted
        ]
    ended = 0
    async with db.write() as conn:
        for row in surplus:
            with contextlib.suppress(*_REFUSALS):  # what is no longer seen cannot be ended, and stays
                await _end(conn, me, present.kind, row)
                ended += 1
            if ended == ENDS_A_STEP:
                break
        if ended:
            await queue.add(conn, STEP, {"import": present.id})
    return ended > 0


def _key(line: Line) -> tuple[str, str]:
    return line.list.strip(), line.what if line.what.startswith("http") else line.what.lower()


async def _end(conn: Connection, me: int, kind: Kind, row: Row) -> None:
    if kind == "following":
        await follow.unfollow(conn, me, row.id)
    elif kind == "mutes":
        await mute.unmute(conn, me, row.id)
    elif kind == "blocks":
        await block.unblock(conn, me, row.id)
    elif kind == "domain_blocks":
        await domain_blocks.unblock(conn, me, row.domain)
    elif kind == "lists":
        await lists.remove_members(conn, row.list_id, me, [row.id])
    else:
        await bookmark.unbookmark(conn, me, row.id)
