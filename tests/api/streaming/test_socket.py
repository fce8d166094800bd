"""One connection, many streams: how it is opened, spoken to and ended."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest

from stoa.api import app as api
from stoa.api.streaming import places
from stoa.core.accounts import store as accounts
from stoa.core.auth import tokens
from stoa.core.house import House
from stoa.core.timelines import lists
from tests.api.streaming.listening import Refusal, hub, listening
from tests.client import Client
from tests.make import Make

pytestmark = pytest.mark.anyio


async def test_several_streams_come_on_one_connection(house: House, make: Make) -> None:
    alice = await make.account("alice")
    async with listening(house, alice.token, "user", "public") as ear:
        post = await make.status(alice, "Good morning")
        assert await ear.ids() == [("user", "update", str(post)), ("public", "update", str(post))]


async def test_a_stream_is_left_again_and_entered_once(house: House, make: Make) -> None:
    alice = await make.account("alice")
    async with listening(house, alice.token, "user") as ear:
        await ear.say(type="subscribe", stream="user")
        await ear.say(type="subscribe", stream="public")
        post = await make.status(alice, "Once")
        assert await ear.ids() == [("user", "update", str(post)), ("public", "update", str(post))]
        await ear.say(type="unsubscribe", stream="user")
        post = await make.status(alice, "And again")
        assert await ear.ids() == [("public", "update", str(post))]


async def test_hashtags_are_called_as_they_were_asked_for(house: House, make: Make) -> None:
    alice = await make.account("alice")
    async with listening(house, alice.token, "hashtag", query={"tag": "Harbour"}) as ear:
        await ear.say(type="subscribe", stream="hashtag", tag="#quay")
        await ear.say(type="subscribe", stream="hashtag:local", tag="HARBOUR")
        await make.status(alice, "At the #harbour")
        await make.status(alice, "On the #Quay")
        streams = [stream for stream, _, _ in await ear.heard()]
        assert streams == [("hashtag", "Harbour"), ("hashtag:local", "HARBOUR"), ("hashtag", "#quay")]


@pytest.mark.parametrize("way", ["query", "header", "subprotocol"])
async def test_the_token_may_come_in_three_ways(house: House, make: Make, way: str) -> None:
    alice = await make.account("alice")
    query = {"access_token": alice.token} if way == "query" else {}
    offered = [alice.token] if way == "subprotocol" else None
    async with listening(
        house, alice.token if way == "header" else None, "user", subprotocols=offered, query=query
    ) as ear:
        await make.status(alice, "Good morning")
        assert len(await ear.heard()) == 1
        assert ear.subprotocol == (alice.token if way == "subprotocol" else None)


async def test_nobody_listens_without_a_token_of_a_person(house: House, client: Client, make: Make) -> None:
    alice = await make.account("alice")
    suspended = await make.account("mallory", suspended_at=1)
    app = (
        await client.post(
            "/api/v1/apps", form={"client_name": "App", "redirect_uris": "https://app.example"}
        )
    ).ok()
    own = await client.post(
        "/oauth/token",
        form={
            "grant_type": "client_credentials", "client_id": app["client_id"],
            "client_secret": app["client_secret"],
        },
    )  # fmt: skip
    write = await make.token(alice, "write")
    cases = {None: 401, "nonsense": 401, own.ok()["access_token"]: 422, write: 403, suspended.token: 403}
    for token, status in cases.items():
        with pytest.raises(Refusal) as refused:
            async with listening(house, token, "user"):
                pass
        assert refused.value.status == status


async def test_each_stream_needs_its_scope(house: House, make: Make) -> None:
    alice = await make.account("alice")
    needed = {"user": "read:statuses", "public": "read:statuses", "user:notification": "read:notifications"}
    for scope in set(needed.values()):
        async with listening(house, await make.token(alice, scope)) as ear:
            for name, wanted in needed.items():
                await ear.say(type="subscribe", stream=name)
                error = {"error": "Access token does not have the required scopes", "status": 401}
                assert await ear.raw() == ([] if wanted == scope else [error])


async def test_what_cannot_be_given_is_said(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    async with house.db.write() as conn:
        of_bob = await lists.create(conn, bob.id, "His")
    asked = [
        ({"stream": "nonsense"}, "Unknown stream type", 400),
        ({}, "Unknown stream type", 400),
        ({"stream": "hashtag"}, "Missing tag name parameter", 400),
        ({"stream": "hashtag", "tag": "#"}, "Missing tag name parameter", 400),
        ({"stream": "list"}, "Missing list name parameter", 400),
        ({"stream": "list", "list": str(of_bob.id)}, "Not authorized to stream this list", 401),
        ({"stream": "list", "list": "x"}, "Not authorized to stream this list", 401),
        ({"stream": "list", "list": "9" * 30}, "Not authorized to stream this list", 401),
    ]
    async with listening(house, alice.token) as ear:
        for words, error, status in asked:
            await ear.say(type="subscribe", **words)
            assert await ear.raw() == [{"error": error, "status": status}]
    async with listening(house, alice.token, "hashtag") as ear:
        assert await ear.raw() == [{"error": "Missing tag name parameter", "status": 400}]


@pytest.mark.parametrize(
    "text", ["ping", "[]", "3", "null", '{"type":"dance"}', "{", '{"type":3}', "\ud83d"]
)
async def test_what_is_not_understood_is_passed_over(house: House, make: Make, text: str) -> None:
    alice = await make.account("alice")
    async with listening(house, alice.token, "user") as ear:
        await ear.say_raw(text)
        assert await ear.raw() == []
        await make.status(alice, "Still here")
        assert len(await ear.heard()) == 1


async def test_bytes_and_long_messages_end_the_connection(house: House, make: Make) -> None:
    alice = await make.account("alice")
    async with listening(house, alice.token) as ear:
        await ear.say_raw("x" * 5000)
        assert ear.closed is not None
        assert ear.closed[0] == 1009
    async with listening(house, alice.token) as ear:
        ear.hear({"type": "websocket.receive", "bytes": b"123"})
        await ear.settle()
        assert ear.closed is not None
        assert ear.closed[0] == 1003


async def test_there_is_an_end_to_messages(house: House, make: Make) -> None:
    alice = await make.account("alice")
    async with listening(house, alice.token) as ear:
        for _ in range(501):
            ear.hear({"type": "websocket.receive", "text": "ping"})
        await ear.settle()
        assert ear.closed == (1008, "Too many messages.")


async def test_a_connection_has_so_many_streams(
    house: House, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "MOST_STREAMS", 2)
    alice = await make.account("alice")
    async with listening(house, alice.token, "user", "public") as ear:
        await ear.say(type="subscribe", stream="direct")
        assert await ear.raw() == [{"error": "Too many streams on one connection", "status": 429}]
        await ear.say(type="unsubscribe", stream="user")
        await ear.say(type="subscribe", stream="direct")
        assert await ear.raw() == []


class TestLimits:
    @pytest.fixture
    def settings_given(self) -> dict[str, str]:
        return {"STOA_REGISTRATIONS": "open", "STOA_RATE_LIMITS": "on"}

    @pytest.mark.parametrize("what", ["MOST_OF_A_TOKEN", "MOST_OF_AN_ADDRESS"])
    async def test_a_token_and_an_address_have_so_many_connections(
        self, house: House, make: Make, monkeypatch: pytest.MonkeyPatch, what: str
    ) -> None:
        monkeypatch.setattr(places, what, 2)
        alice, bob = await make.account("alice"), await make.account("bob")
        async with AsyncExitStack() as stack:
            for _ in range(2):
                await stack.enter_async_context(listening(house, alice.token))
            with pytest.raises(Refusal) as refused:
                async with listening(house, alice.token):
                    pass
            assert refused.value.status == 429
            async with listening(house, bob.token, ip="10.1.2.3"):
                pass
        async with listening(house, alice.token):  # those that have ended no longer count
            pass


async def test_a_revoked_token_ends_the_connection(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    async with (
        listening(house, alice.token, "public") as hers,
        listening(house, bob.token, "public") as his,
    ):
        async with house.db.write() as conn:
            await tokens.revoke(conn, alice.token)
        hub(house)._checked = 0.0  # as if it had been looked at a while ago
        await make.status(bob, "Not for her")
        assert await hers.raw() == []
        assert hers.closed == (1008, "The access token is no longer valid.")
        assert len(await his.heard()) == 1


async def test_whoever_is_suspended_hears_nothing_more(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    async with listening(house, alice.token, "public") as ear:
        async with house.db.write() as conn:
            await accounts.change(conn, alice.id, suspended_at=1)
        hub(house)._checked = 0.0
        await make.status(bob, "Not for her")
        assert await ear.raw() == []
        assert ear.closed is not None


async def test_who_reads_too_slowly_is_cut_off_and_holds_up_nobody(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    async with (
        listening(house, alice.token, "public") as slow,
        listening(house, bob.token, "public") as ear,
    ):
        slow.reads.clear()
        for number in range(20):
            await make.status(bob, f"{number} " + "long " * 12_000)
            await hub(house).settle()
        for _ in range(100):
            await asyncio.sleep(0)
        assert len(ear.messages) == 20
        slow.reads.set()
        await slow.settle()
        assert slow.closed == (1013, "This connection reads too slowly.")
        assert len(slow.messages) < 20


async def test_a_server_that_stops_says_goodbye(house: House, make: Make) -> None:
    alice = await make.account("alice")
    async with listening(house, alice.token, "public") as ear:
        api.say_goodbye(house)
        await ear.settle()
        assert ear.closed == (1001, "The server is about to stop.")
        with pytest.raises(Refusal) as refused:
            async with listening(house, alice.token, "public"):
                pass
        assert refused.value.status == 503


async def test_nothing_runs_when_nobody_listens(house: House, make: Make) -> None:
    alice = await make.account("alice")
    async with listening(house, alice.token, "public"):
        pass
    there = hub(house)
    await asyncio.sleep(0)
    assert not there.listeners
    before = house.db.statements
    await make.status(alice, "To nobody")
    spent = house.db.statements - before
    await asyncio.sleep(0)
    assert house.db.statements - before == spent
    assert there._pump is None
    assert there._care == []
