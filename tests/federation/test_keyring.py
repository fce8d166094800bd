"""Keys are their owners', fetched seldom, and forgotten when they change."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from stoa import ids
from stoa.federation import keyring as module
from stoa.federation import keys
from stoa.federation.buckets import Buckets
from stoa.federation.door import Door
from tests.client import Client
from tests.federation import keyring
from tests.federation.elsewhere import Actor, Broken, Elsewhere
from tests.federation.receiving import Spy, spy

__all__ = ["spy"]

EVIL = "https://evil.example"


async def delivered(client: Client, elsewhere: Elsewhere, actor: Actor, **options: Any) -> int:
    """The status for a post of *actor*."""
    return (await elsewhere.deliver(client, actor, actor.create(), **options)).status


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Lets PATIENCE_MS pass."""
    real = ids.now_ms

    def pass_by() -> None:
        monkeypatch.setattr(ids, "now_ms", lambda: real() + module.PATIENCE_MS + 1)

    return pass_by


def rotate(actor: Actor) -> keys.SigningKey:
    """Give *actor* another key under the same id; the old one."""
    old = actor.rsa
    actor.rsa = keys.SigningKey(old.id, keyring.rsa(actor.uri + "/new").key)
    actor.document["publicKey"]["publicKeyPem"] = keys.public_pem(actor.rsa)
    return old


async def test_a_key_is_fetched_once(client: Client, elsewhere: Elsewhere, spy: Spy) -> None:
    carol = elsewhere.actor()
    for _ in range(5):
        assert await delivered(client, elsewhere, carol) == 202
    assert elsewhere.fetched.count(carol.uri) == 1


async def test_a_new_key_is_noticed_and_the_old_one_forgotten(
    client: Client, elsewhere: Elsewhere, spy: Spy, later: Callable[[], None]
) -> None:
    """F4.7."""
    carol = elsewhere.actor()
    assert await delivered(client, elsewhere, carol) == 202
    old = rotate(carol)
    later()
    assert await delivered(client, elsewhere, carol) == 202
    assert elsewhere.fetched.count(carol.uri) == 2
    assert await delivered(client, elsewhere, carol, key=old) == 401


@pytest.mark.parametrize("at_once", [True, False], ids=["at once", "one by one"])
async def test_a_hundred_bad_requests_are_one_fetch(
    client: Client, elsewhere: Elsewhere, spy: Spy, at_once: bool
) -> None:
    """F4.7: whoever knows the name of a key can make us ask for it."""
    carol = elsewhere.actor()
    bad = keys.SigningKey(carol.rsa.id, keyring.rsa(EVIL).key)
    if at_once:
        found = await asyncio.gather(*(delivered(client, elsewhere, carol, key=bad) for _ in range(100)))
    else:
        found = [await delivered(client, elsewhere, carol, key=bad) for _ in range(100)]
    assert set(found) == {401}
    assert elsewhere.fetched.count(carol.uri) == 1
    assert await delivered(client, elsewhere, carol) == 202


async def test_a_server_that_cannot_be_reached_is_asked_once_in_a_while(
    client: Client, elsewhere: Elsewhere, spy: Spy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may only be starting anew: what it sent meanwhile is to come again soon, and not refused."""
    carol = elsewhere.actor()
    broken = elsewhere.broken["there.example"] = Broken()
    for _ in range(20):
        answer = await elsewhere.deliver(client, carol, carol.create())
        assert (answer.status, answer.headers["retry-after"]) == (503, "5")
    tried = broken.tried
    assert tried <= 4  # the ways to sign, or the ways to ask
    real = ids.now_ms
    for times in (1, 2):
        monkeypatch.setattr(ids, "now_ms", lambda times=times: real() + times * (module.AWAY_MS + 1_000))
        assert await delivered(client, elsewhere, carol) == (503 if times == 1 else 202)
        assert tried < broken.tried <= 2 * tried
        elsewhere.broken.clear()


async def test_unknown_keys_of_one_server_are_fetched_only_so_often(
    client: Client, elsewhere: Elsewhere, spy: Spy, monkeypatch: pytest.MonkeyPatch, door: Door
) -> None:
    monkeypatch.setattr(door.keyring, "_fetches", Buckets(0.001, 5.0))
    mallory = elsewhere.actor("mallory@evil.example")
    for number in range(50):
        key = keys.SigningKey(f"{EVIL}/users/u{number}#main-key", mallory.rsa.key)
        assert await delivered(client, elsewhere, mallory, key=key) == (401 if number < 5 else 503)
    assert len(set(elsewhere.fetched)) == 5
    assert await delivered(client, elsewhere, elsewhere.actor()) == 202


async def test_what_is_remembered_of_keys_is_bounded(
    client: Client, elsewhere: Elsewhere, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_REMEMBERED", 10)
    mallory = elsewhere.actor("mallory@evil.example")
    for number in range(30):
        key = keys.SigningKey(f"{EVIL}/users/u{number}#main-key", mallory.rsa.key)
        await delivered(client, elsewhere, mallory, key=key)
    assert len(door.keyring._asked) == 10
    assert not door.keyring._flights


@pytest.mark.parametrize("shape", ["key document", "stub of an actor", "list of keys"])
async def test_a_key_with_a_document_of_its_own_is_confirmed_by_its_owner(
    client: Client, elsewhere: Elsewhere, spy: Spy, shape: str
) -> None:
    """F4.6: GoToSocial's ids have no fragment."""
    carol = elsewhere.actor()
    key_id = f"{carol.uri}/main-key"
    shown = {**carol.document["publicKey"], "id": key_id}
    carol.document["publicKey"] = [shown] if shape == "list of keys" else shown
    if shape == "key document":
        elsewhere.documents[key_id] = {"@context": carol.document["@context"], **shown}
    else:
        stub = {name: carol.document[name] for name in ("@context", "id", "type", "preferredUsername")}
        elsewhere.documents[key_id] = {**stub, "id": key_id, "publicKey": shown}
    key = keys.SigningKey(key_id, carol.rsa.key)
    assert await delivered(client, elsewhere, carol, key=key) == 202


@pytest.mark.parametrize("name", ["owner", "controller"])
async def test_an_owner_who_does_not_show_the_key_does_not_own_it(
    client: Client, elsewhere: Elsewhere, spy: Spy, door: Door, name: str
) -> None:
    """GHSA-q9f8-5hc7-898f: on evil, with carol as the owner."""
    carol, mallory = elsewhere.actor(), elsewhere.actor("mallory@evil.example")
    for number, key_id in enumerate((f"{EVIL}/key", "https://there.example/uploads/key")):
        elsewhere.documents[key_id] = {
            "@context": carol.document["@context"],
            "id": key_id,
            "type": "CryptographicKey",
            name: carol.uri,
            "publicKeyPem": keys.public_pem(mallory.rsa),
        }
        key = keys.SigningKey(key_id, mallory.rsa.key)
        assert await delivered(client, elsewhere, carol, key=key) == 401, number
    await door.incoming.drain()
    assert not spy.received


async def test_a_key_document_with_another_id_is_refused(
    client: Client, elsewhere: Elsewhere, spy: Spy
) -> None:
    """Fedify #963: evil/k1 that calls itself evil/k2."""
    mallory = elsewhere.actor("mallory@evil.example")
    shown = {**mallory.document["publicKey"], "id": f"{EVIL}/k2"}
    elsewhere.documents[f"{EVIL}/k1"] = {"@context": mallory.document["@context"], **shown}
    key = keys.SigningKey(f"{EVIL}/k1", mallory.rsa.key)
    assert await delivered(client, elsewhere, mallory, key=key) == 401


async def test_a_handle_as_key_id_is_looked_up(
    client: Client, elsewhere: Elsewhere, spy: Spy, door: Door
) -> None:
    """F4.6: what some sent once.  Known ones are not looked up again."""
    carol = elsewhere.actor()
    key = keys.SigningKey("acct:carol@there.example", carol.rsa.key)
    for _ in range(3):
        assert await delivered(client, elsewhere, carol, key=key) == 202
    assert elsewhere.fetched.count(carol.uri) == 1
    mallory = elsewhere.actor("mallory@evil.example")
    forged = keys.SigningKey("acct:carol@there.example", mallory.rsa.key)
    assert await delivered(client, elsewhere, carol, key=forged) == 401
    assert await delivered(client, elsewhere, carol, key=keys.SigningKey("acct:x", carol.rsa.key)) == 401


async def test_a_key_is_parsed_once(client: Client, elsewhere: Elsewhere, spy: Spy) -> None:
    carol = elsewhere.actor()
    assert await delivered(client, elsewhere, carol) == 202
    misses = keys._from_pem.cache_info().misses
    for _ in range(5):
        assert await delivered(client, elsewhere, carol) == 202
    assert keys._from_pem.cache_info().misses == misses


async def test_an_expired_key_is_refused(client: Client, elsewhere: Elsewhere, spy: Spy) -> None:
    carol = elsewhere.actor()
    carol.document["publicKey"]["expires"] = "2020-01-01T00:00:00Z"
    assert await delivered(client, elsewhere, carol) == 401
