"""`stoa search …`: what posts and people are found by."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

from stoa.core.accounts import words
from stoa.core.house import House
from stoa.core.search import index
from stoa.db.connection import Conflict, Connection


async def rebuild(house: House, options: argparse.Namespace) -> tuple[Any, str]:
    """Write the index anew, a few posts to a transaction, beside a server that runs."""
    people = await _all(house, words.rebuild_some, options.at_once)
    done = await _all(house, index.rebuild_some, options.at_once)
    return (
        {"statuses": done, "accounts": people},
        f"The index has been written anew for {done} posts and boosts, and {people} accounts.",
    )


async def _all(
    house: House, rebuild_some: Callable[[Connection, int, int], Awaitable[tuple[int, int]]], at_once: int
) -> int:
    after_id, done, told = 0, 0, time.monotonic()
    while True:
        begin = time.monotonic()
        try:
            async with house.db.write() as conn:
                after_id, some = await rebuild_some(conn, after_id, at_once)
        except Conflict:  # somebody was writing to the same
            continue
        if not some:
            break
        done += some
        now = time.monotonic()
        if now - told > 10:
            print(f"{done} so far ...", file=sys.stderr, flush=True)
            told = now
        # Half of the time belongs to those who publish: SQLite has one writer.
        await asyncio.sleep(now - begin)
    return done


def add_to(search: Any, shared: Any, in_house: Callable[[Any], Any]) -> None:
    """The verbs of `stoa search`."""
    one = search.add_parser("rebuild", parents=[shared], help="write the index of posts and people anew")
    one.add_argument(
        "--at-once", type=int, default=index.AT_ONCE, metavar="N", help="posts or people to a transaction"
    )
    one.set_defaults(act=in_house(rebuild))
