"""The words that begin with what somebody typed, from `search_words`.

A database reads its index through for all that begins with a few letters, which takes longer with every
post; looking for some words by name does not.  So a beginning stands for the shortest MOST words that
have it: the forms of a word are there, and of three letters typed not half the dictionary.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from sqlalchemy import BigInteger, Text, bindparam, select, text

from stoa.db import Connection, Query
from stoa.db.query import Many
from stoa.db.tables import search_words

MOST = 64
LOOKED_AT = 2_000
_LAST = "\U0010ffff"
# Written in hexadecimal (core/search/words), as Thai, Lao, Khmer and Burmese are, in pairs too.
_HEXADECIMAL = re.compile(r"q[c-f][0-9a-f]+\Z")
_PAIRS_FROM = "\u3040"  # Han, Kana and Hangul: pairs of characters, which are complete as they are

_learn = Query(
    lambda dialect: text(
        "INSERT INTO search_words (word) SELECT value FROM json_each(:words) WHERE true "
        "ON CONFLICT DO NOTHING"
        if dialect == "sqlite"
        else "INSERT INTO search_words (word) SELECT unnest(CAST(:words AS text[])) ON CONFLICT DO NOTHING"
    ).bindparams(bindparam("words", type_=Many("TEXT")))
)
_beginning = Query(
    select(search_words.c.word)
    .where(
        search_words.c.word >= bindparam("first", type_=Text),
        search_words.c.word < bindparam("beyond", type_=Text),
    )
    .order_by(search_words.c.word)
    .limit(bindparam("limit", type_=BigInteger))
)


async def learn(conn: Connection, tokens: Iterable[str]) -> None:
    """Know these words from now on; with one query, whatever their number."""
    # In order, so that two transactions that learn the same words wait for each other in one direction.
    new = sorted({token for token in tokens if len(token) > 3 and token < _PAIRS_FROM})
    if new:
        await conn.run(_learn, words=new)


async def complete(conn: Connection, beginning: str) -> Sequence[str] | None:
    """*beginning* itself and words that begin with it, MOST at most; None where the index should be asked,
    since what begins so are pairs of characters: each is as good as another.
    """
    if beginning >= _PAIRS_FROM:
        return None
    found: list[str] = await conn.scalars(
        _beginning, first=beginning, beyond=beginning + _LAST, limit=LOOKED_AT
    )
    if len(found) > MOST and _HEXADECIMAL.match(beginning):
        return None
    return list(dict.fromkeys([beginning, *sorted(found, key=lambda word: (len(word), word))]))[:MOST]
