"""Asking servers that were given up whether they are back: each once a day, with one small request.

A server is back when it has its NodeInfo at the usual place; a domain that was parked has none.
"""

from __future__ import annotations

import asyncio

from sqlalchemy import Text, bindparam, select

from stoa.core.house import House
from stoa.core.instances import health, policy
from stoa.db import Query
from stoa.db.tables import remote_actors
from stoa.federation.parse.jsonld import NotUnderstood, load
from stoa.federation.parse.origins import origin
from stoa.http_client import HttpClient, NotFetched

ANSWER_BYTES = 64 * 1024
SECONDS = 10.0

_an_inbox = Query(
    select(remote_actors.c.inbox).where(remote_actors.c.host == bindparam("host", type_=Text)).limit(1)
)


class Revival:
    """Asks."""

    def __init__(self, house: House, http: HttpClient) -> None:
        self._house, self._db, self._http = house, house.db, http

    async def ask(self, now: int) -> int:
        """Ask those whose day it is; how many are back."""
        async with self._db.write() as conn:
            hosts = await health.to_probe(conn, now)
            closed = await policy.refused(conn, self._house.settings, hosts)
        asked = [host for host in hosts if host not in closed]
        alive = await asyncio.gather(*(self._lives(host) for host in asked))
        back = [host for host, lives in zip(asked, alive, strict=True) if lives]
        if back:
            async with self._db.write() as conn:
                for host in sorted(back):
                    await health.heard_from(conn, host)
        return len(back)

    async def _lives(self, host: str) -> bool:
        async with self._db.read() as conn:
            inbox = await conn.scalar(_an_inbox, host=host)
        base = (origin(inbox) if inbox else None) or f"https://{host}"
        try:
            answer = await self._http.get(
                f"{base}/.well-known/nodeinfo",
                accept="application/json",
                limit_bytes=ANSWER_BYTES,
                deadline=SECONDS,
            )
            return answer.is_ok and bool(load(answer.body).get("links"))
        except (NotFetched, NotUnderstood):
            return False
