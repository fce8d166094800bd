"""What administrators decide on other servers (methods/admin/domain_blocks, domain_allows)."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, Struct, UnsetType

from stoa.api.entities import admin_gates as entity
from stoa.api.routing import Call, route
from stoa.asgi.errors import HTTPError
from stoa.asgi.responses import Response, json
from stoa.core.errors import NotFound
from stoa.core.instances import domains
from stoa.core.instances.domains import Decision
from stoa.core.instances.policy import Severity
from stoa.core.moderation import domains as moderation


async def list_blocks(call: Call) -> Response:
    """GET /api/v1/admin/domain_blocks."""
    call.administer()
    page = call.page(default=100, most=200)
    async with call.house.db.read() as conn:
        found = await domains.page(conn, page)
    entities = [entity.domain_block(one) for one in found]
    return json(entities, headers=call.link([one.id for one in found], page))


async def show_block(call: Call) -> Response:
    """GET /api/v1/admin/domain_blocks/:id."""
    call.administer()
    async with call.house.db.read() as conn:
        return json(entity.domain_block(await domains.get(conn, call.id())))


class _Wanted(Struct):
    domain: str = ""
    severity: Severity | UnsetType = UNSET
    reject_media: bool | UnsetType = UNSET
    reject_reports: bool | UnsetType = UNSET
    private_comment: str | UnsetType = UNSET
    public_comment: str | UnsetType = UNSET
    obfuscate: bool | UnsetType = UNSET

    def changed(self, before: Decision) -> Decision:
        """*before*, with what is wanted in its place."""
        wanted = {name: value for name, value in msgspec.structs.asdict(self).items() if value is not UNSET}
        wanted["domain"] = before.domain
        plain = {name: getattr(before, name) for name in Decision.__struct_fields__}
        return Decision(**{**plain, **wanted})


async def block(call: Call) -> Response:
    """POST /api/v1/admin/domain_blocks; 422 with what is there already for a domain decided on."""
    call.administer()
    asked = await call.args(_Wanted)
    async with call.house.db.write() as conn:
        name = domains.checked(asked.domain)
        there = await domains.on(conn, name)
        if there is not None:
            raise HTTPError(
                422,
                "Validation failed: Domain has already been decided on",
                existing_domain_block=entity.domain_block(there),
            )
        await moderation.decide(
            conn, call.house.settings, asked.changed(Decision(domain=name, severity="silence"))
        )
        made = await domains.on(conn, name)
    assert made is not None
    return json(entity.domain_block(made))


async def change_block(call: Call) -> Response:
    """PUT /api/v1/admin/domain_blocks/:id."""
    call.administer()
    asked = await call.args(_Wanted)
    async with call.house.db.write() as conn:
        before = await domains.get(conn, call.id())
        await moderation.decide(conn, call.house.settings, asked.changed(before))
        after = await domains.get(conn, before.id)
    return json(entity.domain_block(after))


async def unblock(call: Call) -> Response:
    """DELETE /api/v1/admin/domain_blocks/:id."""
    call.administer()
    async with call.house.db.write() as conn:
        gone = await domains.get(conn, call.id())
        await moderation.undo(conn, gone.domain)
    return json(entity.domain_block(gone))


async def list_allows(call: Call) -> Response:
    """GET /api/v1/admin/domain_allows."""
    call.administer()
    page = call.page(default=100, most=200)
    async with call.house.db.read() as conn:
        found = await domains.allowed_page(conn, page)
    entities = [entity.domain_allow(one) for one in found]
    return json(entities, headers=call.link([one.id for one in found], page))


async def show_allow(call: Call) -> Response:
    """GET /api/v1/admin/domain_allows/:id."""
    call.administer()
    async with call.house.db.read() as conn:
        return json(entity.domain_allow(await domains.get_allowed(conn, call.id())))


async def allow(call: Call) -> Response:
    """POST /api/v1/admin/domain_allows; once is enough."""
    call.administer()
    asked = await call.args(_Wanted)
    async with call.house.db.write() as conn:
        await domains.allow(conn, asked.domain)
        return json(entity.domain_allow(await domains.allowed_on(conn, asked.domain)))


async def disallow(call: Call) -> Response:
    """DELETE /api/v1/admin/domain_allows/:id."""
    call.administer()
    async with call.house.db.write() as conn:
        gone = await domains.get_allowed(conn, call.id())
        if not await domains.disallow(conn, gone.domain):
            raise NotFound
    return json(entity.domain_allow(gone))


_BLOCKS, _ALLOWS = "/api/v1/admin/domain_blocks", "/api/v1/admin/domain_allows"
_READ, _WRITE = "admin:read:domain_blocks", "admin:write:domain_blocks"
_READ_ALLOWS, _WRITE_ALLOWS = "admin:read:domain_allows", "admin:write:domain_allows"

ROUTES = [
    route("GET", _BLOCKS, list_blocks, scopes=_READ),
    route("GET", f"{_BLOCKS}/{{id}}", show_block, scopes=_READ),
    route("POST", _BLOCKS, block, scopes=_WRITE),
    route("PUT", f"{_BLOCKS}/{{id}}", change_block, scopes=_WRITE),
    route("DELETE", f"{_BLOCKS}/{{id}}", unblock, scopes=_WRITE),
    route("GET", _ALLOWS, list_allows, scopes=_READ_ALLOWS),
    route("GET", f"{_ALLOWS}/{{id}}", show_allow, scopes=_READ_ALLOWS),
    route("POST", _ALLOWS, allow, scopes=_WRITE_ALLOWS),
    route("DELETE", f"{_ALLOWS}/{{id}}", disallow, scopes=_WRITE_ALLOWS),
]
