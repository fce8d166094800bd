"""Other servers as the sender sees them: what each answers, how long it takes, what it was sent."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import func, select

from stoa import ids
from stoa.core.house import House
from stoa.db import Query
from stoa.db.tables import deliveries, delivery_hosts, outgoing
from stoa.federation.deliver import send
from stoa.federation.own_keys import INSTANCE, OwnKeys
from stoa.federation.sender import Sender
from stoa.http_client import Fetched, HttpClient, Signer, TooSlow, Unreachable

HOUR, DAY = 3600 * 1000, 24 * 3600 * 1000

_counts = Query(
    select(
        select(func.count()).select_from(deliveries).scalar_subquery().label("deliveries"),
        select(func.count()).select_from(delivery_hosts).scalar_subquery().label("hosts"),
        select(func.count()).select_from(outgoing).scalar_subquery().label("letters"),
    )
)


@dataclass
class Peer:
    """A server: *answer* is what it says to a delivery, a status or a function of its headers; None:
    nothing, for it is dead.
    """

    answer: int | Callable[[Mapping[str, str]], int] | None = 202
    headers: Mapping[str, str] = field(default_factory=dict)
    gate: asyncio.Event | None = None  # it answers when this is set
    nodeinfo: bool = False


@dataclass(frozen=True)
class Sent:
    """A delivery as it arrived."""

    url: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def host(self) -> str:
        """To whom."""
        return urlsplit(self.url).netloc

    @property
    def json(self) -> Any:
        """What."""
        return json.loads(self.body)

    @property
    def scheme(self) -> str:
        """The kind of signature."""
        return "rfc9421" if "Signature-Input" in self.headers else "cavage"


class Peers(HttpClient):
    """The way out of the house under test."""

    def __init__(self, house: House) -> None:
        super().__init__(house.settings)
        self.by_host: dict[str, Peer] = {}
        self.sent: list[Sent] = []
        self.open = 0
        self.most_open: Counter[str] = Counter()
        self._open_at: Counter[str] = Counter()
        self.arrived = asyncio.Event()

    def __getitem__(self, host: str) -> Peer:
        return self.by_host.setdefault(host, Peer())

    def to(self, host: str) -> list[Any]:
        """The ids of what *host* was sent, in order."""
        return [one.json["id"] for one in self.sent if one.host == host]

    async def post(
        self,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
        *,
        signer: Signer | None = None,
        **limits: Any,
    ) -> Fetched:
        """The answer of the server of *url*."""
        sent = {"Host": urlsplit(url).netloc, **headers}
        if signer is not None:
            sent |= signer("POST", url, sent, body)
        delivery = Sent(url, sent, body)
        self.sent.append(delivery)
        self.arrived.set()
        peer = self[delivery.host]
        self._open_at[delivery.host] += 1
        self.most_open[delivery.host] = max(self.most_open[delivery.host], self._open_at[delivery.host])
        try:
            if peer.gate is not None:
                await peer.gate.wait()
            else:
                await asyncio.sleep(0)
        finally:
            self._open_at[delivery.host] -= 1
        if peer.answer is None:
            raise Unreachable(url, "no connection could be made")
        if peer.answer == 0:
            raise TooSlow(url, "there was no answer")
        status = peer.answer if isinstance(peer.answer, int) else peer.answer(sent)
        return Fetched(status, url, peer.headers, b"")

    async def get(self, url: str, *, accept: str, signer: Signer | None = None, **limits: Any) -> Fetched:
        """NodeInfo, of those that have it."""
        host = urlsplit(url).netloc
        self.sent.append(Sent(url, {}, b'{"id": "asked"}'))
        if not self[host].nodeinfo:
            raise Unreachable(url, "no connection could be made")
        return Fetched(200, url, {"content-type": "application/json"}, b'{"links": [{"rel": "x"}]}')

    async def close(self) -> None:
        """Nothing to close."""


class Outside:
    """A house's sender, and all it sends to."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.peers = Peers(house)
        self.sender = self.another()

    def another(self) -> Sender:
        """The sender of a second process."""
        return Sender(self.house, self.peers, OwnKeys(self.house.db, self.house.addresses))

    async def queue(
        self,
        name: str,
        *to: str,
        kind: str = "Create",
        about: str | None = None,
        headers: Mapping[str, Mapping[str, str]] | None = None,
        account_id: int = INSTANCE,
    ) -> None:
        """Have an activity with the id *name* sent to hosts (their shared inboxes) or inboxes."""
        inboxes: Sequence[str] = [one if "//" in one else f"https://{one}/inbox" for one in to]
        async with self.house.db.write() as conn:
            await send.send(
                conn, self.house, {"id": name, "type": kind}, account_id=account_id, inboxes=inboxes,
                kind=kind, about=about, headers=headers,
            )  # fmt: skip

    async def arrival(self, number: int) -> None:
        """Wait until that many deliveries have been begun."""
        async with asyncio.timeout(30):
            while len(self.peers.sent) < number:
                self.peers.arrived.clear()
                await self.peers.arrived.wait()

    async def drain(self, at: int | None = None) -> int:
        """Send what is due (now, or as if it were *at*); how many attempts."""
        return await self.sender.drain(at=at)


def now() -> int:
    """Unix milliseconds, a moment from now: what was queued is due."""
    return ids.now_ms() + 1000


async def left(house: House) -> tuple[int, int, int]:
    """Deliveries, hosts and letters that still wait."""
    async with house.db.read() as conn:
        row = await conn.first(_counts)
    assert row is not None
    return tuple(row)
