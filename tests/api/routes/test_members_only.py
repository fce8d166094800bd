"""Whoever asks, on their own server, to be shown to members alone is not shown to visitors (F7.7)."""

from __future__ import annotations

import pytest
from sqlalchemy import insert

from stoa.core.accounts import store as accounts
from stoa.core.collections import consent, curate
from stoa.core.collections import store as collections
from stoa.core.house import House
from stoa.core.statuses import reblog
from stoa.db import Query
from stoa.db.tables import remote_actors
from tests.client import Client
from tests.make import Make, Person

CAROL = "carol@there.example"


@pytest.fixture
async def carol(house: House, make: Make) -> int:
    carol = await make.remote(CAROL)
    async with house.db.write() as conn:
        row = {
            "account_id": carol, "host": "there.example", "inbox": "https://there.example/inbox",
            "members_only": True, "fetched_at": 1,
        }  # fmt: skip
        await conn.run(Query(insert(remote_actors).values(row)))
    return carol


@pytest.fixture
async def alice(make: Make) -> Person:
    return await make.account("alice")


async def test_their_profile_and_posts_are_for_members(
    house: House, make: Make, client: Client, carol: int, alice: Person
) -> None:
    hers = await make.status(
        carol, uri="https://there.example/1", content="<p>For members.</p>", tags=("harbours",)
    )
    answer = await make.status(alice, "From here.", in_reply_to_id=hers)
    async with house.db.write() as conn:
        boost = await reblog.reblog(conn, alice.id, hers, house.addresses)
    lists = {
        "/api/v1/timelines/public": [],
        "/api/v1/timelines/tag/harbours": [],
        f"/api/v1/accounts/{alice.id}/statuses": [str(answer)],
        f"/api/v1/statuses?id[]={hers}&id[]={answer}&id[]={boost}": [str(answer)],
        f"/api/v1/accounts?id[]={carol}&id[]={alice.id}": [str(alice.id)],
    }
    for path, shown in lists.items():
        assert [one["id"] for one in (await client.get(path)).json] == shown, path
        everything = (await client.get(path, token=alice.token)).json
        assert len(everything) > len(shown), path
    assert (await client.get(f"/api/v1/statuses/{answer}/context")).json["ancestors"] == []
    refused = {
        404: [
            f"/api/v1/statuses/{hers}", f"/api/v1/statuses/{hers}/context",
            f"/api/v1/statuses/{hers}/history", f"/api/v1/statuses/{boost}",
            f"/api/v1/statuses/{hers}/reblogged_by",
        ],
        401: [
            f"/api/v1/accounts/{carol}", f"/api/v1/accounts/{carol}/statuses",
            f"/api/v1/accounts/lookup?acct={CAROL}",
        ],
    }  # fmt: skip
    for status, paths in refused.items():
        for path in paths:
            assert (await client.get(path)).status == status, path
            assert (await client.get(path, token=alice.token)).status == 200, path


async def test_what_quotes_them_is_shown_without_the_quote(
    make: Make, client: Client, carol: int, alice: Person
) -> None:
    hers = await make.status(carol, uri="https://there.example/1", content="<p>For members.</p>")
    quoting = await make.remote("dora@elsewhere.example")
    post = await make.status(
        quoting, uri="https://elsewhere.example/1", content="<p>Look.</p>", quote_of_id=hers,
        quote_state="accepted",
    )  # fmt: skip
    shown = (await client.get(f"/api/v1/statuses/{post}")).json
    assert shown["quote"] == {"state": "unauthorized", "quoted_status": None}
    shown = (await client.get(f"/api/v1/statuses/{post}", token=alice.token)).json
    assert shown["quote"]["state"] == "accepted"


async def test_of_some_only_what_is_unlisted_or_old_is_for_members(
    house: House, make: Make, client: Client, alice: Person
) -> None:
    dave = await make.remote("dave@far.example")
    at = "https://far.example"
    told = {
        "unlisted": await make.status(dave, uri=f"{at}/1", content="<p>1</p>", visibility="unlisted"),
        "old": await make.status(dave, uri=f"{at}/2", content="<p>2</p>", created_at=1_000),
        "public": await make.status(dave, uri=f"{at}/3", content="<p>3</p>"),
    }
    async with house.db.write() as conn:
        row = {
            "account_id": dave, "host": "far.example", "inbox": f"{at}/inbox", "fetched_at": 1,
            "unlisted_for_members": True, "hidden_before": 2_000,
        }  # fmt: skip
        await conn.run(Query(insert(remote_actors).values(row)))
    for what, status_id in told.items():
        path = f"/api/v1/statuses/{status_id}"
        assert (await client.get(path)).status == (200 if what == "public" else 404), what
        assert (await client.get(path, token=alice.token)).status == 200, what
    path = f"/api/v1/accounts/{dave}/statuses"
    assert [one["id"] for one in (await client.get(path)).json] == [str(told["public"])]
    assert len((await client.get(path, token=alice.token)).json) == 3


async def test_in_a_collection_they_are_for_members(
    house: House, make: Make, client: Client, carol: int, alice: Person
) -> None:
    said = curate.Change(name="Good people")
    async with house.db.write() as conn:
        await accounts.change(conn, carol, feature_policy={"automatic": ["public"], "manual": []})
        made = await curate.create(conn, alice.id, said, house.addresses, members=[carol])
        (item,) = await collections.items(conn, made)
        await consent.accepted(conn, item, "https://there.example/stamps/1")
    path = f"/api/v1/collections/{made}"
    seen = [
        [one["username"] for one in (await client.get(path, token=token)).json["accounts"]]
        for token in (None, alice.token)
    ]
    assert seen == [["alice"], ["alice", "carol"]]
    assert "carol" not in (await client.get(f"/collections/{made}")).text
    assert (await client.get(f"/api/v1/accounts/{carol}/collections")).status == 401
    assert (await client.get(f"/api/v1/accounts/{carol}/collections", token=alice.token)).status == 200
