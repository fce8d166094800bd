"""The only writes to `imports` and `import_lines`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, select, update

from stoa import ids
from stoa.core.transfers.model import MAX_KEPT, Import, Kind, Line
from stoa.db import Connection, Query, Row, any_of, insert
from stoa.db.tables import import_lines, imports

_add = insert(imports, "id", "account_id", "kind", "overwrite", "total", "created_at")
_add_line = insert(import_lines, "import_id", "position", "line")
_one = Query(select(imports).where(imports.c.id == bindparam("import_id")))
_mine = Query(
    select(imports).where(imports.c.account_id == bindparam("me")).order_by(imports.c.id.desc()).limit(200)
)
_lines = Query(
    select(import_lines.c.position, import_lines.c.line)
    .where(
        import_lines.c.import_id == bindparam("import_id"),
        import_lines.c.position >= bindparam("begin"),
        import_lines.c.position < bindparam("end"),
    )
    .order_by(import_lines.c.position)
)
_at = (imports.c.id == bindparam("import_id"), imports.c.done == bindparam("position"))
_advance = Query(update(imports).where(*_at).values(done=imports.c.done + 1))
_fail = Query(
    update(imports)
    .where(imports.c.id == bindparam("import_id"))
    .values(failed=imports.c.failed + 1, failures=bindparam("lines", type_=imports.c.failures.type))
)
_finish = Query(
    update(imports)
    .where(imports.c.id == bindparam("import_id"), imports.c.finished_at.is_(None))
    .values(finished_at=bindparam("now"))
)
_forget_lines = Query(delete(import_lines).where(any_of(import_lines.c.import_id, "ids")))
_forget = Query(delete(imports).where(any_of(imports.c.id, "ids")))


async def add(
    conn: Connection,
    account_id: int,
    kind: Kind,
    lines: Sequence[Line],
    *,
    overwrite: bool,
) -> int:
    """The id of the new import; of the old ones MAX_KEPT stay."""
    import_id = ids.new_id()
    old = [one.id for one in await mine(conn, account_id) if one.finished_at is not None]
    if gone := old[MAX_KEPT:]:
        await conn.run(_forget_lines, ids=gone)
        await conn.run(_forget, ids=gone)
    await conn.run(
        _add,
        id=import_id,
        account_id=account_id,
        kind=kind,
        overwrite=overwrite,
        total=len(lines),
        created_at=ids.now_ms(),
    )
    await conn.run_many(
        _add_line,
        [
            {"import_id": import_id, "position": position, "line": msgspec.to_builtins(line)}
            for position, line in enumerate(lines)
        ],
    )
    return import_id


async def mine(conn: Connection, account_id: int) -> list[Import]:
    """The imports of somebody, newest first."""
    return [view(row) for row in await conn.all(_mine, me=account_id)]


async def find(conn: Connection, import_id: int) -> Row | None:
    """The row of an import."""
    return await conn.first(_one, import_id=import_id)


def view(row: Row) -> Import:
    """The import of *row*."""
    values: dict[str, Any] = {name: getattr(row, name) for name in Import.__struct_fields__}
    return Import(**{**values, "failures": tuple(row.failures)})


async def lines(conn: Connection, import_id: int, begin: int, end: int) -> list[Line]:
    """The lines from *begin* to before *end*."""
    rows = await conn.all(_lines, import_id=import_id, begin=begin, end=end)
    return [msgspec.convert(row.line, Line) for row in rows]


async def advance(conn: Connection, import_id: int, position: int) -> bool:
    """Line *position* is done; False where it was done already."""
    return bool(await conn.run(_advance, import_id=import_id, position=position))


async def fail(conn: Connection, import_id: int, failures: Sequence[str]) -> None:
    """One line more was in vain; *failures* are kept to be shown."""
    await conn.run(_fail, import_id=import_id, lines=list(failures))


async def finish(conn: Connection, import_id: int) -> None:
    """All is done; the lines go."""
    await conn.run(_finish, import_id=import_id, now=ids.now_ms())
    await conn.run(_forget_lines, ids=[import_id])
