"""The reaction that tells what happened, once its transaction is durable.

Those who listen to this process are told by a call after the commit.  On PostgreSQL the other processes
are told by NOTIFY, which the server delivers with the commit or not at all; on SQLite the sockets of a
process hear of what that process writes.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping, Sequence
from functools import partial
from secrets import token_hex
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Text, bindparam, func, select

from stoa.api.streaming import news as news_of
from stoa.api.streaming.hub import Hub
from stoa.api.streaming.news import News
from stoa.db import Connection, Query

CHANNEL = "stoa_news"
MOST_BYTES = 7500  # PostgreSQL takes less than 8,000

_notify = Query(select(func.pg_notify(bindparam("channel", type_=Text), bindparam("payload", type_=Text))))


async def tell(conn: Connection, happened: Sequence[object]) -> None:
    """Tell of all that happened in a transaction."""
    news = [one for event in happened for one in news_of.of(event)]
    if not news:
        return
    if conn.dialect == "postgresql":
        for letter in letters(news, _origin(conn.memory)):
            await conn.all(_notify, channel=CHANNEL, payload=letter)
    hub = Hub.find(conn.memory)
    if hub is not None and hub.listeners:
        conn.after_commit.append(partial(hub.told, news))


class _Letter(NamedTuple):
    origin: str
    news: list[News]


class _Origin(str):
    """Who writes: one for each process and database."""


def _origin(memory: MutableMapping[type, Any]) -> str:
    origin: str = memory.setdefault(_Origin, _Origin(token_hex(4)))
    return origin


def letters(news: Sequence[News], origin: str) -> Iterator[str]:
    """*news* in as few letters as hold them."""
    pieces: list[bytes] = []
    for piece in map(msgspec.json.encode, news):
        if len(piece) > MOST_BYTES:
            continue  # hashtags without end: others do without, rather than that nothing is committed
        if pieces and sum(map(len, pieces)) + len(pieces) + len(piece) > MOST_BYTES:
            yield _letter(pieces, origin)
            pieces = []
        pieces.append(piece)
    if pieces:
        yield _letter(pieces, origin)


def _letter(pieces: Sequence[bytes], origin: str) -> str:
    return f'["{origin}",[{b",".join(pieces).decode()}]]'


_read = msgspec.json.Decoder(_Letter).decode


def heard(letter: str, memory: MutableMapping[type, Any]) -> list[News]:
    """What another process has told; nothing for what was said through the database of this *memory*,
    which has been told already.  Raises ValueError.
    """
    found = _read(letter)
    return [] if found.origin == _origin(memory) else found.news
