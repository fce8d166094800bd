"""Being told while the app sleeps.  Mastodon: methods/push."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

from stoa.api.routing import Call, bearer, route
from stoa.asgi.responses import Response, json
from stoa.core.house import House
from stoa.core.push import subscribe, vapid
from stoa.core.push.model import Policy, Subscription


class _Keys(Struct):
    p256dh: str
    auth: str


class _Where(Struct):
    endpoint: str
    keys: _Keys
    standard: bool = False


class _Data(Struct):
    alerts: dict[str, bool] = field(default_factory=dict)
    policy: Policy = "all"


class _Create(Struct):
    subscription: _Where
    data: _Data = field(default_factory=_Data)


class _Update(Struct):
    data: _Data = field(default_factory=_Data)
    policy: Policy | None = None


def entity(found: Subscription, house: House) -> dict[str, Any]:
    """WebPushSubscription."""
    return {
        "id": str(found.id),
        "endpoint": found.endpoint,
        "standard": found.standard,
        "alerts": found.alerts,
        "policy": found.policy,
        "server_key": vapid.server_key(house.push_key),
    }


def _token_id(call: Call) -> int:
    assert call.token is not None  # these routes ask for one
    return call.token.id


async def create(call: Call) -> Response:
    """POST /api/v1/push/subscription: in place of the one that this token had."""
    asked = await call.args(_Create)
    async with call.house.db.write() as conn:
        found = await subscribe.put(
            conn,
            token_id=_token_id(call),
            token=bearer(call.request) or "",
            account_id=call.me,
            endpoint=asked.subscription.endpoint,
            app_key=asked.subscription.keys.p256dh,
            secret=asked.subscription.keys.auth,
            standard=asked.subscription.standard,
            alerts=asked.data.alerts,
            policy=asked.data.policy,
            house_key=call.house.signing_key,
            insecure=call.house.settings.insecure_http == "on",
        )
    return json(entity(found, call.house))


async def show(call: Call) -> Response:
    """GET /api/v1/push/subscription."""
    async with call.house.db.read() as conn:
        return json(entity(await subscribe.of_token(conn, _token_id(call)), call.house))


async def update(call: Call) -> Response:
    """PUT /api/v1/push/subscription: of what, and from whom; what is not named is not told."""
    asked = await call.args(_Update)
    async with call.house.db.write() as conn:
        found = await subscribe.change(
            conn, _token_id(call), alerts=asked.data.alerts, policy=asked.policy or asked.data.policy
        )
    return json(entity(found, call.house))


async def delete(call: Call) -> Response:
    """DELETE /api/v1/push/subscription: also where there was none."""
    async with call.house.db.write() as conn:
        await subscribe.end(conn, _token_id(call))
    return json({})


ROUTES = [
    route("POST", "/api/v1/push/subscription", create, scopes="push"),
    route("GET", "/api/v1/push/subscription", show, scopes="push"),
    route("PUT", "/api/v1/push/subscription", update, scopes="push"),
    route("DELETE", "/api/v1/push/subscription", delete, scopes="push"),
]
