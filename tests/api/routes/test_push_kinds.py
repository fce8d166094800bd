"""Each kind of notification, made by what people do, reaches an app over a real socket, and is read."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from stoa import ids
from stoa import settings as stoa_settings
from stoa.core.push import send
from stoa.core.push.model import KINDS
from stoa.core.relationships import follow as following
from stoa.locales import speaking
from stoa.main import Assembled, application, assemble
from tests.api.routes.test_admin_accounts import staff
from tests.api.routes.test_registration import join
from tests.client import Client
from tests.core.push.app import App
from tests.http_client.serving import Server, answer, serve
from tests.make import Make, Person


class Village(NamedTuple):
    """Who lives there, and how they do something."""

    client: Client
    make: Make
    alice: Person  # a moderator, whose phone it is
    bob: Person
    assembled: Assembled

    async def post(self, who: Person, path: str, **said: Any) -> Any:
        return (await self.client.post(f"/api/v1/{path}", token=who.token, json=said)).ok()


Act = Callable[[Village], Awaitable[object]]


@pytest.fixture
async def push_service() -> AsyncIterator[Server]:
    async with serve(lambda asked: answer(201)) as server:
        yield server


@pytest.fixture
async def assembled(database_url: str, tmp_path: Path) -> AsyncIterator[Assembled]:
    """A house with its own way out, which may reach this machine."""
    environ = {
        "STOA_DATABASE_URL": database_url, "STOA_REGISTRATIONS": "open", "STOA_RATE_LIMITS": "off",
        "STOA_ALLOW_NETWORKS": "127.0.0.0/8", "STOA_INSECURE_HTTP": "on",
    }  # fmt: skip
    settings = stoa_settings.load(data=tmp_path / "data", environ=environ)
    async with assemble(settings) as made:
        yield made


@pytest.fixture
async def village(assembled: Assembled) -> Village:
    make = Make(assembled.house)
    alice = await make.account("alice", role="moderator", discoverable=True)
    client = Client(application(assembled.house, assembled.door))
    return Village(client, make, alice, await make.account("bob", display_name="Bob"), assembled)


async def mention(it: Village) -> None:
    await it.post(it.bob, "statuses", status="Hello @alice.")


async def status(it: Village) -> None:
    await it.post(it.alice, f"accounts/{it.bob.id}/follow", notify=True)
    await it.post(it.bob, "statuses", status="News.")


async def reblog(it: Village) -> None:
    await it.post(it.bob, f"statuses/{await it.make.status(it.alice)}/reblog")


async def favourite(it: Village) -> None:
    await it.post(it.bob, f"statuses/{await it.make.status(it.alice)}/favourite")


async def follow(it: Village) -> None:
    await it.post(it.bob, f"accounts/{it.alice.id}/follow")


async def follow_request(it: Village) -> None:
    form = {"locked": "true"}
    await it.client.patch("/api/v1/accounts/update_credentials", token=it.alice.token, form=form)
    await follow(it)


async def poll(it: Village) -> None:
    choices = {"options": ["Yes", "No"], "expires_in": 300}
    made = await it.post(it.bob, "statuses", status="Tea?", poll=choices)
    await it.post(it.alice, f"polls/{made['poll']['id']}/votes", choices=[0])
    await it.assembled.worker.drain(at=ids.now_ms() + 301_000)


async def update(it: Village) -> None:
    made = await it.post(it.bob, "statuses", status="Before")
    await it.post(it.alice, f"statuses/{made['id']}/reblog")
    await it.client.put(f"/api/v1/statuses/{made['id']}", token=it.bob.token, json={"status": "After"})


async def quote(it: Village) -> None:
    quoted = await it.make.status(it.alice)
    await it.post(it.bob, "statuses", status="See this", quoted_status_id=str(quoted))


async def quoted_update(it: Village) -> None:
    made = await it.post(it.bob, "statuses", status="Before")
    await it.post(it.alice, "statuses", status="See this", quoted_status_id=made["id"])
    await it.client.put(f"/api/v1/statuses/{made['id']}", token=it.bob.token, json={"status": "After"})


async def admin_sign_up(it: Village) -> None:
    waiting = await it.make.account("eve", approved=False)
    _, token = await staff(it.make)
    (await it.client.post(f"/api/v1/admin/accounts/{waiting.id}/approve", token=token)).ok()


async def admin_report(it: Village) -> None:
    await it.post(it.bob, "reports", account_id=str((await it.make.account("carol")).id), comment="No.")


async def severed_relationships(it: Village) -> None:
    carl = await it.make.remote("carl@there.example")
    async with it.assembled.house.db.write() as conn:
        await following.follow(conn, carl, it.alice.id)
    await it.post(it.alice, "domain_blocks", domain="there.example")


async def moderation_warning(it: Village) -> None:
    owner = await it.make.account("owner", role="owner")
    token = await it.make.token(owner, "admin:write")
    said = {"type": "none", "text": "Please be kind."}
    (await it.client.post(f"/api/v1/admin/accounts/{it.alice.id}/action", token=token, json=said)).ok()


async def added_to_collection(it: Village) -> Any:
    return await it.post(it.bob, "collections", name="Good people", account_ids=[str(it.alice.id)])


async def collection_update(it: Village) -> None:
    path = f"/api/v1/collections/{(await added_to_collection(it))['collection']['id']}"
    (await it.client.patch(path, token=it.bob.token, json={"description": "The best"})).ok()


ACTS: dict[str, tuple[Act, str]] = {
    "mention": (mention, "Bob mentioned you"), "status": (status, "Bob posted"),
    "reblog": (reblog, "Bob boosted your post"), "favourite": (favourite, "Bob likes your post"),
    "follow": (follow, "Bob follows you"), "follow_request": (follow_request, "Bob asks to follow you"),
    "poll": (poll, "A poll of Bob has ended"), "update": (update, "Bob edited a post"),
    "quote": (quote, "Bob quoted your post"),
    "quoted_update": (quoted_update, "Bob edited a post that you quoted"),
    "admin.sign_up": (admin_sign_up, "eve signed up"), "admin.report": (admin_report, "Bob sent a report"),
    "severed_relationships": (severed_relationships, "You lost followers, or people you follow"),
    "moderation_warning": (moderation_warning, "The moderators have written to you"),
    "added_to_collection": (added_to_collection, "Bob put you into a collection"),
    "collection_update": (collection_update, "Bob changed a collection that you are in"),
}  # fmt: skip


def test_there_is_an_act_for_each_kind() -> None:
    assert ACTS.keys() == KINDS


@pytest.mark.parametrize("kind", sorted(ACTS))
async def test_each_kind_reaches_the_app(village: Village, push_service: Server, kind: str) -> None:
    act, title = ACTS[kind]
    app = App()
    endpoint = f"http://127.0.0.1:{push_service.port}/to/alice"
    asked = app.asks(endpoint, **{one: one == kind for one in KINDS})
    made = await village.client.post("/api/v1/push/subscription", token=village.alice.token, json=asked)
    assert made.ok()["alerts"] == {one: one == kind for one in KINDS}
    await act(village)
    await village.assembled.worker.drain()
    [request] = push_service.asked
    assert request.line == "POST /to/alice HTTP/1.1"
    assert (request.headers["urgency"], request.headers["content-encoding"]) == ("normal", "aes128gcm")
    assert send.KEPT_SECONDS - 600 < int(request.headers["ttl"]) <= send.KEPT_SECONDS
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,32}", request.headers["topic"])
    heard = json.loads(app.read(request.body))
    assert (heard["notification_type"], heard["title"]) == (kind, title)
    assert heard["access_token"] == village.alice.token
    told = await village.client.get("/api/v1/notifications", token=village.alice.token)
    assert heard["notification_id"] in [int(one["id"]) for one in told.ok() if one["type"] == kind]


@pytest.fixture
def portuguese(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A language that has one sentence."""
    catalog = Catalog("pt")
    catalog.add("{} mentioned you", "{} mencionou você")
    with (tmp_path / "pt.po").open("wb") as file:
        write_po(file, catalog)
    monkeypatch.setattr(speaking, "FOLDER", tmp_path)
    monkeypatch.setattr(speaking, "LANGUAGES", ("en", "pt"))
    speaking._catalog.cache_clear()
    yield
    speaking._catalog.cache_clear()


@pytest.mark.usefixtures("portuguese")
async def test_the_app_is_told_in_the_language_that_its_owner_reads(
    village: Village, push_service: Server
) -> None:
    carla = (await join(village.client, username="carla", locale="pt-BR")).ok()["access_token"]
    app = App()
    asked = app.asks(f"http://127.0.0.1:{push_service.port}/", mention=True)
    (await village.client.post("/api/v1/push/subscription", token=carla, json=asked)).ok()
    await village.post(village.bob, "statuses", status="Hello @carla.")
    await village.assembled.worker.drain()
    [request] = push_service.asked
    heard = json.loads(app.read(request.body))
    assert (heard["preferred_locale"], heard["title"]) == ("pt-BR", "Bob mencionou você")
