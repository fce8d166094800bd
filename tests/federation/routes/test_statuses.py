"""Posts as others get them."""

from __future__ import annotations

import time

import pytest

from stoa.core.accounts import store as accounts
from stoa.core.house import House
from stoa.core.relationships import block, follow
from stoa.core.statuses.favourite import favourite
from stoa.core.statuses.reblog import reblog
from stoa.federation import store
from stoa.federation.parse.note import parse_note
from stoa.federation.signatures import Scheme
from tests.client import Client
from tests.federation.asking import HOME, ask, document, varies_by
from tests.federation.elsewhere import Elsewhere
from tests.make import Make, Person

PARTS = ("", "/activity", "/replies", "/replies?page=true", "/likes", "/shares")


def note_of(author: Person, status_id: int) -> str:
    return f"{HOME}/ap/users/{author.id}/statuses/{status_id}"


async def test_a_post_and_its_create(client: Client, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    status_id = await make.status(alice, "Hello @bob, #harbour")
    note = await document(client, note_of(alice, status_id))
    assert parse_note(note).id == note["id"] == note_of(alice, status_id)
    assert f"{HOME}/ap/users/{bob.id}" in note["cc"]
    assert note["tag"][0]["name"] == "@bob@localhost:8000"
    create = await document(client, note["id"] + "/activity")
    assert (create["id"], create["type"]) == (note["id"] + "/activity", "Create")
    assert {key: value for key, value in note.items() if key != "@context"} == create["object"]


async def test_a_boost_and_its_announce(client: Client, house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    status_id = await make.status(alice, "Hello")
    async with house.db.write() as conn:
        boost_id = await reblog(conn, bob.id, status_id, house.addresses)
    there = await ask(client, note_of(bob, boost_id))
    assert there.headers["location"] == note_of(bob, boost_id) + "/activity"
    announce = await document(client, there.headers["location"])
    assert (announce["type"], announce["object"]) == ("Announce", note_of(alice, status_id))
    assert announce["id"] == there.headers["location"]


async def test_a_page_and_an_id_give_the_same_document(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    status_id = await make.status(alice, "Hello")
    note = await document(client, note_of(alice, status_id))
    assert await document(client, f"/@alice/{status_id}") == note
    page = await ask(client, f"/@alice/{status_id}", accept="text/html")
    assert page.headers["content-type"].startswith("text/html")
    assert f'type="application/activity+json" href="{note["id"]}"' in page.text
    led = await ask(client, note["id"], accept="text/html")
    assert (led.status, led.headers["location"]) == (302, f"/@alice/{status_id}")
    by_name = await ask(client, f"/users/alice/statuses/{status_id}", accept="text/html")
    assert by_name.headers["location"] == f"/@alice/{status_id}"
    assert (await ask(client, f"/users/alice/statuses/{status_id}")).headers["location"] == note["id"]


async def test_a_post_from_elsewhere_is_asked_for_there(client: Client, make: Make) -> None:
    carl = await make.remote("carl@there.example")
    uri = "https://there.example/notes/1"
    status_id = await make.status(carl, "", uri=uri, content="<p>There.</p>")
    answer = await ask(client, f"/@carl@there.example/{status_id}")
    assert (answer.status, answer.headers["location"]) == (302, uri)


@pytest.mark.parametrize("visibility", ["private", "direct"])
async def test_what_is_not_for_all_is_like_what_never_was(
    client: Client, elsewhere: Elsewhere, make: Make, visibility: str
) -> None:
    alice = await make.account("alice")
    status_id = await make.status(alice, "For my friends", visibility=visibility)
    stranger = elsewhere.actor("eve@evil.example")
    for part in PARTS:
        for signer in (None, stranger):
            secret = await ask(client, note_of(alice, status_id) + part, signer)
            nothing = await ask(client, note_of(alice, 12345) + part, signer)
            assert (secret.status, secret.body) == (404, b'{"error":"Not found"}')
            assert _said(secret.header_list) == _said(nothing.header_list)
            assert (nothing.status, nothing.body) == (404, secret.body)
    for page in (f"/@alice/{status_id}", f"/contexts/{status_id}"):
        assert (await ask(client, page)).body == (await ask(client, page[:-3])).body


def _said(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in headers if name != "x-request-id"]


@pytest.mark.parametrize("scheme", ["cavage", "rfc9421"])
async def test_a_follower_who_signs_sees_what_is_for_followers(
    client: Client, house: House, elsewhere: Elsewhere, make: Make, scheme: Scheme
) -> None:
    alice = await make.account("alice")
    carol = elsewhere.actor()
    carol_id = await house.resolver.account(carol.acct)
    assert carol_id is not None
    async with house.db.write() as conn:
        await follow.follow(conn, carol_id, alice.id)
    status_id = await make.status(alice, "For my friends", visibility="private")
    for part in PARTS:
        answer = await ask(client, note_of(alice, status_id) + part, carol, scheme=scheme)
        assert answer.status == 200, part
        assert answer.headers["cache-control"] == "private, no-store"
        assert varies_by(answer) == {"Accept", "Signature"}
    assert (await ask(client, note_of(alice, status_id))).status == 404


async def test_somebody_who_is_mentioned_sees_it(
    client: Client, house: House, elsewhere: Elsewhere, make: Make
) -> None:
    alice = await make.account("alice")
    carol = elsewhere.actor()
    carol_id = await house.resolver.account(carol.acct)
    assert carol_id is not None
    status_id = await make.status(alice, f"@{carol.acct} Only for you", visibility="direct")
    note = await document(client, note_of(alice, status_id), carol)
    assert note["to"] == [carol.uri]
    assert (
        await ask(client, note_of(alice, status_id), elsewhere.actor("dan@there.example"))
    ).status == 404


async def test_a_signature_of_another_request_opens_nothing(
    client: Client, house: House, elsewhere: Elsewhere, make: Make
) -> None:
    alice = await make.account("alice")
    carol = elsewhere.actor()
    await house.resolver.account(carol.acct)
    status_id = await make.status(alice, f"@{carol.acct} Only for you", visibility="direct")
    other_id = await make.status(alice, "For all")
    good = await ask(client, note_of(alice, status_id), carol)
    assert good.status == 200
    stale = await ask(client, note_of(alice, status_id), carol, at=time.time() - 7 * 86_400)
    assert stale.status == 404
    mallory = elsewhere.actor("mallory@evil.example")
    forged = await ask(client, note_of(alice, status_id), mallory)
    assert forged.status == 404
    assert (await ask(client, note_of(alice, other_id), mallory)).status == 200


async def test_whom_the_author_blocks_sees_nothing_of_what_needs_a_signature(
    client: Client, house: House, elsewhere: Elsewhere, make: Make
) -> None:
    alice = await make.account("alice")
    carol = elsewhere.actor()
    carol_id = await house.resolver.account(carol.acct)
    assert carol_id is not None
    status_id = await make.status(alice, f"@{carol.acct} hm", visibility="private")
    assert (await ask(client, note_of(alice, status_id), carol)).status == 200
    async with house.db.write() as conn:
        await block.block(conn, alice.id, carol_id)
    assert (await ask(client, note_of(alice, status_id), carol)).status == 404


async def test_what_was_deleted_is_410(client: Client, house: House, make: Make) -> None:
    alice = await make.account("alice")
    uri = note_of(alice, 77)
    async with house.db.write() as conn:
        await store.bury(conn, uri, f"{HOME}/ap/users/{alice.id}", "Note")
    answer = await ask(client, uri)
    assert answer.status == 410
    assert answer.json["type"] == "Tombstone"
    assert (answer.json["id"], answer.json["formerType"]) == (uri, "Note")


async def test_posts_of_the_suspended_are_gone_from_here(client: Client, house: House, make: Make) -> None:
    alice = await make.account("alice")
    status_id = await make.status(alice, "Hello")
    async with house.db.write() as conn:
        await accounts.change(conn, alice.id, suspended_at=1)
    for part in PARTS:
        assert (await ask(client, note_of(alice, status_id) + part)).status == 404


async def test_a_post_is_not_another_persons(client: Client, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    status_id = await make.status(alice, "Hello")
    assert (await ask(client, note_of(bob, status_id))).status == 404


async def test_replies_are_told_the_authors_own_first(client: Client, house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    carl = await make.remote("carl@there.example")
    root = await make.status(alice, "One")
    own = [await make.status(alice, f"{place}", in_reply_to_id=root) for place in range(7)]
    his = await make.status(bob, "Mine", in_reply_to_id=root)
    theirs = "https://there.example/notes/1"
    await make.status(carl, "", uri=theirs, content="<p>There.</p>", in_reply_to_id=root)
    await make.status(bob, "Not for all", in_reply_to_id=root, visibility="private")
    quiet = await make.account("quiet", limited_at=1)
    await make.status(quiet, "Psst", in_reply_to_id=root)
    seen: list[str] = []
    note = await document(client, note_of(alice, root))
    assert note["replies"]["first"]["items"] == [note_of(alice, one) for one in own[:5]]
    collection = await document(client, note["replies"]["id"])
    page = collection["first"]
    while page is not None:
        seen += page["items"]
        page = await document(client, page["next"]) if "next" in page else None
    assert seen == [*(note_of(alice, one) for one in own), note_of(bob, his), theirs]


async def test_likes_and_shares_are_counted_but_not_named(client: Client, house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    status_id = await make.status(alice, "Hello")
    async with house.db.write() as conn:
        await favourite(conn, bob.id, status_id)
    likes = await document(client, note_of(alice, status_id) + "/likes")
    assert (likes["totalItems"], set(likes) & {"items", "first", "orderedItems"}) == (1, set())
    assert (await document(client, note_of(alice, status_id) + "/shares"))["totalItems"] == 0
    assert (await document(client, note_of(alice, status_id)))["likes"]["totalItems"] == 1


@pytest.mark.parametrize("path", ["?min_id=x", "?min_id=-1", "?min_id=" + "9" * 30, "?min_id[a]=1"])
async def test_a_page_that_makes_no_sense_is_400(client: Client, make: Make, path: str) -> None:
    alice = await make.account("alice")
    status_id = await make.status(alice, "Hello")
    answer = await ask(client, f"{note_of(alice, status_id)}/replies{path}&page=true")
    assert answer.status == 400
