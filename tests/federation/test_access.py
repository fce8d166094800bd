"""Where other servers have to sign whatever they ask for, and where nothing is federated at all."""

from __future__ import annotations

import pytest

from stoa.core.house import House
from stoa.core.relationships import block
from stoa.db import insert
from stoa.db.tables import domain_allows, domain_blocks
from tests.client import Client
from tests.federation.asking import HOME, ask, document, varies_by
from tests.federation.elsewhere import Elsewhere
from tests.make import Make

_refuse = insert(domain_blocks, "id", "domain", "severity", "created_at")
_allow = insert(domain_allows, "id", "domain", "created_at")


@pytest.fixture
def settings_given() -> dict[str, str]:
    return {"STOA_REGISTRATIONS": "open", "STOA_AUTHORIZED_FETCH": "on"}


async def test_nothing_is_told_to_those_who_do_not_sign(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    status_id = await make.status(alice, "Hello")
    actor = f"{HOME}/ap/users/{alice.id}"
    for path in (
        f"{actor}/outbox", f"{actor}/followers", f"{actor}/following", f"{actor}/collections/featured",
        f"{actor}/collections/tags", f"{actor}/followers_synchronization", f"{actor}/statuses/{status_id}",
        f"{actor}/statuses/{status_id}/activity", f"{actor}/statuses/{status_id}/replies",
        f"{actor}/statuses/{status_id}/likes", f"{actor}/statuses/{status_id}/shares",
        f"{actor}/statuses/12345", f"{actor}/quote_authorizations/1", f"/contexts/{status_id}",
        f"/@alice/{status_id}",
    ):  # fmt: skip
        answer = await ask(client, path)
        assert answer.status == 401, path
        assert "sign" in answer.json["error"]
        assert answer.headers["cache-control"] == "private, no-store"
        assert "Signature" in varies_by(answer)


async def test_the_server_itself_and_the_keys_are_there_for_everyone(client: Client, make: Make) -> None:
    alice = await make.account("alice", display_name="Alice", note_html="<p>Secret garden.</p>")
    assert (await document(client, "/actor"))["type"] == "Application"
    for path in (f"/ap/users/{alice.id}", "/@alice"):
        stub = await document(client, path)
        assert stub["publicKey"]["publicKeyPem"].startswith("-----BEGIN PUBLIC KEY-----")
        assert stub["inbox"] == f"{HOME}/ap/users/{alice.id}/inbox"
        assert not {"name", "summary", "icon", "attachment", "tag"} & set(stub)
        assert "garden" not in str(stub)
    assert (await client.get("/.well-known/webfinger?resource=acct:alice@localhost:8000")).status == 200
    assert (await client.get("/nodeinfo/2.1")).status == 200


async def test_pages_are_for_people_all_the_same(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    status_id = await make.status(alice, "Hello")
    for path in ("/@alice", f"/@alice/{status_id}"):
        assert (await ask(client, path, accept="text/html")).status == 200


@pytest.mark.parametrize("scheme", ["cavage", "rfc9421"])
async def test_who_signs_is_told_all(client: Client, elsewhere: Elsewhere, make: Make, scheme: str) -> None:
    alice = await make.account("alice", display_name="Alice")
    status_id = await make.status(alice, "Hello")
    carol = elsewhere.actor()
    for path in (f"/ap/users/{alice.id}", f"/ap/users/{alice.id}/outbox?page=true", f"/@alice/{status_id}"):
        answer = await ask(client, path, carol, scheme=scheme)  # type: ignore[arg-type]
        assert answer.status == 200, answer.text
        assert answer.headers["cache-control"] == "private, no-store"
        assert varies_by(answer) == {"Accept", "Signature"}
    assert (await document(client, f"/ap/users/{alice.id}", carol))["name"] == "Alice"
    assert "name" not in await document(client, f"/ap/users/{alice.id}")


async def test_a_signature_that_does_not_hold_is_401_and_says_why(
    client: Client, elsewhere: Elsewhere, make: Make
) -> None:
    alice = await make.account("alice")
    path = f"/ap/users/{alice.id}/outbox"
    carol = elsewhere.actor()
    assert "too old" in (await ask(client, path, carol, at=1_000_000_000)).json["error"]
    nobody = elsewhere.actor("nobody@nowhere.example")
    del elsewhere.documents[nobody.uri]
    answer = await ask(client, path, nobody)
    assert (answer.status, "does not hold" in answer.json["error"]) == (401, True)
    broken = await ask(client, path, headers={"signature": 'keyId="', "date": "now"})
    assert broken.status == 401


async def test_whom_somebody_blocks_sees_nothing_of_theirs(
    client: Client, house: House, elsewhere: Elsewhere, make: Make
) -> None:
    alice = await make.account("alice", display_name="Alice")
    status_id = await make.status(alice, "Hello")
    carol = elsewhere.actor()
    carol_id = await house.resolver.account(carol.acct)
    assert carol_id is not None
    actor = f"/ap/users/{alice.id}"
    parts = ("/outbox", "/followers", "/collections/featured", f"/statuses/{status_id}")
    for part in parts:
        assert (await ask(client, actor + part, carol)).status == 200
    async with house.db.write() as conn:
        await block.block(conn, alice.id, carol_id)
    for part in parts:
        assert (await ask(client, actor + part, carol)).status == 404
    assert "name" not in await document(client, actor, carol)
    assert (await ask(client, actor + parts[-1], elsewhere.actor("dan@there.example"))).status == 200


async def test_a_refused_server_gets_403_and_is_not_asked_for_keys(
    client: Client, house: House, elsewhere: Elsewhere, make: Make
) -> None:
    alice = await make.account("alice")
    async with house.db.write() as conn:
        await conn.run(_refuse, id=1, domain="evil.example", severity="suspend", created_at=1)
    for acct in ("eve@evil.example", "eve@deeper.evil.example"):
        eve = elsewhere.actor(acct)
        for path in (f"/ap/users/{alice.id}", f"/ap/users/{alice.id}/outbox", "/actor", "/contexts/1"):
            answer = await ask(client, path, eve)
            assert answer.status == 403, path
    assert elsewhere.asked == []


@pytest.mark.parametrize("settings_given", [{"STOA_REGISTRATIONS": "open", "STOA_FEDERATION": "allowlist"}])
async def test_with_an_allow_list_only_those_on_it_are_told(
    client: Client, house: House, elsewhere: Elsewhere, make: Make
) -> None:
    alice = await make.account("alice")
    carol, eve = elsewhere.actor(), elsewhere.actor("eve@other.example")
    async with house.db.write() as conn:
        await conn.run(_allow, id=1, domain="there.example", created_at=1)
    path = f"/ap/users/{alice.id}/outbox"
    assert (await ask(client, path)).status == 401
    assert (await ask(client, path, eve)).status == 403
    assert (await ask(client, path, carol)).status == 200


@pytest.mark.parametrize("settings_given", [{"STOA_REGISTRATIONS": "open", "STOA_FEDERATION": "off"}])
async def test_where_nothing_is_federated_there_are_pages_only(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    for path in (f"/ap/users/{alice.id}", "/@alice", "/actor", f"/ap/users/{alice.id}/outbox"):
        assert (await ask(client, path)).status == 404
    assert (await client.get("/.well-known/webfinger?resource=acct:alice@localhost:8000")).status == 404
    assert (await ask(client, "/@alice", accept="text/html")).status == 200
    assert (await ask(client, f"/ap/users/{alice.id}", accept="text/html")).headers["location"] == "/@alice"
