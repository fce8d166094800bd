"""Stamps, conversations, emoji, NodeInfo; and files that are never documents."""

from __future__ import annotations

import pytest

from stoa.core.house import House
from stoa.core.media.storage import key_for
from stoa.core.statuses import quotes
from stoa.db import insert
from stoa.db.tables import custom_emojis, quote_stamps
from stoa.federation.parse import nodeinfo as parse_nodeinfo
from tests.client import Client
from tests.federation.asking import DOCUMENT, HOME, ask, document
from tests.make import Make, lies

_stamp = insert(quote_stamps, "id", "account_id", "status_id", "quoting", "created_at")
_emoji = insert(custom_emojis, "id", "shortcode", "domain", "key", "disabled", "created_at")


async def test_a_stamp_is_at_its_id_while_it_holds(client: Client, house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    status_id = await make.status(alice, "Quote me")
    secret_id = await make.status(alice, "Not me", visibility="private")
    quoting = "https://there.example/notes/1"
    async with house.db.write() as conn:
        for number, quoted in ((5, status_id), (6, secret_id)):
            await conn.run(
                _stamp, id=number, account_id=alice.id, status_id=quoted, quoting=quoting, created_at=1
            )
    actor = f"{HOME}/ap/users/{alice.id}"
    found = await document(client, f"{actor}/quote_authorizations/5")
    assert found["type"] == "QuoteAuthorization"
    assert (found["attributedTo"], found["interactingObject"]) == (actor, quoting)
    assert found["interactionTarget"] == f"{actor}/statuses/{status_id}"
    for path in (
        f"{actor}/quote_authorizations/6",
        f"{actor}/quote_authorizations/7",
        f"{actor}/quote_authorizations/x",
        f"/ap/users/{bob.id}/quote_authorizations/5",
    ):
        assert (await ask(client, path)).status == 404


async def test_a_quote_among_members_has_a_stamp_until_it_is_taken_back(
    client: Client, house: House, make: Make
) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    quoted_id = await make.status(alice, "Quote me")
    quoting_id = await make.status(bob, "Hear, hear", quote_of_id=quoted_id)
    note = await document(client, f"/@bob/{quoting_id}")
    assert note["quote"] == f"{HOME}/ap/users/{alice.id}/statuses/{quoted_id}"
    stamp = await document(client, note["quoteAuthorization"])
    assert stamp["interactingObject"] == note["id"]
    assert stamp["interactionTarget"] == note["quote"]
    assert stamp["id"] == note["quoteAuthorization"]
    async with house.db.write() as conn:
        await quotes.revoke(conn, alice.id, quoted_id, quoting_id)
    assert (await ask(client, stamp["id"])).status == 410
    assert "quote" not in await document(client, note["id"])


async def test_a_conversation_is_a_collection_of_its_public_posts(
    client: Client, house: House, make: Make
) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    carl = await make.remote("carl@there.example")
    root = await make.status(alice, "One")
    mine = await make.status(bob, "Two", in_reply_to_id=root)
    theirs = "https://there.example/notes/1"
    theirs_id = await make.status(carl, "", uri=theirs, content="<p>x</p>", in_reply_to_id=mine)
    await make.status(bob, "Aside", in_reply_to_id=theirs_id, visibility="private")
    note = await document(client, f"/@bob/{mine}")
    assert note["context"] == note["conversation"] == f"{HOME}/contexts/{root}"
    found = await document(client, note["context"])
    assert found["orderedItems"] == [
        f"{HOME}/ap/users/{alice.id}/statuses/{root}", note["id"], theirs,
    ]  # fmt: skip
    assert (found["attributedTo"], found["totalItems"]) == (f"{HOME}/ap/users/{alice.id}", 3)
    # What began elsewhere is told there, what is private nowhere, and a reply is no beginning.
    foreign = await make.status(carl, "", uri="https://there.example/notes/2", content="<p>x</p>")
    private = await make.status(alice, "Psst", visibility="private")
    for other in (foreign, private, mine, 1, "x"):
        assert (await ask(client, f"/contexts/{other}")).status == 404


async def test_a_long_conversation_comes_in_pages(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    root = await make.status(alice, "One")
    more = [await make.status(alice, f"{place}", in_reply_to_id=root) for place in range(90)]
    page = (await document(client, f"/contexts/{root}"))["first"]
    items: list[str] = []
    while page is not None:
        found = await document(client, page)
        assert len(found["orderedItems"]) <= 40
        items += found["orderedItems"]
        page = found.get("next")
    assert items == [f"{HOME}/ap/users/{alice.id}/statuses/{one}" for one in (root, *more)]


async def test_a_custom_emoji_is_a_document(client: Client, house: House) -> None:
    async with house.db.write() as conn:
        for number, (shortcode, domain, disabled) in enumerate(
            [("blob", "", False), ("theirs", "there.example", False), ("off", "", True)]
        ):
            await conn.run(
                _emoji, id=number + 1, shortcode=shortcode, domain=domain, key="ab/blob.png",
                disabled=disabled, created_at=1,
            )  # fmt: skip
    found = await document(client, "/emojis/blob")
    assert (found["type"], found["name"], found["id"]) == ("Emoji", ":blob:", f"{HOME}/emojis/blob")
    assert found["icon"]["url"] == f"{HOME}/media/ab/blob.png"
    assert found["updated"]
    for shortcode in ("theirs", "off", "none", "%00"):
        assert (await ask(client, f"/emojis/{shortcode}")).status == 404


@pytest.mark.parametrize(
    "settings_given",
    [{"STOA_REGISTRATIONS": "open", "STOA_SOURCE_URL": "https://code.example/ours"}],
)
async def test_nodeinfo_says_what_this_is(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    await make.status(alice, "Hello")
    await make.status(
        await make.remote("carl@there.example"), "", uri="https://there.example/1", content="x"
    )
    links = (await client.get("/.well-known/nodeinfo")).ok()["links"]
    for version in ("2.0", "2.1"):
        address = next(link["href"] for link in links if link["rel"].endswith(version))
        answer = await client.get(address.removeprefix(HOME))
        assert answer.headers["access-control-allow-origin"] == "*"
        assert f"schema/{version}#" in answer.headers["content-type"]
        found = answer.ok()
        assert set(found) == {
            "version", "software", "protocols", "services", "usage", "openRegistrations", "metadata",
        }  # fmt: skip
        assert (found["version"], found["software"]["name"]) == (version, "stoa")
        assert found["protocols"] == ["activitypub"]
        assert (found["usage"]["users"]["total"], found["usage"]["localPosts"]) == (1, 1)
        assert found["openRegistrations"] is True
        assert ("repository" in found["software"]) is (version == "2.1")
        assert parse_nodeinfo.software_of(found)[0] == "stoa"
    assert (await client.get("/nodeinfo/1.0")).status == 404
    assert (await client.get("/api/v2/instance")).ok()["source_url"] == "https://code.example/ours"
    assert 'href="https://code.example/ours"' in (await client.get("/about")).text


async def test_a_file_is_never_a_document(client: Client, house: House) -> None:
    """An upload that looks like an actor must not be served as one (FEP-fe34, GHSA-jhrq-qvrm-qr36)."""
    for extension in ("json", "jsonl", "png", "html"):
        key = key_for("ab" * 32, extension)
        path = lies(house, key)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text('{"id": "http://localhost:8000/ap/users/1", "type": "Person"}')
        for accept in (DOCUMENT, "application/ld+json", "*/*"):
            answer = await ask(client, f"/media/{key}", accept=accept)
            assert answer.status == 200
            assert "activity+json" not in answer.headers["content-type"]
            assert "ld+json" not in answer.headers["content-type"]
            assert answer.headers["x-content-type-options"] == "nosniff"
