"""Which of our followers live on a server, in a few bytes (FEP-8fcf).

Goes with followers-only posts, so that the other server notices if it believes otherwise: somebody
who lost their followers in a crash there would not be told anything, or the wrong people would be.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping

from sqlalchemy import bindparam, select

from stoa.db import Connection, Query
from stoa.db.tables import accounts, follows, remote_actors
from stoa.db.tables.base import Id
from stoa.federation.parse.origins import host_of
from stoa.ids import Addresses

HEADER = "Collection-Synchronization"

_followers = Query(
    select(accounts.c.uri, remote_actors.c.host)
    .select_from(
        follows.join(accounts, accounts.c.id == follows.c.follower_id).join(
            remote_actors, remote_actors.c.account_id == accounts.c.id
        )
    )
    .where(follows.c.target_id == bindparam("account", type_=Id))
)


def digest(uris: Iterable[str]) -> str:
    """The SHA-256 of each of *uris*, combined by exclusive or, in hexadecimal; of none: zeros."""
    combined = 0
    for uri in uris:
        combined ^= int.from_bytes(hashlib.sha256(uri.encode()).digest())
    return combined.to_bytes(32).hex()


def header(actor: str, uris: Iterable[str], addresses: Addresses) -> str:
    """The value of HEADER for the followers *uris* of the local *actor*."""
    collection = addresses.followers(actor)
    url = addresses.followers_synchronization(actor)
    return f'collectionId="{collection}", url="{url}", digest="{digest(uris)}"'


async def headers(
    conn: Connection, account_id: int, actor: str, inboxes: Iterable[str], addresses: Addresses
) -> Mapping[str, Mapping[str, str]]:
    """Inbox → the header with the followers who live on its server; one query for all."""
    by_host: defaultdict[str, list[str]] = defaultdict(list)
    for row in await conn.all(_followers, account=account_id):
        by_host[row.host].append(row.uri)
    found: dict[str, Mapping[str, str]] = {}
    values: dict[str, str] = {}
    for inbox in inboxes:
        host = host_of(inbox)
        if host is not None:
            if host not in values:
                values[host] = header(actor, by_host.get(host, ()), addresses)
            found[inbox] = {HEADER: values[host]}
    return found
