"""What moderators do about people (methods/admin/accounts)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Annotated, Any

from msgspec import Meta, Struct

from stoa.api import rendered
from stoa.api.entities import admin_account as entity
from stoa.api.entities.account import ROLES
from stoa.api.routing import Call, Handler, route
from stoa.asgi.errors import HTTPError
from stoa.asgi.responses import Response, json
from stoa.core.accounts.model import Role
from stoa.core.errors import Forbidden
from stoa.core.house import House
from stoa.core.moderation import act, erase, people, registrations, standing
from stoa.core.moderation.people import Origin, Person, State, Wish
from stoa.db import Connection

_Text = Annotated[str, Meta(max_length=500)]
_STAFF: tuple[Role, ...] = ("owner", "admin", "moderator")


class _Named(Struct):
    username: _Text | None = None
    display_name: _Text | None = None
    by_domain: _Text | None = None
    email: _Text | None = None
    ip: _Text | None = None


class _First(_Named):
    local: bool = False
    remote: bool = False
    active: bool = False
    pending: bool = False
    disabled: bool = False
    silenced: bool = False
    suspended: bool = False
    sensitized: bool = False
    staff: bool = False


class _Second(_Named):
    origin: Origin | None = None
    status: State | None = None
    permissions: _Text | None = None
    role_ids: Annotated[list[str], Meta(max_length=20)] | None = None
    invited_by: int | None = None


_STATES: tuple[State, ...] = ("active", "pending", "disabled", "silenced", "suspended", "sensitized")


async def render(conn: Connection, house: House, found: Iterable[Person]) -> list[dict[str, Any]]:
    """Admin::Account of each."""
    persons = list(found)
    accounts = await rendered.accounts_by_id(conn, house, [one.id for one in persons])
    return [entity.render(one, accounts[one.id]) for one in persons if one.id in accounts]


async def _list(call: Call, named: _Named, wish: Wish) -> Response:
    page = call.page(default=100, most=200)
    fields = {name: getattr(named, name) for name in ("username", "display_name", "email", "ip")}
    plain = {name: getattr(wish, name) for name in ("origin", "states", "roles", "invited_by_id")}
    async with call.house.db.read(long=True) as conn:
        found = await people.page(conn, page, Wish(**plain, **fields, domain=named.by_domain))
        entities = await render(conn, call.house, found)
    return json(entities, headers=call.link([one.id for one in found], page))


async def list_first(call: Call) -> Response:
    """GET /api/v1/admin/accounts."""
    call.staff("manage_users")
    asked = await call.args(_First)
    origin: Origin | None = "local" if asked.local else "remote" if asked.remote else None
    states = tuple(one for one in _STATES if getattr(asked, one))
    return await _list(
        call, asked, Wish(origin=origin, states=states, roles=_STAFF if asked.staff else None)
    )


async def list_second(call: Call) -> Response:
    """GET /api/v2/admin/accounts."""
    call.staff("manage_users")
    asked = await call.args(_Second)
    roles: tuple[Role, ...] | None = None
    if asked.permissions == "staff":
        roles = _STAFF
    if asked.role_ids:
        roles = tuple(
            name for name, (role_id, _) in ROLES.items()
            if role_id in asked.role_ids and (roles is None or name in roles)
        )  # fmt: skip
    return await _list(
        call,
        asked,
        Wish(
            origin=asked.origin,
            states=(asked.status,) if asked.status else (),
            roles=roles,
            invited_by_id=asked.invited_by,
        ),
    )


async def _shown(conn: Connection, call: Call, account_id: int) -> Response:
    (made,) = await render(conn, call.house, [await people.get(conn, account_id)])
    return json(made)


async def show(call: Call) -> Response:
    """GET /api/v1/admin/accounts/:id."""
    call.staff("manage_users")
    async with call.house.db.read() as conn:
        return await _shown(conn, call, call.id())


def _changing(verb: Callable[[Connection, int], Awaitable[object]], *, over: bool = False) -> Handler:
    """A handler that has *verb* done; *over*: only to those below."""

    async def change(call: Call) -> Response:
        _, role = call.staff("manage_users")
        account_id = call.id()
        async with call.house.db.write() as conn:
            await act.require_may(conn, role, account_id, "manage_users", over=over)
            await verb(conn, account_id)
            return await _shown(conn, call, account_id)

    return change


async def reject(call: Call) -> Response:
    """POST /api/v1/admin/accounts/:id/reject: shown once more, as it was."""
    call.staff("manage_users")
    async with call.house.db.write() as conn:
        answer = await _shown(conn, call, call.id())
        await registrations.reject(conn, call.id())
    return answer


async def delete(call: Call) -> Response:
    """DELETE /api/v1/admin/accounts/:id, of somebody suspended."""
    _, role = call.staff("delete_user_data")
    account_id = call.id()
    async with call.house.db.write() as conn:
        await act.require_may(conn, role, account_id, "delete_user_data")
        if (await people.get(conn, account_id)).suspended_at is None:
            raise Forbidden("Only somebody who is suspended can be deleted.")
        answer = await _shown(conn, call, account_id)
        await erase.erase(conn, account_id)
    return answer


class _Action(Struct):
    type: Annotated[str, Meta(max_length=64)] = ""
    report_id: int | None = None
    warning_preset_id: int | None = None
    text: Annotated[str, Meta(max_length=10 * act.MAX_TEXT)] = ""
    send_email_notification: bool = True


async def action(call: Call) -> Response:
    """POST /api/v1/admin/accounts/:id/action."""
    me, role = call.staff("manage_users", "manage_reports")
    asked = await call.args(_Action)
    if asked.warning_preset_id is not None:
        raise HTTPError(404, "Record not found")  # there are none
    async with call.house.db.write() as conn:
        await act.act(
            conn,
            me,
            role,
            call.id(),
            asked.type,
            text=asked.text,
            report_id=asked.report_id,
            tell=asked.send_email_notification,
        )
    return json({})


_READ, _WRITE = "admin:read:accounts", "admin:write:accounts"
_ONE = "/api/v1/admin/accounts/{id}"

ROUTES = [
    route("GET", "/api/v1/admin/accounts", list_first, scopes=_READ),
    route("GET", "/api/v2/admin/accounts", list_second, scopes=_READ),
    route("GET", _ONE, show, scopes=_READ),
    route("DELETE", _ONE, delete, scopes=_WRITE),
    route("POST", f"{_ONE}/action", action, scopes=_WRITE),
    route("POST", f"{_ONE}/approve", _changing(registrations.approve), scopes=_WRITE),
    route("POST", f"{_ONE}/reject", reject, scopes=_WRITE),
    route("POST", f"{_ONE}/enable", _changing(standing.enable), scopes=_WRITE),
    route("POST", f"{_ONE}/unsilence", _changing(standing.unlimit), scopes=_WRITE),
    route("POST", f"{_ONE}/unsuspend", _changing(standing.unsuspend), scopes=_WRITE),
    route("POST", f"{_ONE}/unsensitive", _changing(standing.unsensitise), scopes=_WRITE),
]
