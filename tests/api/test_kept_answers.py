"""An answer is given again only while it is still right."""

from __future__ import annotations

from stoa.api.routing import Call, bind, route
from stoa.asgi import responses
from stoa.asgi.app import App
from stoa.asgi.kept import Kept
from stoa.asgi.responses import Response
from stoa.asgi.router import Router
from stoa.core.accounts import store as account_store
from stoa.core.auth import tokens
from stoa.core.house import House
from tests.client import Client
from tests.make import Make


def test_another_version_of_the_database_forgets_everything() -> None:
    kept = Kept()
    kept.put(1, "a", responses.json({"a": 1}))
    assert kept.get(1, "a") is not None
    assert kept.get(2, "a") is None
    assert kept.get(None, "a") is None


def test_errors_are_not_kept() -> None:
    kept = Kept()
    kept.put(1, "a", responses.error(404, "Record not found"))
    assert kept.get(1, "a") is None


async def test_each_viewer_has_their_own_and_a_write_is_seen_at_once(house: House, make: Make) -> None:
    asked = 0

    async def who(call: Call) -> Response:
        nonlocal asked
        asked += 1
        return responses.json({"me": call.viewer_id, "asked": asked})

    app = App(Router(bind(house, [route("GET", "/api/who", who, auth="optional", kept=True)])))
    client = Client(app)
    alice, bob = await make.account("alice"), await make.account("bob")
    for person in (alice, bob):  # the first use of a token is itself written down
        await client.get("/api/who", token=person.token)
    first = (await client.get("/api/who", token=alice.token)).ok()
    assert first["me"] == alice.id
    assert (await client.get("/api/who", token=bob.token)).ok()["me"] == bob.id
    assert (await client.get("/api/who")).ok()["me"] is None
    again = (await client.get("/api/who", token=alice.token)).ok()
    if house.db.version() is not None:
        assert again == first
    async with house.db.write() as conn:
        await account_store.change(conn, alice.id, display_name="A")
    assert (await client.get("/api/who", token=alice.token)).ok()["asked"] > again["asked"]


async def test_a_revoked_token_opens_nothing_from_the_next_request_on(
    house: House, make: Make, client: Client
) -> None:
    async def who(call: Call) -> Response:
        return responses.json({"me": call.me})

    client = Client(App(Router(bind(house, [route("GET", "/api/who", who)]))))
    alice = await make.account("alice")
    for _ in range(3):
        (await client.get("/api/who", token=alice.token)).ok()
    async with house.db.write() as conn:
        await tokens.revoke(conn, alice.token)
    assert (await client.get("/api/who", token=alice.token)).status == 401
