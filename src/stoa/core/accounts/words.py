"""The only writes to `account_words`: what people are found by is what they are called now."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import BigInteger, bindparam, delete, select, text

from stoa.db import Connection, Query, any_of
from stoa.db.query import Many
from stoa.db.tables import account_words, accounts
from stoa.text.folding import name_words

AT_ONCE = 200

_names = Query(
    select(accounts.c.username, accounts.c.display_name).where(accounts.c.id == bindparam("account_id"))
)
_known = Query(select(account_words.c.word).where(account_words.c.account_id == bindparam("account_id")))
_learn = Query(
    lambda dialect: text(
        "INSERT INTO account_words (word, account_id) SELECT value, :account_id FROM json_each(:words) "
        "WHERE true ON CONFLICT DO NOTHING"
        if dialect == "sqlite"
        else "INSERT INTO account_words (word, account_id) "
        "SELECT unnest(CAST(:words AS text[])), CAST(:account_id AS bigint) ON CONFLICT DO NOTHING"
    ).bindparams(bindparam("words", type_=Many("TEXT")), bindparam("account_id", type_=BigInteger))
)
_unlearn = Query(
    delete(account_words).where(
        account_words.c.account_id == bindparam("account_id"), any_of(account_words.c.word, "words")
    )
)
_next = Query(
    select(accounts.c.id)
    .where(accounts.c.id > bindparam("after_id", type_=BigInteger))
    .order_by(accounts.c.id)
    .limit(bindparam("limit", type_=BigInteger))
)


def words_of(username: str, display_name: str) -> Sequence[str]:
    """What somebody of these names is found by."""
    return list(dict.fromkeys([*name_words(username), *name_words(display_name)]))


async def note(conn: Connection, account_id: int) -> None:
    """The account is found by its names as they are stored now."""
    row = await conn.first(_names, account_id=account_id)
    wanted = set() if row is None else set(words_of(row.username, row.display_name))
    known = set(await conn.scalars(_known, account_id=account_id))
    if gone := known - wanted:
        await conn.run(_unlearn, account_id=account_id, words=sorted(gone))
    if new := wanted - known:
        await conn.run(_learn, account_id=account_id, words=sorted(new))


async def rebuild_some(conn: Connection, after_id: int, limit: int = AT_ONCE) -> tuple[int, int]:
    """Note the words of the *limit* accounts that follow *after_id* anew; (the last id, how many
    accounts).  (_, 0) means the end.
    """
    found = await conn.scalars(_next, after_id=after_id, limit=limit)
    for account_id in found:
        await note(conn, account_id)
    return (found[-1] if found else after_id), len(found)
