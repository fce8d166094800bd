"""What a decision on the files of a server means for those that are here already (`reject_media`).

Posts and profiles that are known look as if they came under the decision that holds now.  A job, some
at a time.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from stoa.core.accounts import standing
from stoa.core.instances import policy
from stoa.core.media import refused, strays
from stoa.core.statuses import store as statuses
from stoa.db import Connection
from stoa.jobs import queue

SETTLE = "domains.files"
"""{"servers": names of servers that somebody here is known from, "after": id of an account}."""


async def settle_later(conn: Connection, servers: Iterable[str]) -> None:
    """Have what is here of people on *servers* brought in step with what is decided."""
    names = sorted(servers)
    if names:
        await queue.add(conn, SETTLE, {"servers": names, "after": 0})


async def settle(conn: Connection, payload: Any) -> None:
    """The job SETTLE; comes again while there are more people."""
    servers: list[str] = payload["servers"]
    rules = await policy.rules_of(conn, servers)
    unwanted = {name for name, rule in rules.items() if rule.reject_media}
    if payload["after"] == 0 and unwanted:
        await strays.look_at(conn, await standing.take_pictures(conn, unwanted))
        await refused.forget_emojis(conn, unwanted)
    settled = await refused.settle_some(conn, servers, unwanted, payload["after"])
    for status_id in sorted(settled.statuses):
        await statuses.change(conn, status_id)
    if settled.after is not None:
        await queue.add(conn, SETTLE, {"servers": servers, "after": settled.after})
