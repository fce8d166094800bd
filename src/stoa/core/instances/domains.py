"""What was decided on other servers, by name.  The only writes to `domain_blocks` and `domain_allows`.

What follows from it for those who live there is done in core/moderation/domains.py.
"""

from __future__ import annotations

import re

import idna
import msgspec
from sqlalchemy import Text, bindparam, delete, func, select

from stoa import ids
from stoa.core.errors import NotFound, Unprocessable
from stoa.core.instances import policy
from stoa.core.instances.policy import Severity
from stoa.db import Connection, Query, insert, upsert
from stoa.db.paging import Page, Paged, page_of
from stoa.db.tables import domain_allows, domain_blocks
from stoa.db.tables.base import Id

MAX_COMMENT = 5_000

_NAME = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_IPV6 = re.compile(r"\[[0-9a-f:.]{2,45}\]")


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What holds for *domain* and all under it.  *obfuscate*: the public list shows a part of the name."""

    domain: str
    severity: Severity = "suspend"
    reject_media: bool = False
    reject_reports: bool = False
    obfuscate: bool = False
    public_comment: str = ""
    private_comment: str = ""


class Decided(Decision, frozen=True, kw_only=True):
    """One that holds.  *created_at* (unix milliseconds) stamps those whom it limits or suspends, and no
    two have the same.
    """

    created_at: int
    id: int = 0


class Allowed(msgspec.Struct, frozen=True):
    """A server that is allowed by name."""

    id: int
    domain: str
    created_at: int


_FIELDS = tuple(name for name in Decided.__struct_fields__ if name != "id")
_decided = select(*[domain_blocks.c[name] for name in (*_FIELDS, "id")])
_all = Query(_decided.order_by(domain_blocks.c.domain))
_pages = Paged(_decided, domain_blocks.c.id)
_one = Query(_decided.where(domain_blocks.c.id == bindparam("number", type_=Id)))
_on = Query(_decided.where(domain_blocks.c.domain == bindparam("name", type_=Text)))
_allows = select(domain_allows.c.id, domain_allows.c.domain, domain_allows.c.created_at)
_allow_pages = Paged(_allows, domain_allows.c.id)
_one_allowed = Query(_allows.where(domain_allows.c.id == bindparam("number", type_=Id)))
_allowed_on = Query(_allows.where(domain_allows.c.domain == bindparam("name", type_=Text)))
_put = upsert(
    domain_blocks, "id", *_FIELDS,
    key=("domain",),
    update={
        name: bindparam(name, type_=domain_blocks.c[name].type)
        for name in _FIELDS
        if name not in ("domain", "created_at")
    },
)  # fmt: skip
_last = Query(select(func.max(domain_blocks.c.created_at)))
_remove = Query(delete(domain_blocks).where(domain_blocks.c.domain == bindparam("name", type_=Text)))
_allow = insert(domain_allows, "id", "domain", "created_at", ignore=True)
_disallow = Query(delete(domain_allows).where(domain_allows.c.domain == bindparam("name", type_=Text)))
_allowed = Query(select(domain_allows.c.domain).order_by(domain_allows.c.domain))


def checked(domain: str) -> str:
    """*domain* in the one form that names of servers have here: lower case, punycode, with a port where
    there is one.  `*.` in front means nothing, for what is under a domain goes with it anyway.  Raises
    Unprocessable.
    """
    name = domain.strip().lower().removeprefix("*.").removesuffix(".")
    host, colon, port = name, "", ""
    if (match := re.fullmatch(r"(.*):([0-9]{1,5})", name)) and (not name.endswith("]")):
        host, colon, port = match[1], ":", match[2]
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode()
        except (idna.IDNAError, UnicodeError):
            raise Unprocessable(f"{domain[:100]!r} is not the name of a server.") from None
    if len(host) > 253 or not (_NAME.fullmatch(host) or _IPV6.fullmatch(host)):
        raise Unprocessable(f"{domain[:100]!r} is not the name of a server, such as there.example.")
    return f"{host}{colon}{port}"


async def list_decided(conn: Connection) -> list[Decided]:
    """All decisions, by name."""
    return [Decided(**row._asdict()) for row in await conn.all(_all)]


async def page(conn: Connection, wanted: Page) -> list[Decided]:
    """A page of decisions, the newest first."""
    return [Decided(**row._asdict()) for row in await page_of(conn, _pages, wanted)]


async def get(conn: Connection, number: int) -> Decided:
    """A decision by its number.  Raises NotFound."""
    row = await conn.first(_one, number=number)
    if row is None:
        raise NotFound
    return Decided(**row._asdict())


async def on(conn: Connection, domain: str) -> Decided | None:
    """What was decided on *domain* itself."""
    row = await conn.first(_on, name=checked(domain))
    return None if row is None else Decided(**row._asdict())


async def allowed_page(conn: Connection, wanted: Page) -> list[Allowed]:
    """A page of servers allowed by name, the newest first."""
    return [Allowed(*row) for row in await page_of(conn, _allow_pages, wanted)]


async def get_allowed(conn: Connection, number: int) -> Allowed:
    """One of them by its number.  Raises NotFound."""
    row = await conn.first(_one_allowed, number=number)
    if row is None:
        raise NotFound
    return Allowed(*row)


async def allowed_on(conn: Connection, domain: str) -> Allowed:
    """One of them by its name.  Raises NotFound."""
    row = await conn.first(_allowed_on, name=checked(domain))
    if row is None:
        raise NotFound
    return Allowed(*row)


async def put(conn: Connection, decision: Decision) -> None:
    """*decision* holds; it takes the place of one on the same domain.  Raises Unprocessable."""
    if max(len(decision.public_comment), len(decision.private_comment)) > MAX_COMMENT:
        raise Unprocessable(f"A comment on a server has at most {MAX_COMMENT} characters.")
    last = await conn.scalar(_last) or 0
    values = msgspec.structs.asdict(decision) | {"domain": checked(decision.domain)}
    policy.changed(conn)
    await conn.run(_put, **values, id=ids.new_id(), created_at=max(ids.now_ms(), last + 1))


async def remove(conn: Connection, domain: str) -> bool:
    """Whether there was a decision on *domain*; there is none now."""
    policy.changed(conn)
    return bool(await conn.run(_remove, name=checked(domain)))


async def allow(conn: Connection, domain: str) -> bool:
    """Whether *domain* was not yet among those allowed by name."""
    policy.changed(conn)
    return bool(await conn.run(_allow, id=ids.new_id(), domain=checked(domain), created_at=ids.now_ms()))


async def disallow(conn: Connection, domain: str) -> bool:
    """Whether it was; it is not any more."""
    policy.changed(conn)
    return bool(await conn.run(_disallow, name=checked(domain)))


async def list_allowed(conn: Connection) -> list[str]:
    """The domains allowed by name, in order."""
    return await conn.scalars(_allowed)
