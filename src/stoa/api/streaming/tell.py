"""The reaction that tells what happened, once its transaction is durable.

Those who listen to this process are told by a call after the commit.  On PostgreSQL the other processes
are told by NOTIFY, which the server delivers with the commit or not at all; on SQLite the sockets of a
process hear of what that process writes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from secrets import token_hex
from typing import NamedTuple

import msgspec
from sqlalchemy import Text, bindparam, func, select

from stoa.api.streaming import news as news_of
from stoa.api.streaming.hub import Hub
from stoa.api.streaming.news import News
from stoa.db import Connection, Query

CHANNEL = "stoa_news"
MOST_BYTES = 7500  # PostgreSQL takes less than 8,000

_ORIGIN = token_hex(4)
_notify = Query(select(func.pg_notify(bindparam("channel", type_=Text), bindparam("payload", type_=Text))))


async def tell(conn: Connection, happened: Sequence[object]) -> None:
    """Tell of all that happened in a transaction."""
    news = [one for event in happened for one in news_of.of(event)]
    if not news:
        return
    if conn.dialect == "postgresql":
        for letter in _letters(news):
            await conn.all(_notify, channel=CHANNEL, payload=letter)
    hub = Hub.find(conn.memory)
    if hub is not None and hub.listeners:
        conn.after_commit.append(partial(hub.told, news))


class _Letter(NamedTuple):
    origin: str
    news: list[News]


def _letters(news: Sequence[News]) -> Iterator[str]:
    """*news* in as few letters as hold them."""
    pieces: list[bytes] = []
    for piece in map(msgspec.json.encode, news):
        if len(piece) > MOST_BYTES:
            continue  # hashtags without end: others do without, rather than that nothing is committed
        if pieces and sum(map(len, pieces)) + len(pieces) + len(piece) > MOST_BYTES:
            yield _letter(pieces)
            pieces = []
        pieces.append(piece)
    if pieces:
        yield _letter(pieces)


def _letter(pieces: Sequence[bytes]) -> str:
    return f'["{_ORIGIN}",[{b",".join(pieces).decode()}]]'


_read = msgspec.json.Decoder(_Letter).decode


def heard(letter: str) -> list[News]:
    """What another process has told; nothing for what we said ourselves.  Raises ValueError."""
    found = _read(letter)
    return [] if found.origin == _ORIGIN else found.news
