"""Registering an app, and asking which app a token belongs to.  Mastodon: methods/apps."""

from __future__ import annotations

from typing import Any

import msgspec

from stoa.api.routing import Call, route
from stoa.asgi import responses
from stoa.asgi.responses import Response
from stoa.core.auth import apps
from stoa.core.auth import scopes as oauth_scopes
from stoa.core.auth.apps import App
from stoa.core.auth.throttle import network, throttles
from stoa.core.house import House
from stoa.core.push import vapid


class _Register(msgspec.Struct):
    client_name: str = ""
    redirect_uris: list[str] = []
    scopes: str = oauth_scopes.DEFAULT
    website: str = ""


def entity(app: App, house: House) -> dict[str, Any]:
    """Application."""
    return {
        "id": str(app.id),
        "name": app.name,
        "website": app.website,
        "scopes": app.scopes.split(),
        "redirect_uris": list(app.redirect_uris),
        "redirect_uri": "\n".join(app.redirect_uris),
        "vapid_key": vapid.server_key(house.push_key),
    }


async def register(call: Call) -> Response:
    """CredentialApplication: the secret is shown here and never again."""
    asked = await call.args(_Register)
    house = call.house
    if house.settings.rate_limits == "on":
        throttles(house.db).apps.use(network(call.request.client_ip))
    async with house.db.write() as conn:
        app, secret = await apps.register(
            conn,
            name=asked.client_name.strip(),
            # One text may hold several, a line each; some apps send a list.
            redirect_uris=[uri for text in asked.redirect_uris for uri in text.split()],
            scopes=asked.scopes or oauth_scopes.DEFAULT,
            website=asked.website.strip() or None,
        )
    return responses.json(
        {
            **entity(app, house),
            "client_id": app.client_id,
            "client_secret": secret,
            "client_secret_expires_at": 0,
        }
    )


async def verify_credentials(call: Call) -> Response:
    """Application of the token."""
    assert call.token is not None
    if call.token.app_id is None:
        made_here = App(
            id=0, name="Command line", website=None, redirect_uris=(), scopes=call.token.scopes,
            client_id="", secret_hash="",
        )  # fmt: skip
        return responses.json(entity(made_here, call.house))
    async with call.house.db.read() as conn:
        return responses.json(entity(await apps.get(conn, call.token.app_id), call.house))


ROUTES = [
    route("POST", "/api/v1/apps", register, auth="none"),
    route("GET", "/api/v1/apps/verify_credentials", verify_credentials, auth="app"),
]
