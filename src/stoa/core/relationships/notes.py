"""What somebody keeps in mind of somebody else.  Nobody but its writer ever reads it."""

from __future__ import annotations

from stoa.core.errors import Invalid, NotFound, Problem
from stoa.core.relationships import store
from stoa.db import Connection

MAX_CHARACTERS = 2000


async def write(conn: Connection, account_id: int, target_id: int, comment: str) -> None:
    """Keep *comment*; an empty one removes it.  Raises NotFound, Invalid."""
    if len(comment) > MAX_CHARACTERS:
        problem = Problem("ERR_TOO_LONG", f"is too long (maximum is {MAX_CHARACTERS} characters)")
        raise Invalid({"comment": [problem]})
    people = await store.pair(conn, account_id, target_id)
    target = people.get(target_id)
    if target is None or not target.known:
        raise NotFound
    await store.put_note(conn, account_id, target_id, comment)
