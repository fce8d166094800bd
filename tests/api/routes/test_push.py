"""/api/v1/push/subscription, and what apps are then sent."""

from __future__ import annotations

import json
from typing import Any

import pytest

from stoa import ids
from stoa.core.auth import tokens
from stoa.core.house import House
from stoa.core.notifications import views
from stoa.core.push import send, vapid
from stoa.core.push.encryption import MAX_BYTES, from_base64
from stoa.db.paging import Page
from stoa.main import Assembled
from tests.client import Client
from tests.contract import problems
from tests.core.push.app import App
from tests.federation.elsewhere import Asked, Broken, Elsewhere
from tests.make import Make, Person

PATH = "/api/v1/push/subscription"
SERVICE = "https://push.example/to/alice?x=1"


class Phone:
    """Alice's app, and what reaches it."""

    def __init__(self, assembled: Assembled, client: Client, elsewhere: Elsewhere, owner: Person) -> None:
        self._assembled, self.client, self._elsewhere, self.owner = assembled, client, elsewhere, owner
        self.app = App()

    async def ask(self, **alerts: bool) -> Any:
        """Subscribe; the answer."""
        return await self.subscribe(self.app.asks(SERVICE, **alerts))

    async def subscribe(self, body: Any) -> Any:
        return (await self.client.post(PATH, token=self.owner.token, json=body)).ok()

    async def sent(self) -> list[Asked]:
        """The requests to the push service since the last look."""
        await self._assembled.worker.drain()
        found = [one for one in self._elsewhere.delivered if "push.example" in one.url]
        self._elsewhere.asked.clear()
        return found

    async def hears(self) -> list[Any]:
        """What those say."""
        return [json.loads(self.app.read(one.body)) for one in await self.sent()]


@pytest.fixture
async def phone(assembled: Assembled, client: Client, elsewhere: Elsewhere, make: Make) -> Phone:
    return Phone(assembled, client, elsewhere, await make.account("alice", display_name="Alice"))


async def test_a_subscription_is_made_shown_changed_and_ended(phone: Phone, house: House) -> None:
    client, token = phone.client, phone.owner.token
    assert (await client.get(PATH, token=token)).status == 404
    assert (await client.put(PATH, token=token, json={"data": {"alerts": {}}})).status == 404
    made = await phone.ask(mention=True, follow=False, nonsense=True)
    assert not problems(made, "WebPushSubscription")
    assert made["alerts"] == {"mention": True, "follow": False}
    assert (made["endpoint"], made["standard"], made["policy"]) == (SERVICE, True, "all")
    assert made["server_key"] == vapid.server_key(house.push_key)
    assert len(from_base64(made["server_key"])) == 65
    instance = (await client.get("/api/v2/instance")).ok()
    assert instance["configuration"]["vapid"]["public_key"] == made["server_key"]
    assert (await client.get(PATH, token=token)).ok() == made
    form = {"data[alerts][poll]": "1", "data[alerts][admin.sign_up]": "true", "data[policy]": "followed"}
    changed = (await client.put(PATH, token=token, form=form)).ok()
    assert changed["alerts"] == {"admin.sign_up": True, "poll": True}
    assert (changed["id"], changed["policy"]) == (made["id"], "followed")
    again = await phone.ask(mention=True)
    assert again["alerts"] == {"mention": True}, "one for a token; the last one counts"
    for _ in range(2):
        assert (await client.delete(PATH, token=token)).ok() == {}
    assert (await client.get(PATH, token=token)).status == 404


async def test_it_is_of_one_token_and_ends_with_it(phone: Phone, make: Make, house: House) -> None:
    await phone.ask(mention=True)
    other = await make.token(phone.owner, "push")
    assert (await phone.client.get(PATH, token=other)).status == 404
    assert (await phone.client.get(PATH, token=await make.token(phone.owner, "read"))).status == 403
    assert (await phone.client.get(PATH)).status == 401
    bob = await make.account("bob")
    await make.status(bob, "Hello @alice.")
    async with house.db.write() as conn:
        await tokens.revoke(conn, phone.owner.token)
    assert await phone.sent() == []


@pytest.mark.parametrize(
    ("wrong", "value"),
    [
        ("endpoint", "http://push.example/plain"), ("endpoint", "ftp://push.example"),
        ("endpoint", "https://"), ("endpoint", "https://[bad"), ("endpoint", "nowhere"), ("endpoint", ""),
        ("endpoint", "https://push.example/\u00e9"), ("endpoint", "https://push.example/" + "x" * 3000),
        ("p256dh", "????"), ("p256dh", "YQ"), ("p256dh", ""), ("auth", "YQ"), ("auth", "x" * 9000),
        ("keys", []), ("keys", "x"), ("alerts", {"mention": "perhaps"}), ("alerts", [1]),
        ("policy", "some"),
    ],
)  # fmt: skip
async def test_what_cannot_be_used_is_said(phone: Phone, wrong: str, value: Any) -> None:
    body = phone.app.asks(SERVICE, mention=True)
    keys = body["subscription"]["keys"]
    holder = keys if wrong in keys else body["subscription" if wrong in ("endpoint", "keys") else "data"]
    holder[wrong] = value
    answer = await phone.client.post(PATH, token=phone.owner.token, json=body)
    assert answer.status == 422, answer.text
    assert answer.json["error"]


async def test_a_mention_reaches_the_app(phone: Phone, make: Make, house: House) -> None:
    await phone.ask(mention=True)
    bob = await make.account("bob", display_name="Bob")
    status = await make.status(bob, "Hello @alice, a *word* & more.")
    [request] = await phone.sent()
    assert request.url == SERVICE
    assert request.headers["Content-Encoding"] == "aes128gcm"
    assert 0 < int(request.headers["TTL"]) <= send.KEPT_SECONDS
    assert request.headers["Authorization"].startswith("vapid t=ey")
    heard = json.loads(phone.app.read(request.body))
    async with house.db.read() as conn:
        [told] = await views.page(conn, phone.owner.id, Page(limit=5))
    assert told.status_id == status
    assert heard == {
        "access_token": phone.owner.token,
        "preferred_locale": "en",
        "notification_id": told.id,
        "notification_type": "mention",
        "icon": f"{house.addresses.base}/static/missing-avatar.png",
        "title": "Bob mentioned you",
        "body": "Hello @alice, a *word* & more.",
    }
    assert await phone.sent() == [], "once"


async def test_apps_that_do_not_ask_for_the_standard_are_sent_the_draft(phone: Phone, make: Make) -> None:
    body = phone.app.asks(SERVICE, mention=True)
    del body["subscription"]["standard"]
    assert (await phone.subscribe(body))["standard"] is False
    await make.status(await make.account("bob"), "Hello @alice.")
    [request] = await phone.sent()
    headers = request.headers
    assert headers["Content-Encoding"] == "aesgcm"
    assert headers["Authorization"].startswith("WebPush ey")
    keys = dict(one.split("=", 1) for one in headers["Crypto-Key"].split(";"))
    salt = from_base64(headers["Encryption"].removeprefix("salt="))
    heard = json.loads(phone.app.read_draft(request.body, salt, from_base64(keys["dh"])))
    assert heard["body"] == "Hello @alice."


@pytest.mark.parametrize("visibility", ["private", "direct"])
async def test_what_is_not_for_everybody_is_not_said_on_the_way(
    phone: Phone, make: Make, visibility: str
) -> None:
    await phone.ask(mention=True)
    bob = await make.account("bob")
    await make.follow(phone.owner, bob)  # what strangers say in private waits for being asked for
    await make.status(bob, "A secret, @alice.", visibility=visibility)
    [heard] = await phone.hears()
    assert (heard["title"], heard["body"]) == ("bob mentioned you", "")


async def test_only_what_was_asked_for_from_whom_it_was_asked_for(phone: Phone, make: Make) -> None:
    alice, friend, fan, stranger = (
        phone.owner, await make.account("friend"), await make.account("fan"), await make.account("stranger")
    )  # fmt: skip
    await make.follow(alice, friend)
    await make.follow(fan, alice)
    for policy, wanted in (
        ("all", ["friend", "fan", "stranger"]),
        ("followed", ["friend"]),
        ("follower", ["fan"]),
        ("none", []),
    ):
        body = phone.app.asks(SERVICE, mention=True, favourite=False)
        body["data"]["policy"] = policy
        await phone.subscribe(body)
        for person in (friend, fan, stranger):
            await make.status(person, "Hello @alice.")
        mine = await make.status(alice, "Good morning.")
        await phone.client.post(f"/api/v1/statuses/{mine}/favourite", token=friend.token)
        await phone.client.post(f"/api/v1/statuses/{mine}/reblog", token=friend.token)
        heard = await phone.hears()
        assert sorted(one["title"] for one in heard) == sorted(f"{name} mentioned you" for name in wanted)


async def test_what_was_taken_back_meanwhile_is_not_told(phone: Phone, make: Make) -> None:
    await phone.ask(mention=True, follow=True)
    bob, eve = await make.account("bob"), await make.account("eve")
    made = await make.status(bob, "Hello @alice.")
    await make.status(eve, "Hello @alice.")
    await phone.client.delete(f"/api/v1/statuses/{made}", token=bob.token)
    await make.block(phone.owner, eve)
    assert await phone.sent() == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
async def test_a_service_that_does_not_know_the_app_ends_it(
    phone: Phone, make: Make, elsewhere: Elsewhere, status: int
) -> None:
    await phone.ask(mention=True)
    elsewhere.answer_post = lambda asked: status
    await make.status(await make.account("bob"), "Hello @alice.")
    assert len(await phone.sent()) == 1
    assert (await phone.client.get(PATH, token=phone.owner.token)).status == 404


@pytest.mark.parametrize("status", [429, 500, 503, None])
async def test_a_service_that_is_busy_is_asked_again_and_not_for_ever(
    phone: Phone, make: Make, elsewhere: Elsewhere, assembled: Assembled, status: int | None
) -> None:
    await phone.ask(mention=True)
    if status is None:
        elsewhere.broken["push.example"] = Broken()
    else:
        elsewhere.answer_post = lambda asked: status
    await make.status(await make.account("bob"), "Hello @alice.")
    now, tries = ids.now_ms(), 0
    for _ in range(20):
        now += send.MAX_PAUSE_MS
        await assembled.worker.drain_once(at=now)
        tries += len([one for one in elsewhere.asked if "push.example" in one.url])
        elsewhere.asked.clear()
    assert tries == send.MAX_TRIES
    assert (await phone.client.get(PATH, token=phone.owner.token)).status == 200


async def test_a_private_address_is_not_gone_to(phone: Phone, make: Make) -> None:
    body = phone.app.asks("https://127.0.0.1/metadata", mention=True)
    await phone.subscribe(body)
    await make.status(await make.account("bob"), "Hello @alice.")
    assert await phone.sent() == []
    assert (await phone.client.get(PATH, token=phone.owner.token)).status == 404


async def test_a_message_always_fits(phone: Phone, make: Make) -> None:
    await phone.ask(mention=True)
    bob = await make.account("bob", display_name="\U0001f468\u200d\U0001f469\u200d\U0001f467" * 200)
    await make.status(bob, "@alice " + "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 400)
    [heard] = await phone.hears()
    assert len(json.dumps(heard, ensure_ascii=False).encode()) <= MAX_BYTES + 100
    assert heard["title"].endswith("mentioned you")
