"""Whom the house does not let in: addresses of letters by domain or one by one, and places on the network.

The only writes to `email_domain_blocks`, `email_domain_attempts`, `canonical_email_blocks` and `ip_blocks`.
A block of a place holds until it expires; the strictest of those that fit counts.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import time
from collections.abc import Sequence
from hashlib import sha256
from typing import Literal

import msgspec
from sqlalchemy import BigInteger, Text, bindparam, delete, func, select, update

from stoa import ids
from stoa.core.errors import NotFound, Unprocessable
from stoa.core.instances import domains
from stoa.core.instances.policy import upwards
from stoa.db import Connection, Database, Query, Row, any_of, insert, upsert
from stoa.db.paging import Page, Paged, page_of
from stoa.db.tables import (
    canonical_email_blocks,
    email_domain_attempts,
    email_domain_blocks,
    ip_blocks,
)
from stoa.db.tables.base import Id

Severity = Literal["sign_up_requires_approval", "sign_up_block", "no_access"]
SEVERITIES: tuple[Severity, ...] = ("sign_up_requires_approval", "sign_up_block", "no_access")
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

MAX_COMMENT = 2_000
BELIEVED_SECONDS = 30.0
HISTORY_DAYS = 7
DAY_MS = 86_400_000
# Wider ones would shut out whole countries by a slip of the hand.
WIDEST = {4: 8, 6: 16}

_HASH = re.compile(r"[0-9a-f]{64}")


class IpBlock(msgspec.Struct, frozen=True):
    """What holds for those who come from *network*."""

    id: int
    network: str
    severity: Severity
    comment: str
    expires_at: int | None
    created_at: int


class EmailDomain(msgspec.Struct, frozen=True):
    """A domain whose addresses nobody may join with; *history*: (day since 1970, places, tries)."""

    id: int
    domain: str
    created_at: int
    history: tuple[tuple[int, int, int], ...] = ()


class CanonicalEmail(msgspec.Struct, frozen=True):
    """An address nobody may join with, known by its hash alone."""

    id: int
    hash: str


_IP = [ip_blocks.c[name] for name in IpBlock.__struct_fields__]
_lasts = ip_blocks.c.expires_at.is_(None) | (ip_blocks.c.expires_at > bindparam("now", type_=BigInteger))
_ips = Query(select(*_IP).where(_lasts))
_ip_pages = Paged(select(*_IP), ip_blocks.c.id)
_ip = Query(select(*_IP).where(ip_blocks.c.id == bindparam("block", type_=Id)))
_put_ip = upsert(
    ip_blocks, "id", "network", "severity", "comment", "expires_at", "created_at",
    key=("network",),
    update={
        name: bindparam(name, type_=ip_blocks.c[name].type)
        for name in ("severity", "comment", "expires_at")
    },
)  # fmt: skip
_ip_of = Query(select(*_IP).where(ip_blocks.c.network == bindparam("name", type_=Text)))
_change_ip = Query(
    update(ip_blocks)
    .where(ip_blocks.c.id == bindparam("block", type_=Id))
    .values(
        {
            name: bindparam(f"new_{name}", type_=ip_blocks.c[name].type)
            for name in ("network", "severity", "comment", "expires_at")
        }
    )
)
_remove_ip = Query(delete(ip_blocks).where(ip_blocks.c.id == bindparam("block", type_=Id)))

_EMAIL = [email_domain_blocks.c[name] for name in ("id", "domain", "created_at")]
_email_pages = Paged(select(*_EMAIL), email_domain_blocks.c.id)
_email = Query(select(*_EMAIL).where(email_domain_blocks.c.id == bindparam("block", type_=Id)))
_email_named = Query(select(*_EMAIL).where(any_of(email_domain_blocks.c.domain, "domains")))
_add_email = insert(email_domain_blocks, "id", "domain", "created_at", ignore=True)
_remove_email = Query(
    delete(email_domain_blocks).where(email_domain_blocks.c.id == bindparam("block", type_=Id))
)
_attempt = upsert(
    email_domain_attempts, "block_id", "day", "ip", "uses",
    key=("block_id", "day", "ip"),
    update={"uses": email_domain_attempts.c.uses + 1},
)  # fmt: skip
_forget_attempts = Query(
    delete(email_domain_attempts).where(email_domain_attempts.c.day <= bindparam("before", type_=Id))
)
_history = Query(
    select(
        email_domain_attempts.c.block_id,
        email_domain_attempts.c.day,
        func.count().label("places"),
        func.sum(email_domain_attempts.c.uses).label("tries"),
    )
    .where(any_of(email_domain_attempts.c.block_id, "ids"))
    .group_by(email_domain_attempts.c.block_id, email_domain_attempts.c.day)
)

_CANONICAL = [canonical_email_blocks.c.id, canonical_email_blocks.c.hash]
_canonical_pages = Paged(select(*_CANONICAL), canonical_email_blocks.c.id)
_canonical = Query(select(*_CANONICAL).where(canonical_email_blocks.c.id == bindparam("block", type_=Id)))
_canonical_of = Query(
    select(*_CANONICAL).where(canonical_email_blocks.c.hash == bindparam("hash", type_=Text))
)
_add_canonical = insert(canonical_email_blocks, "id", "hash", "created_at", ignore=True)
_remove_canonical = Query(
    delete(canonical_email_blocks).where(canonical_email_blocks.c.id == bindparam("block", type_=Id))
)


def canonical_hash(email: str) -> str:
    """The hash of *email* without what most providers overlook: case, dots and what follows a plus."""
    local, _, domain = email.strip().lower().rpartition("@")
    local = local.partition("+")[0].replace(".", "")
    return sha256(f"{local}@{domain}".encode()).hexdigest()


def checked_network(ip: str) -> str:
    """*ip* as a network: `192.0.2.7` → `192.0.2.7/32`.  Raises Unprocessable."""
    try:
        network: Network = ipaddress.ip_network(ip.strip(), strict=False)
    except ValueError:
        raise Unprocessable("Validation failed: Ip is not a valid IP address") from None
    if network.prefixlen < WIDEST[network.version]:
        widest = WIDEST[network.version]
        raise Unprocessable(f"Validation failed: Ip is too wide (/{widest} is the widest to be blocked)")
    return str(network)


def strictest(blocks: Sequence[IpBlock], ip: str, now: int) -> Severity | None:
    """What holds at *now* for whoever comes from *ip*."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    found = [
        SEVERITIES.index(one.severity)
        for one in blocks
        if (one.expires_at is None or one.expires_at > now) and address in ipaddress.ip_network(one.network)
    ]
    return SEVERITIES[max(found)] if found else None


async def of_place(conn: Connection, ip: str) -> Severity | None:
    """What holds for whoever comes from *ip*."""
    now = ids.now_ms()
    return strictest([IpBlock(*row) for row in await conn.all(_ips, now=now)], ip, now)


async def of_email(conn: Connection, email: str) -> int | bool:
    """Whether nobody may join with *email*: the id of the block of its domain, or True."""
    domain = email.rpartition("@")[2].lower()
    row = await conn.first(_email_named, domains=upwards(domain))
    if row is not None:
        found: int = row.id
        return found
    return await conn.first(_canonical_of, hash=canonical_hash(email)) is not None


async def note_attempt(conn: Connection, block_id: int, ip: str) -> None:
    """Somebody tried to join with an address of a blocked domain."""
    today = ids.now_ms() // DAY_MS
    await conn.run(_forget_attempts, before=today - HISTORY_DAYS)
    await conn.run(_attempt, block_id=block_id, day=today, ip=ip, uses=1)


class Watch:
    """Who gets no answer at all.  Looks at the blocks anew when this process has changed them, and every
    BELIEVED_SECONDS, for others may have.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._blocks: list[IpBlock] = []
        self._read_at = -BELIEVED_SECONDS
        self._seen = 0
        self._reading = asyncio.Lock()

    async def shuts_out(self, ip: str) -> bool:
        """Whether whoever comes from *ip* may see nothing."""
        changes = self._db.memory.get(Watch, 0)
        if changes != self._seen or time.monotonic() - self._read_at > BELIEVED_SECONDS:
            async with self._reading, self._db.read() as conn:
                found = [IpBlock(*row) for row in await conn.all(_ips, now=ids.now_ms())]
            self._blocks = [one for one in found if one.severity == "no_access"]
            self._read_at, self._seen = time.monotonic(), changes
        return bool(self._blocks) and strictest(self._blocks, ip, ids.now_ms()) is not None


def _changed(conn: Connection) -> None:
    def tell() -> None:
        conn.memory[Watch] = conn.memory.get(Watch, 0) + 1

    conn.after_commit.append(tell)


async def list_ips(conn: Connection, page: Page) -> list[IpBlock]:
    """A page of blocked places."""
    return [IpBlock(*row) for row in await page_of(conn, _ip_pages, page)]


async def get_ip(conn: Connection, block_id: int) -> IpBlock:
    """One of them.  Raises NotFound."""
    return IpBlock(*_there(await conn.first(_ip, block=block_id)))


async def put_ip(
    conn: Connection, ip: str, severity: Severity, *, comment: str = "", expires_at: int | None = None
) -> IpBlock:
    """Block a place, or block it otherwise.  Raises Unprocessable."""
    network = checked_network(ip)
    _check_comment(comment)
    _changed(conn)
    await conn.run(
        _put_ip, id=ids.new_id(), network=network, severity=severity, comment=comment,
        expires_at=expires_at, created_at=ids.now_ms(),
    )  # fmt: skip
    return IpBlock(*_there(await conn.first(_ip_of, name=network)))


async def change_ip(conn: Connection, block_id: int, changed: IpBlock) -> IpBlock:
    """The block as it is then.  Raises NotFound, Unprocessable."""
    await get_ip(conn, block_id)
    network = checked_network(changed.network)
    _check_comment(changed.comment)
    other = await conn.first(_ip_of, name=network)
    if other is not None and other.id != block_id:
        raise Unprocessable("Validation failed: Ip has already been taken")
    _changed(conn)
    await conn.run(
        _change_ip, block=block_id, new_network=network, new_severity=changed.severity,
        new_comment=changed.comment, new_expires_at=changed.expires_at,
    )  # fmt: skip
    return await get_ip(conn, block_id)


async def remove_ip(conn: Connection, block_id: int) -> IpBlock:
    """The block that is gone.  Raises NotFound."""
    gone = await get_ip(conn, block_id)
    _changed(conn)
    await conn.run(_remove_ip, block=block_id)
    return gone


async def list_email_domains(conn: Connection, page: Page) -> list[EmailDomain]:
    """A page of blocked domains of addresses, with who tried in the last week."""
    rows = await page_of(conn, _email_pages, page)
    return await _with_history(conn, [EmailDomain(*row) for row in rows])


async def get_email_domain(conn: Connection, block_id: int) -> EmailDomain:
    """One of them.  Raises NotFound."""
    row = _there(await conn.first(_email, block=block_id))
    return (await _with_history(conn, [EmailDomain(*row)]))[0]


async def add_email_domain(conn: Connection, domain: str) -> EmailDomain:
    """Nobody joins with an address of *domain* or below it.  Raises Unprocessable."""
    name = domains.checked(domain)
    if not await conn.run(_add_email, id=ids.new_id(), domain=name, created_at=ids.now_ms()):
        raise Unprocessable("Validation failed: Domain has already been taken")
    row = _there(await conn.first(_email_named, domains=[name]))
    return (await _with_history(conn, [EmailDomain(*row)]))[0]


async def remove_email_domain(conn: Connection, block_id: int) -> EmailDomain:
    """The block that is gone.  Raises NotFound."""
    gone = await get_email_domain(conn, block_id)
    await conn.run(_remove_email, block=block_id)
    return gone


async def _with_history(conn: Connection, found: list[EmailDomain]) -> list[EmailDomain]:
    today = ids.now_ms() // DAY_MS
    tried = {
        (row.block_id, row.day): (row.places, int(row.tries))
        for row in await conn.all(_history, ids=[one.id for one in found])
    }
    return [
        msgspec.structs.replace(
            one,
            history=tuple(
                (today - ago, *tried.get((one.id, today - ago), (0, 0))) for ago in range(HISTORY_DAYS)
            ),
        )
        for one in found
    ]


async def list_canonical(conn: Connection, page: Page) -> list[CanonicalEmail]:
    """A page of blocked addresses."""
    return [CanonicalEmail(*row) for row in await page_of(conn, _canonical_pages, page)]


async def get_canonical(conn: Connection, block_id: int) -> CanonicalEmail:
    """One of them.  Raises NotFound."""
    return CanonicalEmail(*_there(await conn.first(_canonical, block=block_id)))


async def find_canonical(conn: Connection, email: str) -> list[CanonicalEmail]:
    """The block on *email*, if there is one."""
    rows = await conn.all(_canonical_of, hash=canonical_hash(email))
    return [CanonicalEmail(*row) for row in rows]


async def add_canonical(conn: Connection, *, email: str = "", digest: str = "") -> CanonicalEmail:
    """Nobody joins with *email*, or with the address whose hash is *digest*.  Raises Unprocessable."""
    wanted = digest.lower() if digest else canonical_hash(email)
    if (digest and not _HASH.fullmatch(wanted)) or (not digest and "@" not in email):
        raise Unprocessable("Validation failed: Email is invalid")
    if not await conn.run(_add_canonical, id=ids.new_id(), hash=wanted, created_at=ids.now_ms()):
        raise Unprocessable("Validation failed: Canonical email hash has already been taken")
    return CanonicalEmail(*_there(await conn.first(_canonical_of, hash=wanted)))


async def remove_canonical(conn: Connection, block_id: int) -> CanonicalEmail:
    """The block that is gone.  Raises NotFound."""
    gone = await get_canonical(conn, block_id)
    await conn.run(_remove_canonical, block=block_id)
    return gone


def _check_comment(comment: str) -> None:
    if len(comment) > MAX_COMMENT:
        raise Unprocessable(f"Validation failed: Comment is too long (maximum is {MAX_COMMENT} characters)")


def _there(row: Row | None) -> Row:
    if row is None:
        raise NotFound
    return row
