"""The rules of the house, as members and visitors read them.  The only writes to `rules`."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import bindparam, delete, func, select, update

from stoa import ids
from stoa.core.errors import NotFound, Unprocessable
from stoa.db import Connection, Query, insert
from stoa.db.tables import rules
from stoa.text import language_names

MAX_TEXT = 300
MAX_HINT = 2000
MAX_RULES = 100


class Rule(NamedTuple):
    """One rule; *hint* explains it and may be empty."""

    id: int
    text: str
    hint: str
    translations: dict[str, dict[str, str]]  # language → its `text` and `hint`

    def said_in(self, language: str) -> Rule:
        """The rule in the words of *language*, where somebody has written them down."""
        said = self.translations.get(language)
        return self._replace(text=said["text"], hint=said["hint"]) if said else self


_all = Query(
    select(rules.c.id, rules.c.text, rules.c.hint, rules.c.translations).order_by(
        rules.c.position, rules.c.id
    )
)
_one = Query(select(rules.c.translations).where(rules.c.id == bindparam("rule_id")))
_last = Query(select(func.count(), func.max(rules.c.position)))
_add = insert(rules, "id", "position", "text", "hint")
_translate = Query(
    update(rules)
    .values(translations=bindparam("said", type_=rules.c.translations.type))
    .where(rules.c.id == bindparam("rule_id"))
)
_remove = Query(delete(rules).where(rules.c.id == bindparam("rule_id")))


async def list_rules(conn: Connection) -> list[Rule]:
    """All rules, in their order."""
    return [Rule(*row) for row in await conn.all(_all)]


async def add(conn: Connection, text: str, hint: str = "") -> Rule:
    """A new rule after the others.  Raises Unprocessable."""
    text, hint = _checked(text, hint)
    row = await conn.first(_last)
    assert row is not None
    count, last = row
    if count >= MAX_RULES:
        raise Unprocessable(f"There are {MAX_RULES} rules already; nobody reads more.")
    made = Rule(ids.new_id(), text, hint, {})
    await conn.run(_add, id=made.id, position=(last or 0) + 1, text=text, hint=hint)
    return made


async def translate(conn: Connection, rule_id: int, language: str, text: str, hint: str = "") -> None:
    """The rule in *language* too, or in its place; no longer where there is neither *text* nor *hint*.

    Raises NotFound, and Unprocessable.
    """
    row = await conn.first(_one, rule_id=rule_id)
    if row is None:
        raise NotFound(f"There is no rule {rule_id}.")
    if language not in language_names.NAMES:
        raise Unprocessable(f"{language!r} is no language; write its code: de, fr, ar.")
    said = {code: words for code, words in row.translations.items() if code != language}
    if text or hint:
        text, hint = _checked(text, hint)
        said[language] = {"text": text, "hint": hint}
    await conn.run(_translate, rule_id=rule_id, said=said)


def _checked(text: str, hint: str) -> tuple[str, str]:
    text, hint = " ".join(text.split()), hint.strip()
    if not text:
        raise Unprocessable("A rule needs words.")
    if len(text) > MAX_TEXT or len(hint) > MAX_HINT:
        raise Unprocessable(f"A rule has at most {MAX_TEXT} characters, and its hint at most {MAX_HINT}.")
    return text, hint


async def remove(conn: Connection, rule_id: int) -> None:
    """The rule no longer holds.  Raises NotFound."""
    if not await conn.run(_remove, rule_id=rule_id):
        raise NotFound(f"There is no rule {rule_id}.")
