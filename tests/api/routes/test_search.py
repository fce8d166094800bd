"""GET /api/v2/search."""

from __future__ import annotations

import pytest

from stoa.core.house import House
from stoa.core.statuses import tags as hashtags
from stoa.core.trends import store as trends
from tests import contract
from tests.client import Client
from tests.make import Make

URL = "/api/v2/search"


async def test_people_posts_and_hashtags_are_found(client: Client, make: Make) -> None:
    alice = await make.account("alice", display_name="Alice of the Lighthouse")
    post = await make.status(alice, "On the #Lighthouse and its keeper")
    found = (await client.get(URL, token=alice.token, query={"q": "lighthouse"})).ok()
    assert contract.problems(found, "Search") == []
    assert [one["id"] for one in found["accounts"]] == [str(alice.id)]
    assert [one["id"] for one in found["statuses"]] == [str(post)]
    assert [one["name"] for one in found["hashtags"]] == ["Lighthouse"]
    assert found["hashtags"][0]["following"] is False


@pytest.mark.parametrize("kind", ["accounts", "statuses", "hashtags"])
async def test_one_kind_can_be_asked_for(client: Client, make: Make, kind: str) -> None:
    alice = await make.account("lighthouse")
    await make.status(alice, "On the #lighthouse")
    found = (await client.get(URL, token=alice.token, query={"q": "lighthouse", "type": kind})).ok()
    assert [name for name in found if found[name]] == [kind]


async def test_a_visitor_finds_people_and_hashtags_only(client: Client, make: Make) -> None:
    alice = await make.account("lighthouse", indexable=True)
    await make.status(alice, "On the #lighthouse")
    found = (await client.get(URL, query={"q": "lighthouse"})).ok()
    assert len(found["accounts"]) == len(found["hashtags"]) == 1
    assert found["statuses"] == []
    assert (await client.get(URL, query={"q": "x", "resolve": "true"})).status == 401
    assert (await client.get(URL, query={"q": "x", "offset": "5"})).status == 401


async def test_hashtags_of_which_nobody_has_decided_can_be_left_out(
    client: Client, make: Make, house: House
) -> None:
    alice = await make.account("alice")
    await make.status(alice, "#storm #storage #stork")
    async with house.db.write() as conn:
        for name, allowed in (("storm", True), ("storage", False)):
            tag_id = await hashtags.ensure(conn, name)
            await trends.decide(conn, "tag", tag_id, allowed=allowed, by=alice.id)

    async def found(query: str) -> set[str]:
        answer = await client.get(f"/api/v2/search?q=sto&{query}", token=alice.token)
        assert not contract.problems(answer.ok(), "Search")
        return {one["name"] for one in answer.json["hashtags"]}

    assert await found("") == await found("exclude_unreviewed=false") == {"storm", "storage", "stork"}
    assert await found("exclude_unreviewed=true") == {"storm", "storage"}


async def test_a_token_without_the_scope_is_refused(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    narrow = await make.token(alice, "read:statuses")
    wide = await make.token(alice, "read:search")
    assert (await client.get(URL, token=narrow, query={"q": "x"})).status == 403
    assert (await client.get(URL, token=wide, query={"q": "x"})).status == 200


async def test_an_address_finds_what_is_there_and_nothing_else(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    bob = await make.account("bob")
    post = await make.status(alice, "public")
    secret = await make.status(alice, "for nobody", visibility="direct")
    ask = f"http://localhost:8000/@alice/{post}"
    found = (await client.get(URL, token=bob.token, query={"q": ask, "resolve": "true"})).ok()
    assert [one["id"] for one in found["statuses"]] == [str(post)]
    assert found["accounts"] == found["hashtags"] == []
    hidden = f"http://localhost:8000/@alice/{secret}"
    found = (await client.get(URL, token=bob.token, query={"q": hidden})).ok()
    assert found["statuses"] == []
    found = (await client.get(URL, token=bob.token, query={"q": "http://localhost:8000/@alice"})).ok()
    assert [one["id"] for one in found["accounts"]] == [str(alice.id)]


async def test_pages_follow_each_other(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    posts = [str(await make.status(alice, f"river {place}")) for place in range(5)]
    seen: list[str] = []
    for offset in range(0, 6, 2):
        page = {"q": "river", "type": "statuses", "limit": "2", "offset": str(offset)}
        found = (await client.get(URL, token=alice.token, query=page)).ok()
        seen += [one["id"] for one in found["statuses"]]
    assert seen == posts[::-1]


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({}, 422),
        ({"q": ""}, 422),
        ({"q": "x" * 1001}, 422),
        ({"q": "x", "type": "everything"}, 422),
        ({"q": "x", "account_id": "me"}, 422),
        ({"q": "x", "limit": "many"}, 422),
        ({"q": "x", "limit": "9999", "offset": "99999999999"}, 200),
        ({"q": "x", "limit": "-1", "offset": "-1"}, 200),
        ({"q": 'a" OR * NEAR( : - ^'}, 200),
        ({"q": "@"}, 200),
        ({"q": "#"}, 200),
        ({"q": "https://"}, 200),
        ({"q": "https://[::1", "resolve": "true"}, 200),
    ],
)
async def test_bad_input_is_answered_not_suffered(
    client: Client, make: Make, given: dict[str, str], status: int
) -> None:
    alice = await make.account("alice")
    assert (await client.get(URL, token=alice.token, query=given)).status == status


@pytest.mark.parametrize("raw", ["q=%00", "q=a%00b", "q=%ED%A0%80", "q=%FF", "q=" + "x" * 2**20])
async def test_odd_bytes_never_break_it(client: Client, make: Make, raw: str) -> None:
    alice = await make.account("alice")
    assert (await client.get(f"{URL}?{raw}", token=alice.token)).status < 500
