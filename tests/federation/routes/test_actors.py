"""Actors as others get them, and the one address that serves servers and people."""

from __future__ import annotations

import pytest

from stoa.core.accounts import store as accounts
from stoa.core.house import House
from stoa.federation import store
from stoa.federation.parse import actor as parse
from tests.client import Client
from tests.federation.asking import DOCUMENT, HOME, ask, document, varies_by
from tests.make import Make

PROFILE = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


async def test_an_actor_has_all_that_peers_ask_for(client: Client, make: Make) -> None:
    alice = await make.account("alice", display_name="Alice", discoverable=True, locked=True)
    uri = f"{HOME}/ap/users/{alice.id}"
    found = await document(client, uri)
    read = parse.parse_actor(found)
    assert (read.id, read.username, read.inbox) == (uri, "alice", f"{uri}/inbox")
    for name in ("type", "name", "url", "outbox", "followers", "following", "endpoints", "featured"):
        assert found[name]
    assert found["manuallyApprovesFollowers"] is True
    assert found["publicKey"]["owner"] == uri
    assert found["assertionMethod"][0]["controller"] == uri
    assert await document(client, uri) == found, "its keys stay what they are"


async def test_other_selves_are_named(client: Client, house: House, make: Make) -> None:
    carl = await make.remote("carl@there.example")
    alice = await make.account("alice")
    await document(client, f"/ap/users/{alice.id}")
    async with house.db.write() as conn:
        await accounts.change(
            conn, alice.id, moved_to_id=carl, also_known_as=["https://old.example/users/alice"]
        )
    found = await document(client, f"/ap/users/{alice.id}")
    assert found["movedTo"] == "https://there.example/users/carl"
    assert found["alsoKnownAs"] == ["https://old.example/users/alice"]


async def test_a_renamed_person_keeps_their_id(client: Client, house: House, make: Make) -> None:
    alice = await make.account("alice")
    async with house.db.write() as conn:
        await accounts.change(
            conn, alice.id, username="alicia", username_key="alicia", url=f"{HOME}/@alicia"
        )
    found = await document(client, f"/ap/users/{alice.id}")
    assert (found["id"], found["preferredUsername"]) == (f"{HOME}/ap/users/{alice.id}", "alicia")


@pytest.mark.parametrize("accept", [DOCUMENT, PROFILE, f"{DOCUMENT}, {PROFILE}", "application/json"])
@pytest.mark.parametrize("path", ["/ap/users/{id}", "/@alice"])
async def test_servers_get_the_document(client: Client, make: Make, path: str, accept: str) -> None:
    alice = await make.account("alice")
    answer = await ask(client, path.format(id=alice.id), accept=accept)
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/activity+json; charset=utf-8"
    assert answer.json["id"] == f"{HOME}/ap/users/{alice.id}"
    assert varies_by(answer) >= {"Accept"}
    origins = [value for name, value in answer.header_list if name == "access-control-allow-origin"]
    assert origins == ["*"]


@pytest.mark.parametrize("accept", [BROWSER, "*/*", "text/html, application/activity+json;q=0.9"])
async def test_people_are_led_to_the_page(client: Client, make: Make, accept: str) -> None:
    alice = await make.account("alice")
    for path in (f"/ap/users/{alice.id}", "/users/alice", "/users/ALICE"):
        answer = await ask(client, path, accept=accept)
        assert (answer.status, answer.headers["location"]) == (302, "/@alice")
        assert answer.headers["vary"] == "Accept"
    page = await ask(client, "/@alice", accept=accept)
    assert page.headers["content-type"].startswith("text/html")
    assert f'<link rel="alternate" type="{DOCUMENT}" href="{HOME}/ap/users/{alice.id}">' in page.text
    missing = await ask(client, "/users/nobody", accept=accept)
    assert missing.status == 404
    assert missing.headers["content-type"].startswith("text/html")


async def test_each_id_is_spelt_in_one_way(client: Client, house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    async with house.db.write() as conn:
        await accounts.change(conn, bob.id, uri=f"{HOME}/users/bob")
    for path, there in (
        ("/users/alice", f"{HOME}/ap/users/{alice.id}"),
        ("/users/alice/outbox?page=true", f"{HOME}/ap/users/{alice.id}/outbox?page=true"),
        (f"/ap/users/{bob.id}/followers", f"{HOME}/users/bob/followers"),
    ):
        answer = await ask(client, path)
        assert (answer.status, answer.headers["location"]) == (301, there)
    found = await document(client, "/users/bob")
    assert (found["id"], found["inbox"]) == (f"{HOME}/users/bob", f"{HOME}/users/bob/inbox")


async def test_a_page_of_somebody_elsewhere_leads_to_them(client: Client, make: Make) -> None:
    await make.remote("carl@there.example")
    answer = await ask(client, "/@carl@there.example")
    assert (answer.status, answer.headers["location"]) == (302, "https://there.example/users/carl")


async def test_who_is_not_here_is_404_and_who_is_gone_410(client: Client, house: House, make: Make) -> None:
    waiting = await make.account("waiting", approved=False)
    for path in (
        f"/ap/users/{waiting.id}",
        "/ap/users/1",
        "/ap/users/x",
        "/ap/users/" + "9" * 19,
        "/@nobody",
    ):
        answer = await ask(client, path)
        assert (answer.status, answer.json) == (404, {"error": "Not found"}), path
    async with house.db.write() as conn:
        await store.bury(conn, f"{HOME}/ap/users/7", f"{HOME}/ap/users/7", "Person")
    gone = await ask(client, "/ap/users/7")
    assert gone.status == 410
    assert gone.headers["content-type"] == "application/activity+json; charset=utf-8"
    assert gone.json["type"] == "Tombstone"


async def test_a_suspended_person_says_only_that(client: Client, make: Make) -> None:
    alice = await make.account("alice", display_name="Alice", suspended_at=1)
    found = await document(client, f"/ap/users/{alice.id}")
    assert (found["suspended"], found["name"]) == (True, "")
    assert (await ask(client, f"/ap/users/{alice.id}/outbox")).status == 404


async def test_the_server_is_an_actor(client: Client) -> None:
    found = await document(client, "/actor")
    read = parse.parse_actor(found)
    assert (read.id, read.type, read.username) == (f"{HOME}/actor", "Application", "localhost")
    assert read.inbox == f"{HOME}/actor/inbox"
    for part in ("outbox", "followers", "following"):
        empty = await document(client, found[part])
        assert (empty["id"], empty["totalItems"]) == (found[part], 0)


async def test_a_document_is_cached_by_whoever_likes(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    answer = await ask(client, f"/ap/users/{alice.id}")
    assert answer.headers["cache-control"].startswith("public, max-age=")
    etag = answer.headers["etag"]
    again = await ask(client, f"/ap/users/{alice.id}", headers={"if-none-match": etag})
    assert (again.status, again.body) == (304, b"")
    head = await client.request("HEAD", f"/ap/users/{alice.id}", headers={"accept": DOCUMENT})
    assert (head.status, head.body) == (200, b"")


async def test_a_change_shows_at_once(client: Client, house: House, make: Make) -> None:
    alice = await make.account("alice")
    assert (await document(client, f"/ap/users/{alice.id}"))["name"] == ""
    async with house.db.write() as conn:
        await accounts.change(conn, alice.id, display_name="Alice")
    assert (await document(client, f"/ap/users/{alice.id}"))["name"] == "Alice"
