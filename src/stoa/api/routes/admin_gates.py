"""Whom administrators do not let in (methods/admin/email_domain_blocks, ip_blocks,
canonical_email_blocks).
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from stoa import ids
from stoa.api.entities import admin_gates as entity
from stoa.api.routing import Call, route
from stoa.asgi.responses import Response, json
from stoa.core.auth import gates
from stoa.core.auth.gates import Severity
from stoa.core.errors import Unprocessable

MAX_SECONDS = 100 * 366 * 86_400


async def list_email_domains(call: Call) -> Response:
    """GET /api/v1/admin/email_domain_blocks."""
    call.administer()
    page = call.page(default=100, most=200)
    async with call.house.db.read() as conn:
        found = await gates.list_email_domains(conn, page)
    entities = [entity.email_domain_block(one) for one in found]
    return json(entities, headers=call.link([one.id for one in found], page))


async def show_email_domain(call: Call) -> Response:
    """GET /api/v1/admin/email_domain_blocks/:id."""
    call.administer()
    async with call.house.db.read() as conn:
        return json(entity.email_domain_block(await gates.get_email_domain(conn, call.id())))


class _Domain(Struct):
    domain: str = ""


async def add_email_domain(call: Call) -> Response:
    """POST /api/v1/admin/email_domain_blocks."""
    call.administer()
    asked = await call.args(_Domain)
    async with call.house.db.write() as conn:
        return json(entity.email_domain_block(await gates.add_email_domain(conn, asked.domain)))


async def remove_email_domain(call: Call) -> Response:
    """DELETE /api/v1/admin/email_domain_blocks/:id."""
    call.administer()
    async with call.house.db.write() as conn:
        return json(entity.email_domain_block(await gates.remove_email_domain(conn, call.id())))


async def list_ips(call: Call) -> Response:
    """GET /api/v1/admin/ip_blocks."""
    call.administer()
    page = call.page(default=100, most=200)
    async with call.house.db.read() as conn:
        found = await gates.list_ips(conn, page)
    entities = [entity.ip_block(one) for one in found]
    return json(entities, headers=call.link([one.id for one in found], page))


async def show_ip(call: Call) -> Response:
    """GET /api/v1/admin/ip_blocks/:id."""
    call.administer()
    async with call.house.db.read() as conn:
        return json(entity.ip_block(await gates.get_ip(conn, call.id())))


class _Ip(Struct):
    ip: str | None = None
    severity: Severity | None = None
    comment: str | UnsetType = UNSET
    # Empty text and null: for ever.
    expires_in: Annotated[int, Meta(le=MAX_SECONDS)] | UnsetType | None = UNSET

    @property
    def expires_at(self) -> int | None:
        """When that is, in unix milliseconds; None for never."""
        seconds = self.expires_in
        return ids.now_ms() + seconds * 1000 if isinstance(seconds, int) and seconds > 0 else None


async def add_ip(call: Call) -> Response:
    """POST /api/v1/admin/ip_blocks."""
    call.administer()
    asked = await call.args(_Ip)
    if asked.severity is None:
        raise Unprocessable("Validation failed: Severity can't be blank")
    async with call.house.db.write() as conn:
        made = await gates.put_ip(
            conn,
            asked.ip or "",
            asked.severity,
            comment="" if isinstance(asked.comment, UnsetType) else asked.comment,
            expires_at=asked.expires_at,
        )
    return json(entity.ip_block(made))


async def change_ip(call: Call) -> Response:
    """PUT /api/v1/admin/ip_blocks/:id."""
    call.administer()
    asked = await call.args(_Ip)
    async with call.house.db.write() as conn:
        before = await gates.get_ip(conn, call.id())
        wanted = msgspec.structs.replace(
            before,
            network=asked.ip or before.network,
            severity=asked.severity or before.severity,
            comment=before.comment if isinstance(asked.comment, UnsetType) else asked.comment,
            expires_at=before.expires_at if isinstance(asked.expires_in, UnsetType) else asked.expires_at,
        )
        return json(entity.ip_block(await gates.change_ip(conn, before.id, wanted)))


async def remove_ip(call: Call) -> Response:
    """DELETE /api/v1/admin/ip_blocks/:id."""
    call.administer()
    async with call.house.db.write() as conn:
        return json(entity.ip_block(await gates.remove_ip(conn, call.id())))


async def list_canonical(call: Call) -> Response:
    """GET /api/v1/admin/canonical_email_blocks."""
    call.administer()
    page = call.page(default=100, most=200)
    async with call.house.db.read() as conn:
        found = await gates.list_canonical(conn, page)
    entities = [entity.canonical_email_block(one) for one in found]
    return json(entities, headers=call.link([one.id for one in found], page))


async def show_canonical(call: Call) -> Response:
    """GET /api/v1/admin/canonical_email_blocks/:id."""
    call.administer()
    async with call.house.db.read() as conn:
        return json(entity.canonical_email_block(await gates.get_canonical(conn, call.id())))


class _Email(Struct):
    email: str = ""
    canonical_email_hash: str = ""


async def try_canonical(call: Call) -> Response:
    """POST /api/v1/admin/canonical_email_blocks/test: the blocks that fit an address."""
    call.administer()
    asked = await call.args(_Email)
    if "@" not in asked.email:
        raise Unprocessable("Validation failed: Email is invalid")
    async with call.house.db.read() as conn:
        found = await gates.find_canonical(conn, asked.email)
    return json([entity.canonical_email_block(one) for one in found])


async def add_canonical(call: Call) -> Response:
    """POST /api/v1/admin/canonical_email_blocks; the hash wins where both are given."""
    call.administer()
    asked = await call.args(_Email)
    async with call.house.db.write() as conn:
        made = await gates.add_canonical(conn, email=asked.email, digest=asked.canonical_email_hash)
    return json(entity.canonical_email_block(made))


async def remove_canonical(call: Call) -> Response:
    """DELETE /api/v1/admin/canonical_email_blocks/:id."""
    call.administer()
    async with call.house.db.write() as conn:
        return json(entity.canonical_email_block(await gates.remove_canonical(conn, call.id())))


_DOMAINS, _IPS = "/api/v1/admin/email_domain_blocks", "/api/v1/admin/ip_blocks"
_EMAILS = "/api/v1/admin/canonical_email_blocks"
_R, _W = "admin:read:", "admin:write:"

ROUTES = [
    route("GET", _DOMAINS, list_email_domains, scopes=f"{_R}email_domain_blocks"),
    route("GET", f"{_DOMAINS}/{{id}}", show_email_domain, scopes=f"{_R}email_domain_blocks"),
    route("POST", _DOMAINS, add_email_domain, scopes=f"{_W}email_domain_blocks"),
    route("DELETE", f"{_DOMAINS}/{{id}}", remove_email_domain, scopes=f"{_W}email_domain_blocks"),
    route("GET", _IPS, list_ips, scopes=f"{_R}ip_blocks"),
    route("GET", f"{_IPS}/{{id}}", show_ip, scopes=f"{_R}ip_blocks"),
    route("POST", _IPS, add_ip, scopes=f"{_W}ip_blocks"),
    route("PUT", f"{_IPS}/{{id}}", change_ip, scopes=f"{_W}ip_blocks"),
    route("DELETE", f"{_IPS}/{{id}}", remove_ip, scopes=f"{_W}ip_blocks {_W}domain_blocks"),
    route("GET", _EMAILS, list_canonical, scopes=f"{_R}canonical_email_blocks"),
    route("GET", f"{_EMAILS}/{{id}}", show_canonical, scopes=f"{_R}canonical_email_blocks"),
    route("POST", f"{_EMAILS}/test", try_canonical, scopes=f"{_R}canonical_email_blocks"),
    route("POST", _EMAILS, add_canonical, scopes=f"{_W}canonical_email_blocks"),
    route("DELETE", f"{_EMAILS}/{{id}}", remove_canonical, scopes=f"{_W}canonical_email_blocks"),
]
