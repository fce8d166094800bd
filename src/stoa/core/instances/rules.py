"""The rules of the house, as members and visitors read them.  The only writes to `rules`."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import bindparam, delete, func, select

from stoa import ids
from stoa.core.errors import NotFound, Unprocessable
from stoa.db import Connection, Query, insert
from stoa.db.tables import rules

MAX_TEXT = 300
MAX_HINT = 2000
MAX_RULES = 100


class Rule(NamedTuple):
    """One rule; *hint* explains it and may be empty."""

    id: int
    text: str
    hint: str


_all = Query(select(rules.c.id, rules.c.text, rules.c.hint).order_by(rules.c.position, rules.c.id))
_last = Query(select(func.count(), func.max(rules.c.position)))
_add = insert(rules, "id", "position", "text", "hint")
_remove = Query(delete(rules).where(rules.c.id == bindparam("rule_id")))


async def list_rules(conn: Connection) -> list[Rule]:
    """All rules, in their order."""
    return [Rule(*row) for row in await conn.all(_all)]


async def add(conn: Connection, text: str, hint: str = "") -> Rule:
    """A new rule after the others.  Raises Unprocessable."""
    text, hint = " ".join(text.split()), hint.strip()
    if not text:
        raise Unprocessable("A rule needs words.")
    if len(text) > MAX_TEXT or len(hint) > MAX_HINT:
        raise Unprocessable(f"A rule has at most {MAX_TEXT} characters, and its hint at most {MAX_HINT}.")
    row = await conn.first(_last)
    assert row is not None
    count, last = row
    if count >= MAX_RULES:
        raise Unprocessable(f"There are {MAX_RULES} rules already; nobody reads more.")
    made = Rule(ids.new_id(), text, hint)
    await conn.run(_add, id=made.id, position=(last or 0) + 1, text=text, hint=hint)
    return made


async def remove(conn: Connection, rule_id: int) -> None:
    """The rule no longer holds.  Raises NotFound."""
    if not await conn.run(_remove, rule_id=rule_id):
        raise NotFound(f"There is no rule {rule_id}.")
