"""What is delivered to us is kept only if it is who it says it is."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from stoa.core.house import House
from stoa.db import insert
from stoa.db.tables import domain_blocks
from stoa.federation import inbox, intake
from stoa.federation.door import Door
from tests.client import Client
from tests.federation.elsewhere import AS, CONTEXT, Elsewhere
from tests.federation.receiving import Spy, spy
from tests.make import Make

__all__ = ["spy"]

_block = insert(domain_blocks, "id", "domain", "severity", "created_at")
CAROL = "https://there.example/users/carol"


async def test_a_signed_activity_is_received(
    client: Client, elsewhere: Elsewhere, door: Door, spy: Spy
) -> None:
    carol = elsewhere.actor()
    sent = [carol.create(), carol.create()]
    for activity, scheme in zip(sent, ("cavage", "rfc9421"), strict=True):
        answer = await elsewhere.deliver(client, carol, activity, scheme=scheme)  # type: ignore[arg-type]
        assert (answer.status, answer.body) == (202, b"")
    await door.incoming.drain()
    assert spy.ids == [one["id"] for one in sent]
    assert [one.activity.actor for one in spy.received] == [CAROL, CAROL]


async def test_every_inbox_takes_what_is_signed(
    client: Client, elsewhere: Elsewhere, door: Door, spy: Spy, make: Make
) -> None:
    """F5.5: and a personal one says whose it is."""
    alice = await make.account("alice")
    carol = elsewhere.actor()
    paths = ("/inbox", "/actor/inbox", f"/ap/users/{alice.id}/inbox", "/users/alice/inbox", "/inbox/")
    for path in paths:
        answer = await elsewhere.deliver(client, carol, carol.create(), inbox=path)
        assert answer.status == 202, (path, answer.text)
    await door.incoming.drain()
    assert [one.delivered_to for one in spy.received] == [None, None, alice.id, alice.id, None]


async def test_the_inbox_of_nobody_is_not_there(client: Client, elsewhere: Elsewhere) -> None:
    carol = elsewhere.actor()
    for path in ("/ap/users/1/inbox", "/ap/users/x/inbox", "/users/nobody/inbox", "/ap/users/-1/inbox"):
        assert (await elsewhere.deliver(client, carol, carol.create(), inbox=path)).status == 404


BAD_SIGNATURES = [
    pytest.param({}, id="none"),
    pytest.param({"signature": ""}, id="empty"),
    pytest.param({"signature": "garbage"}, id="garbage"),
    pytest.param({"signature": 'keyId="x",headers="date",signature="AAAA"'}, id="bare"),
    pytest.param({"signature-input": "sig1=()", "signature": "sig1=::"}, id="rfc9421"),
]


@pytest.mark.parametrize("headers", BAD_SIGNATURES)
async def test_nothing_comes_in_without_a_signature(
    client: Client, elsewhere: Elsewhere, door: Door, spy: Spy, make: Make, headers: dict[str, str]
) -> None:
    """CVE-2023-49079: on whatever path and by whatever method."""
    alice = await make.account("alice")
    carol = elsewhere.actor()
    body = json.dumps(carol.create()).encode()
    kind = {"content-type": "application/activity+json"}
    personal = f"/ap/users/{alice.id}/inbox"
    for path in ("/inbox", "/inbox/", "/actor/inbox", personal, personal + "/", "/users/alice/inbox"):
        answer = await client.post(path, body=body, headers={**kind, **headers})
        assert answer.status == 401, (path, answer.status)
        assert "signature" in answer.json["error"]
    for path in ("//inbox", "/INBOX", "/inbox//", "/Inbox", "/users/alice//inbox", "/inbox/inbox"):
        answer = await client.post(path, body=body, headers={**kind, **headers})
        assert answer.status == 404, (path, answer.status)
    for method in ("PUT", "PATCH", "DELETE"):
        answer = await client.request(method, "/inbox", body=body, headers={**kind, **headers})
        assert answer.status == 405
    assert not elsewhere.fetched
    await door.incoming.drain()
    assert not spy.received


async def test_a_signature_over_something_else_is_refused(
    client: Client, elsewhere: Elsewhere, door: Door, spy: Spy
) -> None:
    carol, mallory = elsewhere.actor(), elsewhere.actor("mallory@evil.example")
    activity = carol.create()
    tries: dict[str, dict[str, Any]] = {
        "another's key": {"key": mallory.rsa.__class__(carol.rsa.id, mallory.rsa.key)},
        "too old": {"at": time.time() - 13 * 3600},
        "from the future": {"at": time.time() + 3 * 3600},
        "another digest": {"headers": {"digest": "SHA-256=AAAA"}},
    }
    for words, options in tries.items():
        answer = await elsewhere.deliver(client, carol, activity, **options)
        assert answer.status == 401, words
    elsewhere.home = "https://other.example"
    assert (await elsewhere.deliver(client, carol, activity)).status == 401
    await door.incoming.drain()
    assert not spy.received


@pytest.mark.parametrize("kind", ["Create", "Update", "Delete", "Like", "Follow", "Announce", "Flag"])
async def test_a_key_speaks_for_nobody_but_its_owner(
    client: Client, elsewhere: Elsewhere, door: Door, spy: Spy, kind: str
) -> None:
    """CVE-2025-54888: a good signature of mallory's over what carol is to have said."""
    carol, mallory = elsewhere.actor(), elsewhere.actor("mallory@evil.example")
    activity = carol.activity(kind, carol.note())
    answer = await elsewhere.deliver(client, mallory, activity)
    assert answer.status == 401
    assert "somebody else" in answer.json["error"]
    await door.incoming.drain()
    assert not spy.received
    assert not any("there.example" in url for url in elsewhere.fetched)


async def test_a_proof_of_the_actor_is_as_good_as_their_signature(
    client: Client, elsewhere: Elsewhere, door: Door, spy: Spy
) -> None:
    """F4.12: what a group or a relay passes on."""
    carol, group = elsewhere.actor(), elsewhere.actor("group@groups.example", type="Group")
    activity = carol.create()
    assert (await elsewhere.deliver(client, group, carol.proved(activity))).status == 202
    await door.incoming.drain()
    [received] = spy.received
    assert received.activity.actor == CAROL
    assert received.relayed_by == await door.resolver.actor(group.uri)
    assert not any("/statuses/" in url for url in elsewhere.fetched)


async def test_a_proof_of_somebody_else_proves_nothing(
    client: Client, elsewhere: Elsewhere, door: Door, spy: Spy
) -> None:
    carol, mallory = elsewhere.actor(), elsewhere.actor("mallory@evil.example")
    changed = carol.proved(carol.create())
    changed["object"]["content"] = "<p>Something else.</p>"
    for activity in (mallory.proved(carol.create()), changed):
        assert (await elsewhere.deliver(client, mallory, activity)).status == 401
    await door.incoming.drain()
    assert not spy.received


async def test_what_is_about_an_unknown_actor_is_taken_and_forgotten(
    client: Client, elsewhere: Elsewhere, door: Door, spy: Spy
) -> None:
    """F4.8: every server of the world gets these; their keys are gone."""
    carol = elsewhere.actor()
    for kind in ("Delete", "Update"):
        for obj in (carol.uri, {"id": carol.uri, "type": "Person"}):
            answer = await elsewhere.deliver(client, carol, carol.activity(kind, obj))
            assert answer.status == 202
    assert not elsewhere.asked
    await door.incoming.drain()
    assert not spy.received


async def test_the_last_words_of_a_known_actor_are_heard(
    client: Client, elsewhere: Elsewhere, door: Door, spy: Spy
) -> None:
    """Their document is gone, their key is known."""
    carol = elsewhere.actor()
    await door.resolver.actor(CAROL)
    elsewhere.documents[CAROL] = 410
    asked = len(elsewhere.asked)
    assert (await elsewhere.deliver(client, carol, carol.activity("Delete", CAROL))).status == 202
    await door.incoming.drain()
    assert len(spy.received) == 1
    assert len(elsewhere.asked) == asked


async def test_nobody_here_speaks_through_an_inbox(
    client: Client, elsewhere: Elsewhere, door: Door, spy: Spy, make: Make, house: House
) -> None:
    alice = await make.account("alice")
    actor = house.addresses.actor(alice.id)
    own = (await door.own_keys.of(alice.id)).rsa
    carol = elsewhere.actor()
    theirs = {**carol.create(), "actor": actor, "id": f"{actor}#x"}
    for key in (own, carol.rsa):
        assert (await elsewhere.deliver(client, carol, theirs, key=key)).status == 403
    # Nor is a key of ours anybody's elsewhere.
    assert (await elsewhere.deliver(client, carol, carol.create(), key=own)).status == 401
    await door.incoming.drain()
    assert not spy.received
    assert not elsewhere.asked


NOT_ACTIVITIES = [
    b"", b"null", b"[]", b"1", b"{", b'{"a": NaN}', b"\xff\xfe", b'"x"', b"[" * 100_000,
    b'{"@context": "https://www.w3.org/ns/activitystreams"}',
    b'{"@context": "https://www.w3.org/ns/activitystreams", "type": "Like"}',
    json.dumps({"@context": CONTEXT, "type": "Like", "actor": 5, "object": "https://x.example"}).encode(),
    json.dumps({"@context": CONTEXT, "type": "Like", "actor": [CAROL, "https://b.example/b"]}).encode(),
    json.dumps({"@context": CONTEXT, "type": "Like", "actor": CAROL, "id": "https://b.example/1"}).encode(),
    json.dumps({"type": "Like", "actor": CAROL, "object": CAROL}).encode(),
    json.dumps({"@context": CONTEXT, "type": "Like", "actor": CAROL, "@graph": []}).encode(),
    (b'{"a":' * 65 + b"1" + b"}" * 65),
]  # fmt: skip


@pytest.mark.parametrize("body", NOT_ACTIVITIES, ids=range(len(NOT_ACTIVITIES)))
async def test_what_is_no_activity_is_said_to_be_none(
    client: Client, elsewhere: Elsewhere, body: bytes
) -> None:
    answer = await elsewhere.deliver(client, elsewhere.actor(), body)
    assert answer.status == 400
    assert answer.json["error"]


async def test_limits_of_size_and_type(client: Client, elsewhere: Elsewhere) -> None:
    carol = elsewhere.actor()
    large = json.dumps(carol.create("x" * 1024 * 1024)).encode()
    assert (await elsewhere.deliver(client, carol, large)).status == 413
    for kind in ("text/html", "application/x-www-form-urlencoded", "", "application/jsonx"):
        answer = await elsewhere.deliver(client, carol, carol.create(), headers={"content-type": kind})
        assert answer.status in (415, 401), kind
    for kind in (f'application/ld+json; profile="{AS}"', "application/json"):
        body = json.dumps(carol.create()).encode()
        answer = await client.post("/inbox", body=body, headers={"content-type": kind})
        assert answer.status == 401, kind  # it got that far


async def test_a_refused_server_is_told_so_and_not_asked_for_its_key(
    client: Client, elsewhere: Elsewhere, door: Door, spy: Spy, house: House
) -> None:
    """F4.7; security.md A12: with everything under it."""
    async with house.db.write() as conn:
        await conn.run(_block, id=1, domain="evil.example", severity="suspend", created_at=1)
    for acct in ("mallory@evil.example", "mallory@sub.evil.example"):
        mallory = elsewhere.actor(acct)
        assert (await elsewhere.deliver(client, mallory, mallory.create())).status == 403
    carol, mallory = elsewhere.actor(), elsewhere.actor("mallory@evil.example")
    assert not elsewhere.asked
    # Nor is what others pass on of it.
    assert (await elsewhere.deliver(client, carol, mallory.proved(mallory.create()))).status == 403
    await door.incoming.drain()
    assert not spy.received


async def test_who_comes_too_often_is_told_when_to_come_again(
    house: House, door: Door, elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    from msgspec.structs import replace

    from stoa.main import application

    object.__setattr__(house, "settings", replace(house.settings, rate_limits="on"))
    monkeypatch.setattr(inbox, "BY_HOST", (0.01, 3.0))
    monkeypatch.setattr(inbox, "BY_ADDRESS", (0.01, 5.0))
    client = Client(application(house, door))
    carol, dave = elsewhere.actor(), elsewhere.actor("dave@other.example")
    for _ in range(3):
        assert (await elsewhere.deliver(client, carol, carol.create())).status == 202
    by_host = await elsewhere.deliver(client, carol, carol.create())
    assert by_host.status == 429
    assert 0 < int(by_host.headers["retry-after"]) <= 100
    assert (await elsewhere.deliver(client, dave, dave.create())).status == 202
    by_address = await elsewhere.deliver(client, dave, dave.create())
    assert by_address.status == 429


async def test_where_there_is_no_room_others_come_again(
    client: Client, door: Door, elsewhere: Elsewhere, spy: Spy
) -> None:
    """And no server takes the room of all."""
    door.incoming.intake._most = 8
    carol, dave = elsewhere.actor(), elsewhere.actor("dave@other.example")
    for _ in range(2):
        assert (await elsewhere.deliver(client, carol, carol.create())).status == 202
    full = await elsewhere.deliver(client, carol, carol.create())
    assert (full.status, full.headers["retry-after"]) == (503, str(intake.RETRY_SECONDS))
    assert (await elsewhere.deliver(client, dave, dave.create())).status == 202
    await door.incoming.drain()
    assert (await elsewhere.deliver(client, carol, carol.create())).status == 202
    assert len(spy.received) == 3


@pytest.mark.parametrize("settings_given", [{"STOA_FEDERATION": "off"}], ids=["off"])
async def test_with_federation_off_there_is_no_inbox(client: Client, elsewhere: Elsewhere) -> None:
    assert (await elsewhere.deliver(client, elsewhere.actor(), b"{}")).status == 404
