"""Who somebody here is, however they are asked for; and where that is asked."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from stoa.core.accounts import store as accounts
from stoa.core.house import House
from stoa.federation import store
from stoa.federation.parse import webfinger as parse
from tests.client import Client
from tests.make import Make

BASE = "http://localhost:8000"
WEBFINGER = "/.well-known/webfinger"


@pytest.mark.parametrize(
    ("resource", "status"),
    [
        ("acct:alice@localhost:8000", 200),
        ("acct:ALICE@LOCALHOST:8000", 200),
        ("alice@localhost:8000", 200),
        ("acct:@alice@localhost:8000", 200),
        (f"{BASE}/@alice", 200),
        (f"{BASE}/@alice/", 200),
        (f"{BASE}/users/alice", 200),
        (f"{BASE}/ap/users/{{id}}", 200),
        ("acct%3Aalice%40localhost%3A8000", 200),
        ("acct:nobody@localhost:8000", 404),
        ("acct:alice@elsewhere.example", 404),
        ("https://elsewhere.example/@alice", 404),
        ("acct:gone@localhost:8000", 410),
        ("", 400),
    ],
)
async def test_somebody_is_found_however_they_are_named(
    client: Client, house: House, make: Make, resource: str, status: int
) -> None:
    alice = await make.account("alice")
    async with house.db.write() as conn:
        await store.bury(conn, store.handle("gone", "localhost:8000"), f"{BASE}/ap/users/9", "Person")
    asked = resource.format(id=alice.id)
    answer = await client.get(f"{WEBFINGER}?resource={asked if '%' in asked else quote(asked, safe='')}")
    assert answer.status == status, answer.text
    assert answer.headers["access-control-allow-origin"] == "*"
    if status == 200:
        assert answer.headers["content-type"].startswith("application/jrd+json")
        found = answer.json
        assert found["subject"] == "acct:alice@localhost:8000"
        assert parse.parse_jrd(found).actor == f"{BASE}/ap/users/{alice.id}"
        rels = {link["rel"] for link in found["links"]}
        assert "http://ostatus.org/schema/1.0/subscribe" in rels
        assert "https://w3id.org/fep/3b86/Follow" in rels


async def test_the_server_itself_has_a_handle(client: Client) -> None:
    for resource in ("acct:localhost@localhost:8000", BASE, f"{BASE}/", f"{BASE}/actor"):
        found = (await client.get(WEBFINGER, query={"resource": resource})).ok()
        assert parse.parse_jrd(found).actor == f"{BASE}/actor"


async def test_only_the_links_that_are_wanted_are_given(client: Client, make: Make) -> None:
    await make.account("alice")
    query = [("resource", "acct:alice@localhost:8000"), ("rel", "self")]
    found = (await client.get(WEBFINGER, query=query)).ok()
    assert [link["rel"] for link in found["links"]] == ["self"]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "resource=",
        "resource=a@b&resource=c@d",
        "resource=" + "a" * 3000,
        "resource=%ff%fe",
        # PostgreSQL holds no NUL, however it is written.
        "resource=acct:a%00@localhost:8000",
        "resource=https://localhost:8000/users/%2500",
        "resource=%2500",
        "&".join(f"a{number}=1" for number in range(50)),
    ],
)
async def test_a_question_that_makes_no_sense_is_400(client: Client, query: str) -> None:
    answer = await client.get(f"{WEBFINGER}?{query}")
    assert answer.status == 400
    assert answer.json["error"]


async def test_somebody_who_was_not_let_in_yet_is_nobody(client: Client, make: Make) -> None:
    await make.account("alice", approved=False)
    await make.account("bob", confirmed=False)
    for name in ("alice", "bob"):
        resource = f"acct:{name}@localhost:8000"
        assert (await client.get(WEBFINGER, query={"resource": resource})).status == 404


async def test_an_account_of_the_first_schema_keeps_its_id(
    client: Client, house: House, make: Make
) -> None:
    alice = await make.account("alice")
    async with house.db.write() as conn:
        await accounts.change(conn, alice.id, uri=f"{BASE}/users/alice")
    for resource in ("acct:alice@localhost:8000", f"{BASE}/users/alice", f"{BASE}/ap/users/{alice.id}"):
        found = (await client.get(WEBFINGER, query={"resource": resource})).ok()
        assert parse.parse_jrd(found).actor == f"{BASE}/users/alice"


async def test_host_meta_says_where_webfinger_is(client: Client) -> None:
    xml = await client.get("/.well-known/host-meta")
    assert xml.headers["content-type"].startswith("application/xrd+xml")
    assert parse.lrdd_template(xml.body) == f"{BASE}{WEBFINGER}?resource={{uri}}"
    as_json = await client.get("/.well-known/host-meta.json")
    assert as_json.ok()["links"][0]["template"] == f"{BASE}{WEBFINGER}?resource={{uri}}"
    for answer in (xml, as_json):
        assert answer.headers["access-control-allow-origin"] == "*"


async def test_what_is_known_is_not_sent_again(client: Client, make: Make) -> None:
    await make.account("alice")
    url = f"{WEBFINGER}?resource=acct:alice@localhost:8000"
    first = await client.get(url)
    again = await client.get(url, headers={"if-none-match": first.headers["etag"]})
    assert (again.status, again.body) == (304, b"")
    head = await client.request("HEAD", url)
    assert (head.status, head.body) == (200, b"")
