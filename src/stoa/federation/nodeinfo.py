"""Asking other servers what they run: when we meet the first of their people, and once a week.

NodeInfo is asked of the server of the actors, and believed of that server alone.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from stoa import ids
from stoa.core.instances import programs
from stoa.db import Connection, Database
from stoa.federation.fetch import Fetcher
from stoa.federation.missing import NotResolved
from stoa.federation.parse.jsonld import NotUnderstood, load
from stoa.federation.parse.nodeinfo import nodeinfo_address, software_of
from stoa.federation.parse.origins import host_of, origin, same_origin
from stoa.jobs import queue

LOOK = "federation.nodeinfo"
"""Ask a server what it runs; {"base": https://there.example}."""

JSON = "application/json"
MAX_BYTES = 64 * 1024
# We meet many people of one server at once, and many servers after one boost.
SPREAD_MS = 30_000


async def want(conn: Connection, actor: str) -> None:
    """Have the server of *actor*, whom we have just heard of, asked if that was long ago."""
    base, host = origin(actor), host_of(actor)
    now = ids.now_ms()
    if base is None or host is None or not await programs.wants_asking(conn, host, now):
        return
    await programs.asked(conn, host, now)
    when = now + random.randrange(SPREAD_MS)  # noqa: S311  no secret hangs on it
    await queue.add(conn, LOOK, {"base": base}, run_at=when, unique_key=f"{LOOK}:{host}")


def jobs(fetcher: Fetcher) -> Mapping[str, Callable[[Database, Any], Awaitable[None]]]:
    """The kind of job → what does it."""

    async def look(db: Database, payload: Any) -> None:
        base = payload["base"]
        try:
            name, version = await _asked(fetcher, base)
        except (NotResolved, NotUnderstood):
            return
        if name:
            async with db.write() as conn:
                await programs.runs(conn, host_of(base) or "", name, version)

    return {LOOK: look}


async def _asked(fetcher: Fetcher, base: str) -> tuple[str, str]:
    """Name and version of what the server at *base* runs; "" where it says nothing of that."""
    address = nodeinfo_address(await _document(fetcher, f"{base}/.well-known/nodeinfo"))
    if address is None or not same_origin(address, base):
        return "", ""
    return software_of(await _document(fetcher, address))


async def _document(fetcher: Fetcher, address: str) -> dict[str, Any]:
    answer = await fetcher.answer(address, JSON, None)
    if not same_origin(answer.url, address):
        raise NotUnderstood("it is led to another server")
    return load(answer.body, most=MAX_BYTES)
